// When the requests of an open loop are due: at even intervals, one or a burst at a time, dealt out to
// several parts (threads) in turn.
#pragma once

#include <cmath>
#include <cstdint>

namespace weir::load {

class Schedule {
public:
    /// `rate` requests a second over all parts, `burst` of them at a time, the first at start_us; this is
    /// part `part` of `parts`.
    Schedule(double rate, std::int64_t start_us, unsigned part, unsigned parts, std::uint64_t burst = 1)
        : interval_us_(1e6 / rate), start_us_(start_us), part_(part), parts_(parts), burst_(burst) {}

    /// The number, over all parts, of this part's n-th request.
    std::uint64_t number_of(std::uint64_t n) const { return n * parts_ + part_; }

    /// When this part's n-th request is due. Computed from the start, so that nothing adds up.
    std::int64_t due_us(std::uint64_t n) const {
        const std::uint64_t first = number_of(n) / burst_ * burst_;
        return start_us_ + static_cast<std::int64_t>(std::ceil(static_cast<double>(first) * interval_us_));
    }

    /// How many requests of this part are due before that time.
    std::uint64_t due_before(std::int64_t time_us) const {
        if (time_us <= start_us_) return 0;
        const auto all = static_cast<std::uint64_t>(static_cast<double>(time_us - start_us_) / interval_us_);
        std::uint64_t n = all / parts_;
        while (n > 0 && due_us(n - 1) >= time_us) --n;
        while (due_us(n) < time_us) ++n;
        return n;
    }

private:
    double interval_us_;
    std::int64_t start_us_;
    unsigned part_;
    unsigned parts_;
    std::uint64_t burst_;
};

}  // namespace weir::load
