// Pure arithmetic on microseconds.
#include "text/durations.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace weir::text {

namespace {

constexpr std::int64_t second_us = 1'000'000;

struct Unit {
    char letter;
    std::int64_t length_us;
    std::string_view one;   ///< what follows "per" for a window of one unit
    std::string_view many;  ///< after a number
};
constexpr std::array<Unit, 4> units{{
    {'d', 86'400 * second_us, "day", "days"},
    {'h', 3'600 * second_us, "hour", "hours"},
    {'m', 60 * second_us, "min", "min"},
    {'s', second_us, "second", "s"},
}};

const Unit* unit_of(std::int64_t window_us) noexcept {
    for (const Unit& unit : units) {
        if (window_us > 0 && window_us % unit.length_us == 0) return &unit;
    }
    return nullptr;
}

void append(std::string& text, std::int64_t number, std::string_view unit) {
    std::array<char, 20> digits;
    char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    text.append(digits.data(), end).append(unit);
}

}  // namespace

std::optional<std::int64_t> unit_us(char letter) noexcept {
    for (const Unit& unit : units) {
        if (unit.letter == letter) return unit.length_us;
    }
    return std::nullopt;
}

std::string window_text(std::int64_t window_us) {
    const Unit* unit = unit_of(window_us);
    if (unit == nullptr) return go_duration(window_us);
    return std::to_string(window_us / unit->length_us) + unit->letter;
}

std::string window_in_words(std::int64_t window_us) {
    const Unit* unit = unit_of(window_us);
    if (unit == nullptr) return go_duration(window_us);
    const std::int64_t count = window_us / unit->length_us;
    if (count == 1) return std::string(unit->one);
    return std::to_string(count).append(" ").append(unit->many);
}

std::string go_duration(std::int64_t duration_us) {
    if (duration_us <= 0) return "0s";
    const std::int64_t total_ms = (duration_us - 1) / 1000 + 1;
    std::string text;
    if (total_ms < 1000) {
        append(text, total_ms, "ms");
        return text;
    }
    const std::int64_t total_s = total_ms / 1000;
    if (total_s >= 3600) append(text, total_s / 3600, "h");
    if (total_s >= 60) append(text, total_s / 60 % 60, "m");
    append(text, total_s % 60, {});
    if (const std::int64_t rest_ms = total_ms % 1000; rest_ms != 0) {
        const std::size_t point = text.size();
        append(text, 1000 + rest_ms, {});
        text[point] = '.';
        while (text.back() == '0') text.pop_back();
    }
    return text += 's';
}

}  // namespace weir::text
