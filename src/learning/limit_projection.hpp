// When a limit will be reached, if the next hours bring what is forecast. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "learning/forecast.hpp"

namespace weir::learning {

/// A sliding window as it stands now.
struct WindowNow {
    std::int64_t now_us = 0;
    std::int64_t window_us = 0;  ///< an hour or more
    double limit = 0.0;
    double used = 0.0;
    /// What a unit of the series is charged as, at least: below 1 where a part is charged less (cached
    /// input). How much it is, is taken from what the window holds beside what the series says.
    double charge_min = 1.0;
};

/// How far is looked: as long as the window is, and no further than a week.
std::int64_t projected_us(std::int64_t window_us) noexcept;

/// nullopt: not within `projected_us`. `past` ends with the hour of `now_us`, as far as it has gone; what the
/// window holds is taken to slide out as it came in by that. `told` begins with the same hour, and tells it
/// whole. REQUIRES: told covers projected_us.
std::optional<std::int64_t> limit_reached_at_us(const WindowNow& window, const HourlySeries& past,
                                                const Forecast& told);

}  // namespace weir::learning
