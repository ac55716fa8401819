// How busy each hour of the week, or of the day, usually is, beside a level of 1. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weir::learning {

inline constexpr std::size_t hours_of_day = 24;
inline constexpr std::size_t hours_of_week = 7 * hours_of_day;

/// What happened in consecutive hours, the oldest first. Hours are counted since 1970-01-01, UTC.
struct HourlySeries {
    std::int64_t first_hour = 0;
    std::vector<double> values;  ///< none is below 0

    std::int64_t end_hour() const noexcept { return first_hour + static_cast<std::int64_t>(values.size()); }
};

/// A profile and what it was found with.
struct HourlyProfile {
    std::size_t period = 1;       ///< 168: by hour of the week; 24: of the day; 1: all hours are alike
    std::vector<double> factors;  ///< `period` of them, by the hour since 1970-01-01 modulo `period`
    std::vector<double> calm;     ///< the series with its bursts cut down to what is usual at that hour
    double weight_of_one = 0.0;   ///< how much a factor has followed one hour of the series

    double at(std::int64_t hour) const noexcept {
        return factors[static_cast<std::size_t>(hour % static_cast<std::int64_t>(period))];
    }
};

/// Each hour of the period is the mean of what it was, week by week beside that week's level; shrunk to what
/// its hour of the day and its day of the week say, by as much as its own values differ from one another. An
/// hour that is far above what the others of its group say counts as a few times what is usual, and no more.
/// REQUIRES: period is 168, 24 or 1, and the series at least that long.
HourlyProfile profile_of(const HourlySeries& series, std::size_t period);

/// The value that a part of them is below. `values` need no order; 0 where there are none.
double quantile(std::vector<double> values, double part);

}  // namespace weir::learning
