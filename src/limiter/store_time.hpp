// The clock of a shared store as this node knows it: its own, and the difference that replies have shown.
#pragma once

#include <atomic>
#include <cstdint>

#include "weir/clock.hpp"

namespace weir {

/// Each reply bounds the difference: it was made between sending and receiving. The closest bounds of all are
/// kept, since a thread that reads its replies late learns little from them, until a reply contradicts them:
/// a clock has drifted, or was set.
///
/// Any thread. Steady between two replies, whatever happens to this node's wall clock.
class StoreTime {
public:
    explicit StoreTime(const Clock& clock)
        : clock_(clock),
          earliest_offset_us_(clock.now_us() - clock.steady_us()),
          latest_offset_us_(earliest_offset_us_.load()) {}

    /// A reply said that it was `store_us`, between `sent_us` and now on the steady clock.
    void note(std::int64_t sent_us, std::int64_t store_us) noexcept {
        const std::int64_t earliest = store_us - clock_.steady_us();
        const std::int64_t latest = store_us - sent_us;
        const std::int64_t known_earliest = earliest_offset_us_.load(std::memory_order_relaxed);
        const std::int64_t known_latest = latest_offset_us_.load(std::memory_order_relaxed);
        const bool is_contradicted = earliest > known_latest || latest < known_earliest;
        if (is_contradicted || earliest > known_earliest) {
            earliest_offset_us_.store(earliest, std::memory_order_relaxed);
        }
        if (is_contradicted || latest < known_latest)
            latest_offset_us_.store(latest, std::memory_order_relaxed);
    }

    std::int64_t now_us() const noexcept {
        const std::int64_t earliest = earliest_offset_us_.load(std::memory_order_relaxed);
        const std::int64_t latest = latest_offset_us_.load(std::memory_order_relaxed);
        return clock_.steady_us() + earliest + (latest - earliest) / 2;
    }
    /// The store's clock shows at least this.
    std::int64_t earliest_now_us() const noexcept {
        return clock_.steady_us() + earliest_offset_us_.load(std::memory_order_relaxed);
    }

private:
    const Clock& clock_;
    std::atomic<std::int64_t> earliest_offset_us_;
    std::atomic<std::int64_t> latest_offset_us_;
};

}  // namespace weir
