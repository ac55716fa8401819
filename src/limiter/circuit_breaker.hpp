// Whether requests of this node ask the shared store or fall back: the circuit breaker.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Starts open: nothing is known of the store yet. Closed: requests ask the store.
///
/// Thread safety: every function may be called from any thread. `on_change` is called on the thread that
/// caused the change, once for each, never twice at a time.
class CircuitBreaker {
public:
    using OnChange = std::function<void(bool asks_store, std::string_view why)>;
    /// Another reason shows while it is open already. As `on_change`, and never during it.
    using OnReason = std::function<void(std::string_view why)>;

    CircuitBreaker(int failures_max, OnChange on_change, OnReason on_reason = {})
        : failures_max_(failures_max), on_change_(std::move(on_change)), on_reason_(std::move(on_reason)) {}

    bool is_closed() const noexcept { return is_closed_.load(std::memory_order_acquire); }

    void note_success() noexcept {
        if (failures_.load(std::memory_order_relaxed) != 0) failures_.store(0, std::memory_order_relaxed);
    }
    /// One call failed; failures_max of them in a row open it.
    void note_failure(std::string_view why) {
        if (failures_.fetch_add(1, std::memory_order_relaxed) + 1 >= failures_max_) open(why);
    }
    /// The connection is gone: opens it at once.
    void note_lost(std::string_view why) { open(why); }
    /// The store no longer has this epoch, and so nothing of what this node has written under it: opens it at
    /// once, and everything has to be replayed.
    void note_data_lost(std::int64_t epoch, std::string_view why) {
        lost_epoch_.store(epoch, std::memory_order_release);
        open(why);
    }

    /// The epoch that was found lost since this was last asked; 0: none was.
    std::int64_t take_lost_epoch() noexcept { return lost_epoch_.exchange(0, std::memory_order_acq_rel); }

    /// Closes it, unless the store was found to have lost this epoch meanwhile.
    void close(std::int64_t epoch) {
        const std::lock_guard lock(mutex_);
        if (lost_epoch_.load(std::memory_order_acquire) == epoch || is_closed_) return;
        failures_.store(0, std::memory_order_relaxed);
        is_explained_ = true;
        reasons_.clear();
        is_closed_.store(true, std::memory_order_release);
        on_change_(true, "the store answers");
    }

private:
    void open(std::string_view why) {
        const std::lock_guard lock(mutex_);
        const bool is_news = std::find(reasons_.begin(), reasons_.end(), why) == reasons_.end();
        const bool was_open = !is_closed_ && is_explained_;
        if (was_open && (!is_news || reasons_.size() >= reasons_max)) return;
        reasons_.emplace_back(why);
        if (was_open) {
            if (on_reason_) on_reason_(why);
            return;
        }
        is_explained_ = true;
        is_closed_.store(false, std::memory_order_release);
        on_change_(false, why);
    }

    static constexpr std::size_t reasons_max = 16;  ///< that are told for one time away

    const int failures_max_;
    OnChange on_change_;
    OnReason on_reason_;
    std::vector<std::string> reasons_;  ///< told since it opened
    std::mutex mutex_;
    bool is_explained_ = false;  ///< why it is as it is; only what is open from the start is not
    std::atomic<bool> is_closed_{false};
    std::atomic<std::int64_t> lost_epoch_{0};  ///< 0: none
    std::atomic<int> failures_{0};
};

}  // namespace weir
