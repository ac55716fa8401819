// Pure arithmetic on microseconds; no clock and no locale.
#include "llm/durations.hpp"

#include <array>
#include <cstdio>
#include <string_view>

#include "llm/dialect.hpp"

namespace weir::llm {

namespace {

constexpr std::int64_t second_us = 1'000'000;

struct Unit {
    std::int64_t length_us;
    std::string_view letter;
    std::string_view one;   ///< what follows "per" for a window of one unit
    std::string_view many;  ///< after a number
};
constexpr std::array<Unit, 4> units{{
    {86'400 * second_us, "d", "day", "days"},
    {3'600 * second_us, "h", "hour", "hours"},
    {60 * second_us, "m", "min", "min"},
    {second_us, "s", "second", "s"},
}};

const Unit* unit_of(std::int64_t window_us) noexcept {
    for (const Unit& unit : units) {
        if (window_us > 0 && window_us % unit.length_us == 0) return &unit;
    }
    return nullptr;
}

}  // namespace

std::string short_window(std::int64_t window_us) {
    const Unit* unit = unit_of(window_us);
    if (unit == nullptr) return go_duration(window_us);
    return std::to_string(window_us / unit->length_us).append(unit->letter);
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
    if (total_ms < 1000) return std::to_string(total_ms) + "ms";
    const std::int64_t total_s = total_ms / 1000;
    std::string text;
    if (total_s >= 3600) text += std::to_string(total_s / 3600) + "h";
    if (total_s >= 60) text += std::to_string(total_s / 60 % 60) + "m";
    text += std::to_string(total_s % 60);
    if (const std::int64_t rest_ms = total_ms % 1000; rest_ms != 0) {
        std::string fraction = std::to_string(1000 + rest_ms);
        fraction[0] = '.';
        while (fraction.back() == '0') fraction.pop_back();
        text += fraction;
    }
    return text += "s";
}

std::string rfc3339(std::int64_t time_us) {
    const std::int64_t total_s = time_us <= 0 ? 0 : (time_us - 1) / second_us + 1;
    const std::int64_t second_of_day = total_s % 86'400;
    // Days to a civil date: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
    const std::int64_t days = total_s / 86'400 + 719'468;
    const std::int64_t era = days / 146'097;
    const std::int64_t day_of_era = days % 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
    const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);

    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "%04lld-%02lld-%02lldT%02lld:%02lld:%02lldZ",
                  static_cast<long long>(year), static_cast<long long>(month), static_cast<long long>(day),
                  static_cast<long long>(second_of_day / 3600),
                  static_cast<long long>(second_of_day / 60 % 60),
                  static_cast<long long>(second_of_day % 60));
    return text.data();
}

}  // namespace weir::llm
