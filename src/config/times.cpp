// RFC 3339 by hand: one pass over the text.
#include "config/times.hpp"

#include <chrono>
#include <optional>
#include <string_view>

#include "config/unexpected.hpp"

namespace weir::config {

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t minute_us = 60 * second_us;
constexpr std::int64_t hour_us = 60 * minute_us;
constexpr std::int64_t day_us = 24 * hour_us;

constexpr const char* timestamp_expected = R"(expected a time such as "2026-11-26T18:00:00Z")";

/// Takes the text from its beginning; all give nullopt or false where it does not begin so.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    bool at_end() const noexcept { return rest_.empty(); }

    bool take_one_of(std::string_view characters) {
        if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::optional<int> number(std::size_t digits, int least, int most) {
        int value = 0;
        if (rest_.size() < digits) return std::nullopt;
        for (std::size_t i = 0; i < digits; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(digits);
        return value < least || value > most ? std::nullopt : std::optional(value);
    }

    /// Behind the point: at least one digit; what is finer than a microsecond is cut off.
    std::optional<std::int64_t> fraction_us() {
        std::int64_t value = 0;
        std::int64_t unit = second_us / 10;
        std::size_t digits = 0;
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1)) {
            value += unit * (rest_.front() - '0');
            unit /= 10;
            ++digits;
        }
        return digits == 0 ? std::nullopt : std::optional(value);
    }

    bool begins_with_sign(int& sign) {
        if (rest_.empty() || (rest_.front() != '+' && rest_.front() != '-')) return false;
        sign = rest_.front() == '+' ? 1 : -1;
        rest_.remove_prefix(1);
        return true;
    }

private:
    std::string_view rest_;
};

std::optional<std::int64_t> date(Scanner& scanner) {
    const auto year = scanner.number(4, 1970, 9999);
    if (!year || !scanner.take_one_of("-")) return std::nullopt;
    const auto month = scanner.number(2, 1, 12);
    if (!month || !scanner.take_one_of("-")) return std::nullopt;
    const auto day = scanner.number(2, 1, 31);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day whole(std::chrono::year(*year),
                                            std::chrono::month(static_cast<unsigned>(*month)),
                                            std::chrono::day(static_cast<unsigned>(*day)));
    if (!whole.ok()) return std::nullopt;
    return std::chrono::sys_days(whole).time_since_epoch().count() * day_us;
}

/// A leap second is the second after it.
std::optional<std::int64_t> time_of_day(Scanner& scanner, bool seconds_may_miss) {
    const auto hour = scanner.number(2, 0, 23);
    if (!hour || !scanner.take_one_of(":")) return std::nullopt;
    const auto minute = scanner.number(2, 0, 59);
    if (!minute) return std::nullopt;
    std::int64_t time_us = *hour * hour_us + *minute * minute_us;
    if (seconds_may_miss && scanner.at_end()) return time_us;
    if (!scanner.take_one_of(":")) return std::nullopt;
    const auto second = scanner.number(2, 0, 60);
    if (!second) return std::nullopt;
    return time_us + *second * second_us;
}

std::optional<std::int64_t> offset(Scanner& scanner) {
    if (scanner.take_one_of("Zz")) return 0;
    int sign = 1;
    if (!scanner.begins_with_sign(sign)) return std::nullopt;
    const auto hours = scanner.number(2, 0, 23);
    if (!hours || !scanner.take_one_of(":")) return std::nullopt;
    const auto minutes = scanner.number(2, 0, 59);
    if (!minutes) return std::nullopt;
    return sign * (*hours * hour_us + *minutes * minute_us);
}

std::optional<std::int64_t> timestamp(std::string_view text) {
    Scanner scanner(text);
    const auto day = date(scanner);
    if (!day || !scanner.take_one_of("Tt ")) return std::nullopt;
    const auto time = time_of_day(scanner, false);
    if (!time) return std::nullopt;
    std::optional<std::int64_t> fraction = 0;
    if (scanner.take_one_of(".")) fraction = scanner.fraction_us();
    const auto ahead = fraction ? offset(scanner) : std::nullopt;
    if (!ahead || !scanner.at_end()) return std::nullopt;
    return *day + *time + *fraction - *ahead;
}

}  // namespace

std::int64_t parse_timestamp_us(const std::string& text) {
    const auto time_us = timestamp(text);
    if (!time_us) throw Unexpected(timestamp_expected);
    return *time_us;
}

std::int64_t parse_time_us(const std::string& text, std::int64_t now_us) {
    Scanner scanner(text);
    if (const auto time = time_of_day(scanner, true); time && scanner.at_end()) {
        const std::int64_t today = now_us - now_us % day_us + *time;
        return today > now_us ? today : today + day_us;
    }
    const auto time_us = timestamp(text);
    if (!time_us) {
        throw Unexpected(std::string(timestamp_expected) + R"(, or a time of day in UTC such as "18:00")");
    }
    return *time_us;
}

}  // namespace weir::config
