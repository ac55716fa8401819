// Numbers are read without floating point: "1e9", "inf" and "nan" are none.
#include "llm/reset_time.hpp"

#include <algorithm>
#include <array>

#include "text/ascii.hpp"
#include "text/numbers.hpp"
#include "text/times.hpp"

namespace weir::llm {

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_s = 86'400;

/// A number as it stands: 2.5 is 2 and 500,000 millionths.
struct Decimal {
    std::int64_t whole = 0;
    std::int64_t millionths = 0;

    /// wait_max_us + 1 for all that is longer than wait_max_us.
    std::int64_t in_us(std::int64_t unit_ns) const noexcept {
        if (unit_ns < 1000) return std::min(whole / 1000, wait_max_us + 1);  // what is finer is cut off
        const std::int64_t unit_us = unit_ns / 1000;
        if (whole > wait_max_us / unit_us) return wait_max_us + 1;
        return whole * unit_us + millionths * unit_us / second_us;
    }
};

/// Takes digits with or without a fraction off the front. 15 digits hold every Unix time in milliseconds.
std::optional<Decimal> take_decimal(std::string_view& text) noexcept {
    constexpr std::size_t digits_max = 15;
    Decimal number;
    std::size_t digits = 0;
    for (; digits < text.size() && text::is_digit(text[digits]); ++digits) {
        if (digits == digits_max) return std::nullopt;
        number.whole = number.whole * 10 + (text[digits] - '0');
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    if (text.empty() || text.front() != '.') return number;
    text.remove_prefix(1);
    if (text.empty() || !text::is_digit(text.front())) return std::nullopt;
    for (std::int64_t unit = second_us / 10; !text.empty() && text::is_digit(text.front()); unit /= 10) {
        number.millionths += unit * (text.front() - '0');
        text.remove_prefix(1);
    }
    return number;
}

struct Unit {
    std::string_view name;
    std::int64_t length_ns;
};
/// The longer of two that begin alike comes first.
constexpr std::array<Unit, 7> units{{{"ms", 1'000'000},
                                     {"us", 1'000},
                                     {"\xc2\xb5s", 1'000},
                                     {"ns", 1},
                                     {"h", 3'600'000'000'000},
                                     {"m", 60'000'000'000},
                                     {"s", 1'000'000'000}}};

const Unit* take_unit(std::string_view& text) noexcept {
    for (const Unit& unit : units) {
        if (!text.starts_with(unit.name)) continue;
        text.remove_prefix(unit.name.size());
        return &unit;
    }
    return nullptr;
}

/// https://pkg.go.dev/time#ParseDuration, without signs.
std::optional<std::int64_t> go_duration_us(std::string_view text) noexcept {
    std::int64_t total_us = 0;
    while (!text.empty()) {
        const auto number = take_decimal(text);
        const Unit* const unit = number ? take_unit(text) : nullptr;
        if (unit == nullptr) return std::nullopt;
        total_us += number->in_us(unit->length_ns);
        if (total_us > wait_max_us) return std::nullopt;
    }
    return total_us;
}

std::optional<std::int64_t> until(std::int64_t time_us, std::int64_t now_us) noexcept {
    const std::int64_t wait = std::max<std::int64_t>(time_us - now_us, 0);
    return wait > wait_max_us ? std::nullopt : std::optional(wait);
}

/// Seconds from now, or a Unix time: no wait is so long, and no clock so wrong, that one could be the other.
std::optional<std::int64_t> number_us(Decimal number, std::int64_t now_us) noexcept {
    constexpr std::int64_t first_time_s = 1'000'000'000;        // September 2001
    constexpr std::int64_t first_time_ms = 100'000'000'000;     // in milliseconds 1973, in seconds 5138
    constexpr std::int64_t last_time_ms = 100'000'000'000'000;  // 5138
    if (number.whole >= last_time_ms) return std::nullopt;
    if (number.whole >= first_time_ms) return until(number.whole * 1000, now_us);
    if (number.whole >= first_time_s) return until(number.whole * second_us + number.millionths, now_us);
    const std::int64_t wait = number.whole * second_us + number.millionths;
    return wait > wait_max_us ? std::nullopt : std::optional(wait);
}

/// Two digits, up to `most`.
std::optional<std::int64_t> two_digits(std::string_view text, std::size_t at, std::int64_t most) noexcept {
    if (text.size() < at + 2 || !text::is_digit(text[at]) || !text::is_digit(text[at + 1]))
        return std::nullopt;
    const std::int64_t number = (text[at] - '0') * 10 + (text[at + 1] - '0');
    return number > most ? std::nullopt : std::optional(number);
}

/// "20:00:00" at `at`, in seconds; a leap second is the second after it.
std::optional<std::int64_t> time_of_day_s(std::string_view text, std::size_t at) noexcept {
    if (text.size() < at + 8 || text[at + 2] != ':' || text[at + 5] != ':') return std::nullopt;
    const auto hour = two_digits(text, at, 23);
    const auto minute = two_digits(text, at + 3, 59);
    const auto second = two_digits(text, at + 6, 60);
    if (!hour || !minute || !second) return std::nullopt;
    return (*hour * 60 + *minute) * 60 + *second;
}

/// "Z", "+02:00": how far ahead of UTC.
std::optional<std::int64_t> offset_s(std::string_view text) noexcept {
    if (text == "Z" || text == "z") return 0;
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
    const auto hours = two_digits(text, 1, 23);
    const auto minutes = two_digits(text, 4, 59);
    if (!hours || !minutes) return std::nullopt;
    return (text[0] == '+' ? 1 : -1) * (*hours * 60 + *minutes) * 60;
}

std::optional<std::int64_t> rfc3339_time_us(std::string_view text) {
    constexpr std::size_t date_size = 10;
    constexpr std::size_t time_end = 19;
    if (text.size() <= time_end || (text[date_size] != 'T' && text[date_size] != 't')) return std::nullopt;
    const auto day = text::parse_day(text.substr(0, date_size));
    const auto time_s = time_of_day_s(text, date_size + 1);
    if (!day || !time_s) return std::nullopt;
    // The second's last digit, so that a fraction can be read as a number's.
    std::string_view rest = text.substr(time_end - 1);
    const auto second = take_decimal(rest);
    const auto ahead_s = second ? offset_s(rest) : std::nullopt;
    if (!ahead_s) return std::nullopt;
    return (*day * day_s + *time_s - *ahead_s) * second_us + second->millionths;
}

/// IMF-fixdate (RFC 9110, 5.6.7) alone: no provider sends the obsolete forms.
std::optional<std::int64_t> http_date_us(std::string_view text) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    constexpr std::size_t size = 29;
    if (text.size() != size || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
    const std::size_t month_at = months.find(text.substr(8, 3));
    if (month_at == std::string_view::npos || month_at % 3 != 0) return std::nullopt;
    const std::size_t month = month_at / 3 + 1;
    const std::array<char, 10> date{text[12],
                                    text[13],
                                    text[14],
                                    text[15],
                                    '-',
                                    static_cast<char>('0' + month / 10),
                                    static_cast<char>('0' + month % 10),
                                    '-',
                                    text[5],
                                    text[6]};
    const auto day = text::parse_day({date.data(), date.size()});
    const auto time_s = time_of_day_s(text, 17);
    if (!day || !time_s) return std::nullopt;
    return (*day * day_s + *time_s) * second_us;
}

}  // namespace

std::optional<std::int64_t> wait_us(std::string_view text, std::int64_t now_us) noexcept {
    text = text::trimmed(text);
    if (text.empty()) return std::nullopt;
    std::string_view rest = text;
    if (const auto number = take_decimal(rest); number && rest.empty()) return number_us(*number, now_us);
    if (const auto duration = go_duration_us(text)) return duration;
    auto time = rfc3339_time_us(text);
    if (!time) time = http_date_us(text);
    return time ? until(*time, now_us) : std::nullopt;
}

std::optional<std::int64_t> milliseconds_as_us(std::string_view text) noexcept {
    text = text::trimmed(text);
    const auto number = take_decimal(text);
    if (!number || !text.empty()) return std::nullopt;
    const std::int64_t wait = number->in_us(1'000'000);
    return wait > wait_max_us ? std::nullopt : std::optional(wait);
}

}  // namespace weir::llm
