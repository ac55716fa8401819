// A period is a hash that a batch adds to: its own expiry, its own number of amounts.
#include "limiter/usage_words.hpp"

#include <charconv>
#include <iterator>
#include <map>
#include <utility>

namespace weir {

namespace {

constexpr std::string_view hours_key = "weir:1:{runtime}:hours";
constexpr std::int64_t days_kept = 401;
constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t hours_per_block = 120;  // five days
constexpr std::int64_t hour_blocks_kept = 8;
constexpr std::int64_t hour_s = 3'600;
constexpr char separator = '\x1f';  // between key and model: neither holds control characters

/// A hash that a batch adds to.
struct Period {
    std::string key;
    std::int64_t expires_at_s = 0;
    std::size_t amounts = 0;
    std::size_t added = 0;
};

/// The periods of a batch in the order in which they first come, and its increments.
class BatchWords {
public:
    void add(const UsageIncrement& increment) {
        begin(period({.key = usage_day_key(increment.day),
                      .expires_at_s = (increment.day + days_kept) * day_s,
                      .amounts = UsageIncrement::amount_count,
                      .added = UsageIncrement::amount_count}),
              increment.key + separator + increment.model);
        for (const std::int64_t amount : increment.amounts) increments_.push_back(std::to_string(amount));
    }
    void add(const HourIncrement& increment) {
        const std::int64_t block = hour_block_of(increment.hour);
        begin(period({.key = usage_hours_key(block, increment.key),
                      .expires_at_s = (block + hour_blocks_kept) * hours_per_block * hour_s,
                      .amounts = HourIncrement::sum_count + HourIncrement::peak_count,
                      .added = HourIncrement::sum_count}),
              std::to_string(increment.hour % hours_per_block));
        for (const std::int64_t sum : increment.sums) increments_.push_back(std::to_string(sum));
        for (const std::int64_t peak : increment.peaks) increments_.push_back(std::to_string(peak));
    }
    void append_to(UsageWords& keys, UsageWords& arguments) && {
        keys.insert(keys.end(), keys_.begin(), keys_.end());
        arguments.insert(arguments.end(), terms_.begin(), terms_.end());
        arguments.insert(arguments.end(), std::make_move_iterator(increments_.begin()),
                         std::make_move_iterator(increments_.end()));
    }

private:
    std::size_t period(const Period& wanted) {
        const auto [entry, is_new] = numbers_.try_emplace(wanted.key, numbers_.size() + 1);
        if (is_new) {
            keys_.push_back(wanted.key);
            terms_.push_back(std::to_string(wanted.expires_at_s));
            terms_.push_back(std::to_string(wanted.amounts));
            terms_.push_back(std::to_string(wanted.added));
        }
        return entry->second;
    }
    void begin(std::size_t number, std::string field) {
        increments_.push_back(std::to_string(number));
        increments_.push_back(std::move(field));
    }

    std::map<std::string, std::size_t> numbers_;
    UsageWords keys_;
    UsageWords terms_;
    UsageWords increments_;
};

/// Numbers with blanks between them; those that are missing at the end: false.
template <std::size_t count>
bool read_numbers(const char*& at, const char* end, std::array<std::int64_t, count>& numbers) {
    for (std::int64_t& number : numbers) {
        while (at != end && *at == ' ') ++at;
        const auto [behind, error] = std::from_chars(at, end, number);
        if (error != std::errc()) return false;
        at = behind;
    }
    return true;
}

}  // namespace

std::string usage_day_key(std::int64_t day) {
    return std::string(usage_written_key) + ":" + std::to_string(day);
}

std::int64_t hour_block_of(std::int64_t hour) noexcept {
    return hour / hours_per_block;
}

std::string usage_hours_key(std::int64_t block, const std::string& key) {
    return std::string(hours_key) + ":" + std::to_string(block) + ":" + key;
}

void append_usage(const UsageBatch& batch, UsageWords& keys, UsageWords& arguments) {
    BatchWords words;
    for (const UsageIncrement& increment : batch.increments) words.add(increment);
    for (const HourIncrement& increment : batch.hours) words.add(increment);
    std::move(words).append_to(keys, arguments);
}

std::optional<UsageIncrement> parse_usage(std::int64_t day, const std::string& field,
                                          const std::string& value) {
    const std::size_t cut = field.find(separator);
    if (cut == std::string::npos) return std::nullopt;
    UsageIncrement total{.day = day, .key = field.substr(0, cut), .model = field.substr(cut + 1)};
    const char* at = value.data();
    if (!read_numbers(at, at + value.size(), total.amounts)) return std::nullopt;
    return total;
}

std::optional<HourIncrement> parse_hour(std::int64_t block, const std::string& key, const std::string& field,
                                        const std::string& value) {
    HourIncrement hour{.hour = block * hours_per_block, .key = key};
    std::array<std::int64_t, 1> offset{};
    const char* at = field.data();
    if (!read_numbers(at, at + field.size(), offset)) return std::nullopt;
    if (offset[0] < 0 || offset[0] >= hours_per_block) return std::nullopt;
    hour.hour += offset[0];
    at = value.data();
    const char* const end = at + value.size();
    if (!read_numbers(at, end, hour.sums) || !read_numbers(at, end, hour.peaks)) return std::nullopt;
    return hour;
}

}  // namespace weir
