// One coding's decoder behind one interface. Inside the room alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "llm/content_coding.hpp"

namespace weir::llm {

class DecodingStage {
public:
    /// Gets a decoded piece; anything but more ends the decoding with that state.
    using Next = std::function<ContentDecoder::State(std::string_view)>;

    virtual ~DecodingStage() = default;
    /// REQUIRES: no call before returned corrupt or too_large; `bytes` is not empty.
    virtual ContentDecoder::State feed(std::string_view bytes, const Next& next) = 0;
};

std::unique_ptr<DecodingStage> make_decoding_stage(ContentCoding coding);

}  // namespace weir::llm
