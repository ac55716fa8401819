// The sliding window of one ledger as pure arithmetic: no clocks, maps, locks or coroutines.
//
// Time is cut into buckets of g = ceil(W/120) microseconds. An event at time t belongs to bucket
// b = ceil((t + W)/g), which expires at b*g: never before t + W, and at most g after. Events of one bucket
// share one entry; an entry counts while its expiry is later than now. So there are at most 121 entries at
// any rate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "weir/limit.hpp"

namespace weir {

/// Output that is reserved and not yet produced is given back by itself after so long, whatever the window.
inline constexpr std::int64_t lease_us_max = 120'000'000;

constexpr std::int64_t bucket_width_us(std::int64_t window_us) noexcept {
    return (window_us + 119) / 120;
}

/// Where an event at `at_us` is counted.
constexpr std::int64_t bucket_of(std::int64_t at_us, std::int64_t window_us) noexcept {
    const std::int64_t width = bucket_width_us(window_us);
    return (at_us + window_us + width - 1) / width;
}

constexpr std::int64_t lease_us(std::int64_t window_us) noexcept {
    return window_us < lease_us_max ? window_us : lease_us_max;
}

/// Where output reserved at `at_us` is held.
constexpr std::int64_t lease_bucket_of(std::int64_t at_us, std::int64_t window_us) noexcept {
    const std::int64_t width = bucket_width_us(window_us);
    return (at_us + lease_us(window_us) + width - 1) / width;
}

/// Why a demand does not fit, and when it will if nothing else happens.
struct NoRoom {
    Dimension dimension;          ///< the one that has to wait longest
    std::int64_t used = 0;        ///< of that dimension, now
    std::int64_t retry_after_us;  ///< as in Refusal
};

/// Not thread-safe. Times are microseconds since the epoch; all functions but `trim` expect that `trim(now)`
/// was called with the same now.
class Window {
public:
    /// What one bucket holds.
    struct Entry {
        std::int64_t bucket;
        Amounts amounts;
    };

    explicit Window(std::int64_t window_us) noexcept : window_us_(window_us) {}

    /// Forgets what has expired. If time stepped back, what lies beyond the current bucket is folded into it.
    void trim(std::int64_t now_us);

    /// nullopt: it fits. A dimension of which nothing is demanded is not checked. The demand is within the
    /// limits themselves (see find_impossible), and is what it is to a ledger with them (see demand_on).
    std::optional<NoRoom> find_no_room(const Demand& demand, const Limits& limits, std::int64_t now_us) const;

    void add(std::int64_t bucket, const Amounts& amounts);
    /// As much of each as the bucket still holds; a bucket that is gone holds nothing.
    void remove(std::int64_t bucket, const Amounts& amounts);
    bool has_expired(std::int64_t bucket, std::int64_t now_us) const noexcept {
        return bucket * bucket_width_us(window_us_) <= now_us;
    }

    /// What counts now. May exceed a limit: debt.
    const Amounts& sum() const noexcept { return sum_; }
    /// Until nothing of the dimension counts any more, if nothing is added; as in Level.
    std::int64_t reset_us(Dimension dimension, std::int64_t now_us) const noexcept;
    /// When the last entry expires; 0 where there is none.
    std::int64_t empty_at_us() const noexcept;
    std::int64_t window_us() const noexcept { return window_us_; }
    std::size_t entry_count() const noexcept { return entries_.size(); }
    /// By bucket, ascending, none all zero. Valid until the window changes.
    std::span<const Entry> entries() const noexcept { return entries_; }

private:
    /// When so much of what counts now will have expired. REQUIRES: so much counts.
    std::int64_t expiry_of(Dimension dimension, std::int64_t amount) const noexcept;

    std::int64_t window_us_;
    Amounts sum_;
    std::vector<Entry> entries_;
};

}  // namespace weir
