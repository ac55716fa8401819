// A field's name is a prefix, what it says, and of which dimension; each family has its own order of these.
#include "llm/provider_limits.hpp"

#include <algorithm>

#include "llm/reset_time.hpp"
#include "text/ascii.hpp"
#include "text/numbers.hpp"

namespace weir::llm {

namespace {

enum class Part : std::uint8_t { limit, remaining, reset, window };

struct PartName {
    std::string_view name;
    Part part;
};
constexpr std::array<PartName, 4> part_names{{{"limit", Part::limit},
                                              {"remaining", Part::remaining},
                                              {"reset", Part::reset},
                                              {"renewalperiod", Part::window}}};

constexpr std::int64_t minute_us = 60'000'000;

struct CountedName {
    std::string_view name;
    Dimension dimension;
    std::int64_t window_us = 0;  ///< 0: the name does not say
};
constexpr std::array<CountedName, 7> counted_names{{
    {"requests", Dimension::requests},
    {"tokens", Dimension::total_tokens},
    {"input-tokens", Dimension::input_tokens},
    {"output-tokens", Dimension::output_tokens},
    {"", Dimension::requests},
    {"req-minute", Dimension::requests, minute_us},
    {"tokens-minute", Dimension::total_tokens, minute_us},
}};

struct LimitName {
    Part part;
    CountedName counted;
};

template <typename Rows>
auto* row_of(const Rows& rows, std::string_view name) noexcept {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& candidate) {
        return text::equals_ignoring_case(candidate.name, name);
    });
    return row == rows.end() ? nullptr : &*row;
}

std::optional<LimitName> limit_name_of(std::string_view part, std::string_view counted) noexcept {
    const PartName* const known_part = row_of(part_names, part);
    const CountedName* const known = known_part == nullptr ? nullptr : row_of(counted_names, counted);
    if (known == nullptr) return std::nullopt;
    return LimitName{known_part->part, *known};
}

/// nullopt for fields of no such family.
std::optional<LimitName> parse_name(std::string_view name) noexcept {
    // The second is Azure's, for a while.
    for (const std::string_view prefix : {"x-ratelimit-", "x-rate-limit-"}) {
        if (!text::starts_with_ignoring_case(name, prefix)) continue;
        name.remove_prefix(prefix.size());
        const std::size_t hyphen = name.find('-');
        const bool is_bare = hyphen == std::string_view::npos;
        return limit_name_of(name.substr(0, hyphen), is_bare ? std::string_view() : name.substr(hyphen + 1));
    }
    constexpr std::string_view anthropic_prefix = "anthropic-ratelimit-";
    if (!text::starts_with_ignoring_case(name, anthropic_prefix)) return std::nullopt;
    name.remove_prefix(anthropic_prefix.size());
    const std::size_t hyphen = name.rfind('-');
    if (hyphen == std::string_view::npos) return std::nullopt;
    return limit_name_of(name.substr(hyphen + 1), name.substr(0, hyphen));
}

/// nullopt for none, and for those that no field of ours holds.
std::optional<std::int64_t> amount_in(std::string_view value, std::int64_t least) noexcept {
    const auto number = text::number_in<std::int64_t>(text::trimmed(value));
    return number && *number >= least && *number <= limit_max ? number : std::nullopt;
}

bool says_unlimited(std::string_view value) noexcept {
    const auto number = text::number_in<std::int64_t>(text::trimmed(value));
    return number && *number <= 0;
}

template <typename Value>
void keep_first(std::optional<Value>& place, std::optional<Value> value) noexcept {
    if (!place) place = value;
}

std::optional<std::int64_t> above_zero(std::optional<std::int64_t> value) noexcept {
    return value && *value > 0 ? value : std::nullopt;
}

}  // namespace

void ProviderLimitsReader::take(std::string_view name, std::string_view value) noexcept {
    if (name.empty()) return;
    switch (text::lower(name.front())) {
        case 'a':
        case 'x':
            return take_limit(name, value);
        case 'r':
            if (text::equals_ignoring_case(name, "retry-after-ms"))
                keep_first(retry_after_ms_us_, above_zero(milliseconds_as_us(value)));
            if (text::equals_ignoring_case(name, "retry-after"))
                keep_first(limits_.retry_after_us, above_zero(wait_us(value, now_us_)));
            return;
        default:
            return;
    }
}

void ProviderLimitsReader::take_limit(std::string_view name, std::string_view value) noexcept {
    const auto known = parse_name(name);
    if (!known) return;
    const auto index = static_cast<std::size_t>(known->counted.dimension);
    ProviderDimension& dimension = limits_.by_dimension[index];
    switch (known->part) {
        case Part::limit:
            keep_first(dimension.limit, amount_in(value, 1));
            if (says_unlimited(value)) is_not_limited_[index] = true;
            break;
        case Part::remaining:
            keep_first(dimension.remaining, amount_in(value, 0));
            break;
        case Part::reset:
            keep_first(dimension.reset_us, wait_us(value, now_us_));
            break;
        case Part::window:
            keep_first(dimension.window_us, above_zero(wait_us(value, now_us_)));
            break;
    }
    if (known->counted.window_us > 0) keep_first(dimension.window_us, {known->counted.window_us});
}

ProviderLimits ProviderLimitsReader::limits() const noexcept {
    ProviderLimits limits = limits_;
    for (std::size_t i = 0; i < dimension_count; ++i) {
        if (is_not_limited_[i] && !limits.by_dimension[i].limit) limits.by_dimension[i] = {};
    }
    if (retry_after_ms_us_) limits.retry_after_us = retry_after_ms_us_;
    return limits;
}

std::optional<std::int64_t> sleep_us(int status, const ProviderLimits& limits) noexcept {
    if (status != 429 && status != 503 && status != 529) return std::nullopt;
    std::int64_t asked_us = limits.retry_after_us.value_or(0);
    if (asked_us == 0) {
        // All must have room again, so the last counts.
        for (const ProviderDimension& dimension : limits.by_dimension) {
            if (dimension.remaining == 0) asked_us = std::max(asked_us, dimension.reset_us.value_or(0));
        }
    }
    if (asked_us <= 0) return std::nullopt;
    return std::min(asked_us, sleep_max_us);
}

}  // namespace weir::llm
