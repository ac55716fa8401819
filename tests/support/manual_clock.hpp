// A clock that stands still until the test moves it.
#pragma once

#include <atomic>
#include <cstdint>

#include "weir/clock.hpp"

namespace weir::testing {

/// A multiple of a minute, so that windows of round lengths start on a bucket's edge.
inline constexpr std::int64_t some_minute_us = 1'700'000'040'000'000;

/// Thread safety: every function may be called from any thread.
class ManualClock final : public Clock {
public:
    explicit ManualClock(std::int64_t now_us = some_minute_us) : now_us_(now_us) {}

    std::int64_t now_us() const override { return now_us_.load(); }
    std::int64_t steady_us() const override { return steady_us_.load(); }

    /// Time passes.
    void advance(std::int64_t duration_us) {
        now_us_ += duration_us;
        steady_us_ += duration_us;
    }
    /// The operator sets the clock, forward or back; no time passes.
    void set_now_us(std::int64_t now_us) { now_us_ = now_us; }

private:
    std::atomic<std::int64_t> now_us_;
    std::atomic<std::int64_t> steady_us_{0};
};

}  // namespace weir::testing
