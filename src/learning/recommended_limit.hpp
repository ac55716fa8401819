// Which limit would hold nobody back who goes on as before, and stop what goes far beyond. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "learning/hourly_profile.hpp"

namespace weir::learning {

/// Above the 99th percentile of what was used.
inline constexpr double headroom = 1.2;
/// Hours in which something was asked for, for a minute's limit; hours since the first, for a day's.
inline constexpr std::size_t busy_hours_min = 24, hours_for_day_min = 7 * hours_of_day;

struct RecommendedLimit {
    bool has_history = false;  ///< false: too little, and no limit is recommended
    std::size_t hours = 0, hours_needed = 0;
    std::int64_t p99 = 0;
    std::int64_t limit = 0;
};

/// For a minute: `peaks` are the busiest minutes of hours in which something was asked for, in any order.
/// What 99 of 100 hours keep below. They are minutes of the clock: a window that slides may hold more, for
/// which the headroom is.
RecommendedLimit recommend_for_minute(std::vector<double> peaks);
/// For 24 hours that slide, by the hour.
RecommendedLimit recommend_for_day(const HourlySeries& hours);

/// The next number that people would set: 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6 or 8, times a power of ten. At
/// least 1.
std::int64_t friendly_number_from(double value) noexcept;

}  // namespace weir::learning
