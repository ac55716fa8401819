// One formula, so that everything that fades does so alike.
#include "learning/decay.hpp"

#include <cmath>

namespace weir::learning {

double part_left(std::int64_t age_us, std::int64_t half_life_us) noexcept {
    if (age_us <= 0) return 1.0;
    return std::exp2(-static_cast<double>(age_us) / static_cast<double>(half_life_us));
}

}  // namespace weir::learning
