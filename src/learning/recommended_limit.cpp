// The same rule for both windows: the 99th percentile, headroom, a friendly number.
#include "learning/recommended_limit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "weir/limit.hpp"

namespace weir::learning {

namespace {

RecommendedLimit recommend(std::vector<double> uses, std::size_t hours, std::size_t hours_needed) {
    RecommendedLimit recommended{
        .has_history = hours >= hours_needed, .hours = hours, .hours_needed = hours_needed};
    if (!recommended.has_history) return recommended;
    const double p99 = quantile(std::move(uses), 0.99);
    recommended.p99 = static_cast<std::int64_t>(std::ceil(p99));
    recommended.limit = friendly_number_from(p99 * headroom);
    return recommended;
}

}  // namespace

RecommendedLimit recommend_for_minute(std::vector<double> peaks) {
    const std::size_t hours = peaks.size();
    return recommend(std::move(peaks), hours, busy_hours_min);
}

RecommendedLimit recommend_for_day(const HourlySeries& hours) {
    std::vector<double> days;
    double day = 0.0;
    for (std::size_t i = 0; i < hours.values.size(); ++i) {
        day += hours.values[i];
        if (i >= hours_of_day) day -= hours.values[i - hours_of_day];
        if (i + 1 >= hours_of_day) days.push_back(day);
    }
    return recommend(std::move(days), hours.values.size(), hours_for_day_min);
}

std::int64_t friendly_number_from(double value) noexcept {
    constexpr std::array<double, 10> friendly{1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0};
    for (std::int64_t power = 1; power <= limit_max; power *= 10) {
        for (const double number : friendly) {
            const double candidate = number * static_cast<double>(power);
            // Below ten only whole numbers are meant.
            if (candidate != std::floor(candidate)) continue;
            // What is off by rounding alone does not make it the next one.
            if (candidate >= value * (1.0 - 1e-9))
                return std::min(static_cast<std::int64_t>(candidate), limit_max);
        }
    }
    return limit_max;
}

}  // namespace weir::learning
