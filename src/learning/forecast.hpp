// What the next hours will bring, by what up to five weeks of hours have brought. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "learning/hourly_profile.hpp"

namespace weir::learning {

/// What a forecast goes by: the more history, the more.
enum class ForecastBasis : std::uint8_t {
    none,         ///< under 3 hours: nothing is said
    average,      ///< the mean of all hours
    hour_of_day,  ///< from 2 days on
    hour_of_week  ///< from 8 days on
};
std::string_view to_string(ForecastBasis basis) noexcept;

/// Four of five hours are meant to lie within the band.
inline constexpr double band_part = 0.8;

struct ForecastHour {
    std::int64_t hour = 0;  ///< since 1970-01-01, UTC
    double expected = 0.0;
    double low = 0.0, high = 0.0;  ///< the band; 0 <= low <= expected <= high
};

struct Forecast {
    ForecastBasis basis = ForecastBasis::none;
    std::vector<ForecastHour> hours;  ///< from the series' end on; none where the basis is
};

/// Whole hours alone: the one that has begun is the first of the forecast. An hour in which nothing was seen
/// is 0, whether nobody asked or nobody was there to see. Seasons are of UTC: where clocks are put forward,
/// they are an hour off until the new hours outweigh the old ones.
Forecast forecast(const HourlySeries& past, std::size_t hours_ahead);

}  // namespace weir::learning
