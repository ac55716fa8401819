// Text reduced to how many tokens it likely is, by each vocabulary: the model may be known only afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "llm/encoding.hpp"

namespace weir::llm {

struct TextProfile {
    std::int64_t bytes = 0;  ///< UTF-8 length
    /// Thousandths of a token, by Encoding.
    std::array<std::int64_t, encoding_count> thousandths{};

    /// Takes any bytes. Pieces add up to what the whole would give, but for a token or two at each cut.
    void add(std::string_view text) noexcept;
    void add(const TextProfile& other, std::int64_t times) noexcept;
    /// Bytes that only the bound counts.
    void add_unread(std::int64_t more_bytes) noexcept { bytes += more_bytes; }
    /// Quotes, colons and commas around a key or value of JSON that is shown to the model.
    void add_json_marks(std::int64_t more) noexcept;
};

}  // namespace weir::llm
