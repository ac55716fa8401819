// What all threads of one node share about its store, whatever servers that has.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "limiter/latency_histogram.hpp"
#include "limiter/ledger_changes.hpp"
#include "limiter/local_copy.hpp"
#include "limiter/node_counts.hpp"
#include "limiter/slot_owners.hpp"
#include "redis/server.hpp"
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
    SlotOwners owners;
    LocalCopy local_copy;
    LedgerChanges changes;
    NodeCounts nodes;  ///< the most of the last hour

    struct Counters {
        std::atomic<std::uint64_t> calls{0}, operations{0}, timeouts{0}, unavailable{0}, errors{0}, late{0},
            unreachable{0}, redirects{0}, fallbacks{0}, turned_away{0}, unmetered{0}, data_losses{0},
            overflows{0}, cached_refusals{0}, settle_failures{0};
    } counters;
    LatencyHistogram queue;       ///< of reserves, until their call left
    LatencyHistogram round_trip;  ///< of the calls of batches

    /// The clock by which this node measures how long ago something was. A test's own, where one is given.
    std::int64_t local_us() const { return options.time_us ? options.time_us() : clock.steady_us(); }
    /// A server of a cluster decides, but not this. Told once a minute, whatever it is: a slot that moves
    /// makes each call an occasion.
    void warn_of_slot(const redis::Server& server, std::string_view answer);
    std::int64_t nodes_known() const noexcept { return options.nodes > 0 ? options.nodes : nodes.most(); }

private:
    std::atomic<std::int64_t> may_warn_at_us_{0};  ///< steady clock
};

}  // namespace weir
