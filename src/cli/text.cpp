// Code points are counted as one column each: names of keys are ASCII, and models hardly anything else.
#include "cli/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "text/characters.hpp"
#include "text/numbers.hpp"

namespace weir::cli {

namespace {

constexpr std::string_view ellipsis = "…";

bool continues(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

std::string number_text(double value, int digits) {
    std::array<char, 64> text{};
    const int size = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return {text.data(), static_cast<std::size_t>(std::clamp(size, 0, 63))};
}

bool is_time(std::string_view text) noexcept {
    return text.size() >= 20 && text[4] == '-' && text[10] == 'T' && text[13] == ':' && text[16] == ':';
}

}  // namespace

std::string printable(std::string_view shown) {
    std::string out;
    out.reserve(shown.size());
    while (!shown.empty()) {
        const text::Character character = text::first_character(shown);
        if (character.valid && text::is_printable(character.code)) {
            out.append(shown.substr(0, character.bytes));
        } else {
            out.append(character.bytes, '?');
        }
        shown.remove_prefix(character.bytes);
    }
    return out;
}

std::size_t width_of(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::string cut(std::string_view text, std::size_t width) {
    if (width == 0 || width_of(text) <= width) return std::string(text);
    std::size_t end = 0;
    for (std::size_t columns = 0; end < text.size(); ++end) {
        if (continues(text[end])) continue;
        if (++columns == width) break;
    }
    return std::string(text.substr(0, end)).append(ellipsis);
}

std::string rate_text(double per_second) {
    constexpr double without_fraction = 1000;
    if (per_second < without_fraction) return number_text(per_second, 1);
    return text::with_separators(std::llround(per_second));
}

std::string milliseconds_text(double milliseconds) {
    if (milliseconds >= 1000) return number_text(milliseconds / 1000, 1) + " s";
    return number_text(milliseconds, milliseconds < 10 ? 2 : 0) + " ms";
}

std::string duration_text(std::int64_t milliseconds) {
    constexpr std::int64_t second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
    const auto in = [&](std::int64_t unit) { return std::to_string((milliseconds + unit - 1) / unit); };
    if (milliseconds < second) return std::to_string(milliseconds) + " ms";
    if (milliseconds < 2 * minute) return in(second) + " s";
    if (milliseconds < 2 * hour) return in(minute) + " min";
    if (milliseconds < 2 * day) return in(hour) + " h";
    return in(day) + " d";
}

std::string empty_in_text(std::int64_t reset_ms) {
    return reset_ms == 0 ? "-" : duration_text(reset_ms);
}

std::string time_of_day(std::string_view rfc3339_text) {
    if (!is_time(rfc3339_text)) return printable(rfc3339_text);
    return printable(rfc3339_text.substr(11, 8));
}

std::string date_and_time(std::string_view rfc3339_text) {
    if (!is_time(rfc3339_text)) return printable(rfc3339_text);
    return printable(rfc3339_text.substr(0, 10)) + " " + printable(rfc3339_text.substr(11, 8));
}

std::string bar(std::int64_t used, std::int64_t limit, std::size_t width) {
    std::size_t full = used >= limit ? width : 0;
    if (used > 0 && used < limit) {
        const double share = static_cast<double>(used) / static_cast<double>(limit);
        full = static_cast<std::size_t>(share * static_cast<double>(width));
        full = std::clamp<std::size_t>(full, 1, std::max<std::size_t>(width, 2) - 1);
    }
    return std::string(full, '#') + std::string(width - std::min(full, width), '.');
}

std::string share_text(std::int64_t used, std::int64_t limit) {
    if (limit <= 0) return "-";
    return std::to_string(
               static_cast<std::int64_t>(100.0 * static_cast<double>(used) / static_cast<double>(limit))) +
           "%";
}

}  // namespace weir::cli
