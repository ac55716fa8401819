// What all threads of one node know of one master of its store: the only server, or one of a Redis Cluster's.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "limiter/circuit_breaker.hpp"
#include "limiter/redis_node.hpp"
#include "limiter/store_time.hpp"
#include "redis/server.hpp"

namespace weir {

/// Any thread, but for what is const after construction.
class RedisMaster {
public:
    /// `index`: as the node's owners count.
    RedisMaster(RedisNode& of_node, std::size_t its_index);

    RedisNode& node;
    const std::size_t index;
    StoreTime time;
    CircuitBreaker breaker;
    std::atomic<std::int64_t> store_epoch{0};  ///< 0: not known
    std::atomic<RedisObstacle> obstacle{RedisObstacle::unreachable};
    std::atomic<bool> is_met{false};  ///< it has decided, or was found to be away
    /// Its first slots came from masters that decide, and so did what was in them.
    std::atomic<bool> was_filled{false};

    /// The time without it: since when, why, and what was decided meanwhile.
    struct Away {
        std::int64_t since_us = 0;  ///< wall clock; 0: it decides
        std::string why;
        std::uint64_t fallbacks_before = 0;    ///< decisions of the local fallback until then
        std::uint64_t turned_away_before = 0;  ///< requests turned away until then
    };
    Away away() const;
    /// Of this one, and what the node has counted. `server`: it alone, where it is one of a cluster.
    RedisStoreStatistics statistics() const;

    /// The time that ledgers are charged by, as far as this node can tell.
    std::int64_t now_us() const { return node.options.time_us ? node.options.time_us() : time.now_us(); }
    StoreMode mode() const noexcept;
    bool ready() const noexcept;

    /// False: it stands for the slots of a cluster that nobody serves.
    bool is_somewhere() const noexcept { return !node.owners.is_cluster() || index != SlotOwners::nobody; }
    /// Where it is, in a cluster; no host: nobody knows.
    redis::Server server() const;
    /// True: it was elsewhere before.
    bool set_server(redis::Server server);
    /// Counts how often that changed: connections to where it was are of no use.
    std::uint64_t moves() const noexcept { return moves_.load(std::memory_order_acquire); }

private:
    void note_change(bool asks_store, std::string_view why);
    void note_reason(std::string_view why);
    bool is_news(bool asks_store);

    mutable std::mutex mutex_;
    bool is_told_away_ = false;  ///< and not yet that it is back
    Away away_;
    redis::Server server_;
    std::atomic<std::uint64_t> moves_{0};
};

}  // namespace weir
