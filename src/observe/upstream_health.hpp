// Whether an upstream is well, out of what was counted of it. Pure.
#pragma once

#include <cstdint>
#include <deque>

namespace weir::observe {

/// One thread. An upstream is ill once 5 attempts in a row have failed, or every one of the last 10 s; it is
/// well again with its first answer. Without attempts nothing changes.
class UpstreamHealth {
public:
    explicit UpstreamHealth(std::int64_t now_us) : since_us_(now_us) {}

    /// The counts as they stand, about once a second.
    void update(std::uint64_t answers, std::uint64_t errors, std::int64_t now_us);

    bool healthy() const noexcept { return healthy_; }
    std::int64_t since_us() const noexcept { return since_us_; }

private:
    struct Sample {
        std::int64_t at_us = 0;
        std::uint64_t answers = 0;
        std::uint64_t errors = 0;
    };

    std::deque<Sample> samples_;  ///< of the last 10 s, and the one before
    std::uint64_t failed_in_row_ = 0;
    std::int64_t failing_since_us_ = 0;
    std::int64_t since_us_;
    bool healthy_ = true;
};

}  // namespace weir::observe
