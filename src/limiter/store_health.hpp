// Whether this node asks the shared store or decides alone: the breaker.
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

/// Starts with the breaker open: nothing is known of the store yet.
///
/// Thread safety: every function may be called from any thread. `on_change` is called on the thread that
/// caused the change, once for each, never twice at a time.
class StoreHealth {
public:
    using OnChange = std::function<void(bool asks_store, std::string_view why)>;
    /// Another reason shows while the breaker is open already. As `on_change`, and never during it.
    using OnReason = std::function<void(std::string_view why)>;

    StoreHealth(int failures_max, OnChange on_change, OnReason on_reason = {})
        : failures_max_(failures_max), on_change_(std::move(on_change)), on_reason_(std::move(on_reason)) {}

    /// The breaker is closed: requests ask the store.
    bool asks_store() const noexcept { return asks_store_.load(std::memory_order_acquire); }

    void note_success() noexcept {
        if (failures_.load(std::memory_order_relaxed) != 0) failures_.store(0, std::memory_order_relaxed);
    }
    /// One call failed; failures_max of them in a row open the breaker.
    void note_failure(std::string_view why) {
        if (failures_.fetch_add(1, std::memory_order_relaxed) + 1 >= failures_max_) open(why);
    }
    /// The connection is gone: opens it at once.
    void note_lost(std::string_view why) { open(why); }
    /// The store answers, but without what this node has written: opens it at once, and everything has to be
    /// written again.
    void note_data_lost(std::string_view why) {
        data_lost_.store(true, std::memory_order_release);
        open(why);
    }

    /// Data was lost since this was last asked.
    bool take_data_lost() noexcept { return data_lost_.exchange(false, std::memory_order_acq_rel); }

    /// Everything owed is written: closes the breaker, unless data was lost meanwhile.
    void note_recovered() {
        const std::lock_guard lock(mutex_);
        if (data_lost_.load(std::memory_order_acquire) || asks_store_) return;
        failures_.store(0, std::memory_order_relaxed);
        is_explained_ = true;
        reasons_.clear();
        asks_store_.store(true, std::memory_order_release);
        on_change_(true, "the store answers");
    }

private:
    void open(std::string_view why) {
        const std::lock_guard lock(mutex_);
        const bool is_news = std::find(reasons_.begin(), reasons_.end(), why) == reasons_.end();
        const bool was_open = !asks_store_ && is_explained_;
        if (was_open && (!is_news || reasons_.size() >= reasons_max)) return;
        reasons_.emplace_back(why);
        if (was_open) {
            if (on_reason_) on_reason_(why);
            return;
        }
        is_explained_ = true;
        asks_store_.store(false, std::memory_order_release);
        on_change_(false, why);
    }

    static constexpr std::size_t reasons_max = 16;  ///< that are told for one time away

    const int failures_max_;
    OnChange on_change_;
    OnReason on_reason_;
    std::vector<std::string> reasons_;  ///< told since the breaker opened
    std::mutex mutex_;
    bool is_explained_ = false;  ///< why it is as it is; only the breaker that is open from the start is not
    std::atomic<bool> asks_store_{false};
    std::atomic<bool> data_lost_{false};
    std::atomic<int> failures_{0};
};

}  // namespace weir
