// A wall clock that nobody steps.
#pragma once

#include <cstdint>

#include "weir/clock.hpp"

namespace weir {

/// The wall clock as it was when this was made, and from then on as fast as the clock that never steps: for
/// windows, which a step ahead would empty. `clock` outlives it.
///
/// Thread safety: as `clock`.
class UnsteppedClock final : public Clock {
public:
    explicit UnsteppedClock(const Clock& clock) noexcept
        : clock_(clock), origin_us_(clock.now_us() - clock.steady_us()) {}
    std::int64_t now_us() const override { return origin_us_ + clock_.steady_us(); }
    std::int64_t steady_us() const override { return clock_.steady_us(); }

private:
    const Clock& clock_;
    std::int64_t origin_us_;
};

}  // namespace weir
