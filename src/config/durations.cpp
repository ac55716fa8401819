// A whole number and one unit.
#include "config/durations.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "config/unexpected.hpp"

namespace weir::config {

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::array<std::pair<char, std::int64_t>, 4> units{
    {{'d', 86'400 * second_us}, {'h', 3'600 * second_us}, {'m', 60 * second_us}, {'s', second_us}}};
constexpr std::int64_t window_us_max = 31LL * 86'400 * second_us;

}  // namespace

std::int64_t parse_window_us(const std::string& text) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    for (const auto& [letter, unit_us] : units) {
        const bool is_unit = error == std::errc() && end + 1 == text.data() + text.size() && *end == letter;
        if (is_unit && count >= 1 && count <= window_us_max / unit_us) return count * unit_us;
    }
    throw Unexpected(R"(expected a window from "1s" to "31d", in s, m, h or d)");
}

std::string window_text(std::int64_t window_us) {
    for (const auto& [letter, unit_us] : units) {
        if (window_us % unit_us == 0) return std::to_string(window_us / unit_us) + letter;
    }
    return std::to_string(window_us) + "us";
}

}  // namespace weir::config
