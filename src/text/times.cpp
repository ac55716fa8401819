// The calendar is std::chrono's; digits are put one by one, since formatting would cost more than the rest.
#include "text/times.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "text/ascii.hpp"

namespace weir::text {

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;
constexpr std::int64_t first_day = -719'528;  // 0000-01-01
constexpr std::int64_t last_day = 2'932'896;  // 9999-12-31

std::chrono::year_month_day date_of(std::int64_t day) noexcept {
    const auto days = static_cast<int>(std::clamp(day, first_day, last_day));
    return std::chrono::sys_days{std::chrono::days{days}};
}

void append_digits(std::string& out, std::int64_t number, std::size_t count) {
    std::array<char, 8> digits{};
    for (std::size_t i = count; i-- > 0; number /= 10) digits[i] = static_cast<char>('0' + number % 10);
    out.append(digits.data(), count);
}

void append_date(std::string& out, std::int64_t day) {
    const std::chrono::year_month_day date = date_of(day);
    append_digits(out, static_cast<int>(date.year()), 4);
    append_digits(out += '-', static_cast<unsigned>(date.month()), 2);
    append_digits(out += '-', static_cast<unsigned>(date.day()), 2);
}

void append_time_of_day(std::string& out, std::int64_t second_of_day) {
    append_digits(out, second_of_day / 3'600, 2);
    append_digits(out += ':', second_of_day / 60 % 60, 2);
    append_digits(out += ':', second_of_day % 60, 2);
}

/// "2026-11-26T18:00:00"
void append_date_and_time(std::string& out, std::int64_t time_us) {
    const std::int64_t day = day_of(time_us);
    append_date(out, day);
    append_time_of_day(out += 'T', (time_us - day * day_us) / second_us);
}

/// The last one written. Rows of a log that are of the same second differ in their microseconds alone.
struct Second {
    std::int64_t since_epoch_s = -1;
    std::string text;
};

}  // namespace

std::int64_t day_of(std::int64_t time_us) noexcept {
    return time_us >= 0 ? time_us / day_us : -((-(time_us + 1)) / day_us) - 1;
}

std::string day_text(std::int64_t day) {
    std::string text;
    append_date(text, std::max<std::int64_t>(day, 0));
    return text;
}

std::optional<std::int64_t> parse_day(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00";
    const bool fits =
        std::equal(text.begin(), text.end(), shape.begin(), shape.end(),
                   [](char c, char expected) { return expected == '0' ? is_digit(c) : c == expected; });
    if (!fits) return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t size) {
        unsigned value = 0;
        std::from_chars(text.data() + at, text.data() + at + size, value);
        return value;
    };
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(number(0, 4))},
                                           std::chrono::month{number(5, 2)}, std::chrono::day{number(8, 2)}};
    if (!date.ok() || date.year() < std::chrono::year{1970}) return std::nullopt;
    return std::chrono::sys_days{date}.time_since_epoch().count();
}

std::string rfc3339_seconds(std::int64_t time_us) {
    std::string text;
    append_date_and_time(text, time_us);
    return text += 'Z';
}

std::string rfc3339(std::int64_t time_us) {
    std::string text;
    append_date_and_time(text, time_us);
    const std::int64_t us = ((time_us % second_us) + second_us) % second_us;
    if (us != 0) append_digits(text += '.', us, 6);
    return text += 'Z';
}

void append_timestamp(std::string& out, std::int64_t time_us) {
    thread_local Second second;
    time_us = std::max<std::int64_t>(time_us, 0);
    const std::int64_t since_epoch_s = time_us / second_us;
    if (since_epoch_s != second.since_epoch_s) {
        second.text.clear();
        append_date_and_time(second.text, time_us);
        second.text += '.';
        second.since_epoch_s = since_epoch_s;
    }
    append_digits(out += second.text, time_us % second_us, 6);
    out += 'Z';
}

std::string http_date(std::int64_t time_us) {
    static constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed",
                                                              "Thu", "Fri", "Sat"};
    static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::int64_t day = day_of(time_us);
    const std::chrono::year_month_day date = date_of(day);
    const std::chrono::weekday weekday{std::chrono::sys_days{date}};
    std::string text(weekdays[weekday.c_encoding()]);
    append_digits(text += ", ", static_cast<unsigned>(date.day()), 2);
    text.append(" ").append(months[static_cast<unsigned>(date.month()) - 1]);
    append_digits(text += ' ', static_cast<int>(date.year()), 4);
    append_time_of_day(text += ' ', (time_us - day * day_us) / second_us);
    return text += " GMT";
}

}  // namespace weir::text
