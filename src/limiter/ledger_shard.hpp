// A part of the embedded store's ledgers, bounded, under one lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weir/window.hpp"

namespace weir {

/// Every function needs `mutex` held.
class LedgerShard {
public:
    explicit LedgerShard(std::size_t ledgers_max) : ledgers_max_(ledgers_max) {}

    std::mutex mutex;

    /// nullptr where there is none.
    Window* find(std::string_view name);
    /// There is room for one more, after forgetting ledgers in which nothing counts any more.
    bool has_room(std::int64_t now_us);
    /// Found or made, whether there is room or not.
    Window& get(std::string_view name, std::int64_t window_us, std::int64_t now_us);
    /// To be called after a ledger was made: forgets a few that have expired, so that they don't pile up.
    void forget_some(std::int64_t now_us);
    std::size_t size() const noexcept { return ledgers_.size(); }

private:
    struct NameHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const noexcept {
            return std::hash<std::string_view>{}(name);
        }
    };
    using Ledgers = std::unordered_map<std::string, Window, NameHash, std::equal_to<>>;

    /// When a ledger is to be looked at again. One per ledger, so the queue is as bounded as the ledgers.
    struct Look {
        std::int64_t at_us;
        Ledgers::pointer ledger;
        bool operator>(const Look& other) const noexcept { return at_us > other.at_us; }
    };

    void forget_expired(std::int64_t now_us, std::size_t looks_max);

    std::size_t ledgers_max_;
    Ledgers ledgers_;
    std::priority_queue<Look, std::vector<Look>, std::greater<>> looks_;
};

}  // namespace weir
