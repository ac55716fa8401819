// Finds the token counts that an answer reports, without keeping or parsing the whole of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::load {

struct ReportedUsage {
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
};

/// The last counts in a text; 0 where there is none.
ReportedUsage usage_in(std::string_view text);

/// The same for a body that arrives in pieces. Looks at the first 4 KiB (Anthropic's message_start) and the
/// last 8 KiB (everybody else).
class UsageScan {
public:
    void clear();
    void feed(std::string_view bytes);
    ReportedUsage usage() const;

private:
    std::string head_;
    std::string tail_;
};

}  // namespace weir::load
