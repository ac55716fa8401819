// How what was learned fades with time. Pure.
#pragma once

#include <cstdint>

namespace weir::learning {

/// What part of a weight is left after `age_us`: 1 at once, a half after a half-life. An age below 0 is 0.
/// REQUIRES: half_life_us > 0.
double part_left(std::int64_t age_us, std::int64_t half_life_us) noexcept;

}  // namespace weir::learning
