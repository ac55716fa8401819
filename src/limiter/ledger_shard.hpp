// A part of the ledgers that a process keeps, bounded, under one lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <queue>
#include <unordered_map>
#include <vector>

#include "weir/ledger_name.hpp"
#include "weir/window.hpp"

namespace weir {

/// `Ledger(window_us)` makes an empty one; its `empty_at_us()` says when nothing counts in it any more, 0
/// where nothing does now. Every function needs `mutex` held.
template <typename Ledger>
class LedgerShard {
public:
    explicit LedgerShard(std::size_t ledgers_max) : ledgers_max_(ledgers_max) {}

    std::mutex mutex;

    /// nullptr where there is none.
    Ledger* find(const LedgerName& name) {
        const auto found = ledgers_.find(name);
        return found == ledgers_.end() ? nullptr : &found->second;
    }

    /// There is room for one more, after forgetting ledgers in which nothing counts any more.
    bool has_room(std::int64_t now_us) {
        if (ledgers_.size() >= ledgers_max_) forget_expired(now_us, std::numeric_limits<std::size_t>::max());
        return ledgers_.size() < ledgers_max_;
    }

    /// Found or made, whether there is room or not.
    Ledger& get(const LedgerName& name, std::int64_t window_us, std::int64_t now_us) {
        if (Ledger* ledger = find(name)) return *ledger;
        const auto made = ledgers_.emplace(name, Ledger(window_us)).first;
        // What is added now cannot expire earlier than a lease would.
        looks_.push({now_us + lease_us(window_us), &*made});
        return made->second;
    }

    /// To be called after a ledger was made: forgets a few that have expired, so that they don't pile up.
    void forget_some(std::int64_t now_us) {
        // Two for each ledger made keep up with any rate of making.
        constexpr std::size_t looks_per_ledger_made = 2;
        forget_expired(now_us, looks_per_ledger_made);
    }

    std::size_t size() const noexcept { return ledgers_.size(); }
    auto begin() { return ledgers_.begin(); }
    auto end() { return ledgers_.end(); }

private:
    struct NameHash {
        std::size_t operator()(const LedgerName& name) const noexcept { return name.hash(); }
    };
    using Ledgers = std::unordered_map<LedgerName, Ledger, NameHash>;

    /// When a ledger is to be looked at again. One per ledger, so the queue is as bounded as the ledgers.
    struct Look {
        std::int64_t at_us;
        typename Ledgers::pointer ledger;
        bool operator>(const Look& other) const noexcept { return at_us > other.at_us; }
    };

    /// Each look is moved on when its ledger turns out to be in use.
    void forget_expired(std::int64_t now_us, std::size_t looks_max) {
        for (std::size_t looks = 0; looks < looks_max && !looks_.empty() && looks_.top().at_us <= now_us;
             ++looks) {
            const typename Ledgers::pointer ledger = looks_.top().ledger;
            looks_.pop();
            const std::int64_t empty_at_us = ledger->second.empty_at_us();
            if (empty_at_us > now_us) {
                looks_.push({empty_at_us, ledger});
            } else {
                ledgers_.erase(ledgers_.find(ledger->first));
            }
        }
    }

    std::size_t ledgers_max_;
    Ledgers ledgers_;
    std::priority_queue<Look, std::vector<Look>, std::greater<>> looks_;
};

}  // namespace weir
