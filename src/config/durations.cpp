// A whole number and one unit.
#include "config/durations.hpp"

#include <charconv>
#include <optional>

#include "config/unexpected.hpp"
#include "text/durations.hpp"

namespace weir::config {

namespace {

constexpr std::int64_t window_us_max = 31LL * 86'400 * 1'000'000;

}  // namespace

std::int64_t parse_window_us(const std::string& text) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error == std::errc() && end + 1 == text.data() + text.size()) {
        const std::optional<std::int64_t> unit_us = text::unit_us(*end);
        if (unit_us && count >= 1 && count <= window_us_max / *unit_us) return count * *unit_us;
    }
    throw Unexpected(R"(expected a window from "1s" to "31d", in s, m, h or d)");
}

}  // namespace weir::config
