// The clock of a shared store as this node knows it: its own, and the difference that replies have shown.
#pragma once

#include <atomic>
#include <cstdint>

#include "weir/clock.hpp"

namespace weir {

/// Any thread. Steady between two replies, whatever happens to this node's wall clock.
class StoreTime {
public:
    explicit StoreTime(const Clock& clock)
        : clock_(clock),
          offset_us_(clock.now_us() - clock.steady_us()),
          earliest_offset_us_(offset_us_.load()) {}

    /// A reply said that it was `store_us`, between `sent_us` and now on the steady clock.
    void note(std::int64_t sent_us, std::int64_t store_us) noexcept {
        const std::int64_t received_us = clock_.steady_us();
        offset_us_.store(store_us - (sent_us + received_us) / 2, std::memory_order_relaxed);
        earliest_offset_us_.store(store_us - received_us, std::memory_order_relaxed);
    }

    std::int64_t now_us() const noexcept {
        return clock_.steady_us() + offset_us_.load(std::memory_order_relaxed);
    }
    /// The store's clock shows at least this.
    std::int64_t earliest_now_us() const noexcept {
        return clock_.steady_us() + earliest_offset_us_.load(std::memory_order_relaxed);
    }

private:
    const Clock& clock_;
    std::atomic<std::int64_t> offset_us_;
    std::atomic<std::int64_t> earliest_offset_us_;
};

}  // namespace weir
