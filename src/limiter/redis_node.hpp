// What all threads of one node share about its store.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "limiter/circuit_breaker.hpp"
#include "limiter/ledger_changes.hpp"
#include "limiter/local_copy.hpp"
#include "limiter/store_time.hpp"
#include "weir/clock.hpp"
#include "weir/redis_limiter.hpp"

namespace weir {

/// Any thread, but for what is const after construction.
struct RedisNode {
    RedisNode(const Clock& system_clock, RedisStoreOptions given);

    const Clock& clock;
    const RedisStoreOptions options;
    const std::string script_sha1;     ///< of lua/window.lua
    const std::string heartbeat_sha1;  ///< of lua/heartbeat.lua
    StoreTime time;
    CircuitBreaker breaker;
    LocalCopy local_copy;
    LedgerChanges changes;
    std::atomic<std::int64_t> nodes{0};        ///< the most of the last hour, 0: not known
    std::atomic<std::int64_t> store_epoch{0};  ///< 0: not known
    std::atomic<RedisObstacle> obstacle{RedisObstacle::unreachable};

    struct Counters {
        std::atomic<std::uint64_t> calls{0}, operations{0}, timeouts{0}, unavailable{0}, errors{0}, late{0},
            unreachable{0}, fallbacks{0}, turned_away{0}, unmetered{0}, data_losses{0}, overflows{0},
            cached_refusals{0}, settle_failures{0};
    } counters;

    /// The time without the store: since when, why, and what was decided meanwhile.
    struct Away {
        std::int64_t since_us = 0;  ///< wall clock; 0: the store decides
        std::string why;
        std::uint64_t fallbacks_before = 0;    ///< decisions of the local fallback until then
        std::uint64_t turned_away_before = 0;  ///< requests turned away until then
    };
    Away away() const;

    /// The time that ledgers are charged by, as far as this node can tell.
    std::int64_t now_us() const { return options.time_us ? options.time_us() : time.now_us(); }
    /// The clock by which this node measures how long ago something was. A test's own, where one is given.
    std::int64_t local_us() const { return options.time_us ? options.time_us() : clock.steady_us(); }
    std::int64_t nodes_known() const noexcept {
        return options.nodes > 0 ? options.nodes : nodes.load(std::memory_order_relaxed);
    }
    StoreMode mode() const noexcept;
    bool ready() const noexcept;

private:
    void note_change(bool asks_store, std::string_view why);
    void note_reason(std::string_view why);

    mutable std::mutex away_mutex_;
    Away away_;
};

}  // namespace weir
