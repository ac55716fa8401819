// The short names and `more`.
#include "config/limits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <utility>

#include "config/durations.hpp"
#include "config/json_path.hpp"
#include "text/durations.hpp"

namespace weir::config {

namespace {

constexpr std::size_t limits_count_max = 32;
constexpr Range limit_range{0, limit_max};
constexpr Range in_flight_range{0, in_flight_max};

struct ShortName {
    std::string_view name;
    Dimension dimension;
    std::int64_t window_us;
    Range range;
};
/// By dimension.
constexpr std::array<ShortName, dimension_count> short_names{{
    {"rpm", Dimension::requests, minute_us, limit_range},
    {"itpm", Dimension::input_tokens, minute_us, limit_range},
    {"otpm", Dimension::output_tokens, minute_us, limit_range},
    {"tpm", Dimension::total_tokens, minute_us, limit_range},
    {"max_in_flight", Dimension::in_flight, in_flight_lease_us, in_flight_range},
}};

/// Those that have a window, by dimension.
constexpr std::array<std::string_view, 4> windowed_names{"requests", "input_tokens", "output_tokens",
                                                         "total_tokens"};
constexpr std::string_view windowed_in_words =
    R"("requests", "input_tokens", "output_tokens" or "total_tokens")";

bool is_same_window(const LimitSpec& left, const LimitSpec& right) noexcept {
    return left.dimension == right.dimension && left.window_us == right.window_us;
}

/// nullopt: refused.
std::optional<std::size_t> read_windowed_dimension(const Field& field) {
    if (field.is_text("in_flight") || field.is_text("max_in_flight")) {
        field.refuse("expected " + std::string(windowed_in_words) +
                     ": requests in flight have no window; limit them by max_in_flight, beside more");
        return std::nullopt;
    }
    return field.choice(windowed_names);
}

std::optional<LimitSpec> read_spec(const Field& field, bool enforced) {
    std::optional<ObjectReader> object = field.object();
    if (!object) return std::nullopt;
    object->boolean("enforce", enforced);
    const auto dimension_field = object->required("dimension", windowed_in_words);
    const auto limit_field = object->required("limit", to_string(limit_range));
    const auto window_field = object->required("window", R"(a window from "1s" to "31d")");
    object->finish();
    std::optional<std::size_t> dimension;
    std::optional<std::int64_t> limit;
    std::optional<std::int64_t> window_us;
    if (dimension_field) dimension = read_windowed_dimension(*dimension_field);
    if (limit_field) limit = limit_field->integer(limit_range);
    if (window_field) window_us = window_field->parsed(parse_window_us);
    if (!dimension || !limit || !window_us) return std::nullopt;
    return LimitSpec{all_dimensions[*dimension], *limit, *window_us, enforced};
}

/// `enforced`: what holds for those that don't say otherwise.
void read_more(const Field& field, const std::string& parent, bool enforced, LimitSet& limits) {
    const auto items = field.items();
    if (!items) return;
    if (items->size() > limits_count_max) return field.refuse("expected at most 32 limits");
    for (const Field& item : *items) {
        const std::optional<LimitSpec> spec = read_spec(item, enforced);
        if (!spec) continue;
        const bool is_taken = std::any_of(limits.begin(), limits.end(), [&](const LimitSpec& other) {
            return is_same_window(other, *spec);
        });
        if (is_taken) {
            item.refuse("expected another window or dimension: " + std::string(to_string(spec->dimension)) +
                        " per " + text::window_text(spec->window_us) + " are limited already");
            continue;
        }
        limits.push_back(*spec);
        item.set_origin(limit_path(parent, *spec));
    }
}

void sort(LimitSet& limits) {
    std::sort(limits.begin(), limits.end(), [](const LimitSpec& left, const LimitSpec& right) {
        return std::tuple(left.dimension, left.window_us) < std::tuple(right.dimension, right.window_us);
    });
}

}  // namespace

LimitSet read_limits(const Field& field) {
    LimitSet limits;
    std::optional<ObjectReader> object = field.object();
    if (!object) return limits;
    bool enforced = true;
    object->boolean("enforce", enforced);
    for (const auto& [name, dimension, window_us, range] : short_names) {
        const std::optional<Field> member = object->field(name);
        if (!member) continue;
        const auto limit = member->integer(range);
        if (limit) limits.push_back({dimension, *limit, window_us, enforced});
    }
    if (const std::optional<Field> more = object->field("more"))
        read_more(*more, field.path(), enforced, limits);
    object->finish();
    field.set_origin(field.path());
    sort(limits);
    return limits;
}

void set_limit(LimitSet& limits, const LimitSpec& spec) {
    std::erase_if(limits, [&](const LimitSpec& other) { return is_same_window(other, spec); });
    limits.push_back(spec);
    sort(limits);
}

LimitSet replace_by_dimension(const LimitSet& limits, const LimitSet& own) {
    LimitSet merged = own;
    for (const LimitSpec& spec : limits) {
        const bool is_replaced = std::any_of(own.begin(), own.end(), [&](const LimitSpec& other) {
            return other.dimension == spec.dimension;
        });
        if (!is_replaced) merged.push_back(spec);
    }
    sort(merged);
    return merged;
}

LimitSet scaled(LimitSet limits, double factor) {
    for (LimitSpec& spec : limits) {
        if (spec.limit == 0) continue;
        const double limit = std::round(static_cast<double>(spec.limit) * factor);
        spec.limit = limit >= static_cast<double>(limit_max)
                         ? limit_max
                         : std::max<std::int64_t>(1, static_cast<std::int64_t>(limit));
    }
    return limits;
}

std::string limit_path(std::string_view parent, const LimitSpec& spec) {
    const ShortName& usual = short_names[static_cast<std::size_t>(spec.dimension)];
    if (spec.window_us == usual.window_us) return member_path(parent, usual.name);
    std::string path = member_path(parent, to_string(spec.dimension));
    return path.append("/").append(text::window_text(spec.window_us));
}

}  // namespace weir::config
