// How many nodes share a store, as each of its masters knows it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

namespace weir {

/// A master that has just been given its slots knows of few, one that was emptied of those alone that have
/// told it since: the one that knows of most is believed, and what this node has itself heard within the
/// hour. Thread safety: every function may be called from any thread.
class NodeCounts {
public:
    /// A master that says nothing for so long is not believed any more. Nor does it remember more of its own.
    static constexpr std::int64_t believed_us = 3'600'000'000;

    /// `nodes`: the most of the last hour, as the master knows it; `alive`: now. Times are of a steady clock.
    void note(std::size_t master, std::int64_t nodes, std::int64_t alive, std::int64_t now_us) {
        const std::lock_guard lock(mutex_);
        by_master_[master] = {nodes, now_us};
        std::erase_if(by_master_,
                      [&](const auto& entry) { return entry.second.second + believed_us < now_us; });
        remember(alive, now_us);
        std::int64_t most = heard_.front().first;
        for (const auto& [index, said] : by_master_) most = std::max(most, said.first);
        most_.store(most, std::memory_order_relaxed);
    }
    /// 0: not known.
    std::int64_t most() const noexcept { return most_.load(std::memory_order_relaxed); }

private:
    /// What is no more than a later one will never be the most again: so these fall, and few are kept.
    void remember(std::int64_t alive, std::int64_t now_us) {
        while (!heard_.empty() && heard_.back().first <= alive) heard_.pop_back();
        heard_.emplace_back(alive, now_us);
        while (heard_.front().second + believed_us < now_us) heard_.pop_front();
    }

    std::mutex mutex_;
    std::map<std::size_t, std::pair<std::int64_t, std::int64_t>>
        by_master_;                                            ///< how many, and when it said so
    std::deque<std::pair<std::int64_t, std::int64_t>> heard_;  ///< how many were alive, and when
    std::atomic<std::int64_t> most_{0};
};

}  // namespace weir
