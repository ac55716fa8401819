// Reads the usage out of an answer while it passes, split at any byte, without changing it but for the one
// chunk that weir itself asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "llm/api.hpp"

namespace weir::llm {

enum class AnswerFormat : std::uint8_t {
    opaque,  ///< not JSON, or compressed: nothing can be read
    json,
    event_stream
};

/// `content_type` and `content_encoding` as they stand in the header, empty where absent.
AnswerFormat answer_format(std::string_view content_type, std::string_view content_encoding) noexcept;

/// What the answer has reported so far. The last report counts, never a sum.
struct TappedUsage {
    std::optional<std::int64_t> input_tokens;   ///< all of the input, cached parts included
    std::int64_t cached_input_tokens = 0;       ///< the part of it that was read from a cache
    std::optional<std::int64_t> output_tokens;  ///< final, as reported
    std::int64_t output_seen = 0;  ///< a lower bound from what went by: running counts, or non-empty deltas
    bool ended = false;            ///< the protocol's own end was seen: [DONE], message_stop, closing brace
};

class UsageTap {
public:
    /// `drop_usage_chunk`: the chunk with empty choices and usage was added by weir's own asking; drop it.
    UsageTap(Api api, AnswerFormat format, bool drop_usage_chunk);
    ~UsageTap();
    UsageTap(UsageTap&&) noexcept;
    UsageTap& operator=(UsageTap&&) noexcept;

    /// Takes the next bytes of the decoded body and appends to `forward` what the client gets now. The views
    /// point into `bytes` or into the tap and hold until the next call. Only where a chunk is to be dropped
    /// is an unfinished event held back, up to 1 MiB; beyond that it passes.
    void feed(std::string_view bytes, std::vector<std::string_view>& forward);
    /// The body has ended, cleanly or not: appends what was held back. The views of the last `feed` still
    /// hold.
    void finish(std::vector<std::string_view>& forward);

    const TappedUsage& usage() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace weir::llm
