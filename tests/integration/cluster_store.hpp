// Nodes of a Redis Cluster inside of a test, and ledgers in slots of its choice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "redis/slots.hpp"
#include "store_node.hpp"
#include "support/redis_cluster.hpp"

namespace weir::testing {

/// Of all servers. Patient with Redis and quick with heartbeats; one of two nodes.
inline RedisStoreOptions options_of(const RedisCluster& cluster) {
    RedisStoreOptions options;
    for (std::size_t i = 0; i < cluster.size(); ++i)
        options.address.cluster.emplace_back("127.0.0.1", cluster.port(i));
    options.timeout_ms = 2'000;
    options.heartbeat_ms = 200;
    options.nodes = 2;
    return options;
}

/// A ledger in a slot between these, both included: tenants are tried one after the other. Every dimension
/// is limited to `limit`.
inline LedgerLimits ledger_in(std::uint16_t first_slot, std::uint16_t last_slot, std::int64_t limit,
                              const std::string& id = "k", std::int64_t window_us = 600'000'000) {
    LedgerLimits ledger;
    for (int number = 0;; ++number) {
        ledger.ledger =
            LedgerName("key:" + id + ":" + std::to_string(window_us), "t" + std::to_string(number));
        const std::uint16_t slot = redis::slot_of(ledger.ledger.key());
        if (first_slot <= slot && slot <= last_slot) break;
    }
    ledger.window_us = window_us;
    for (const Dimension dimension : all_dimensions) {
        if (dimension != Dimension::in_flight) ledger.limits.set(dimension, limit);
    }
    return ledger;
}

inline std::uint16_t slot_of(const LedgerLimits& ledger) {
    return redis::slot_of(ledger.ledger.key());
}

}  // namespace weir::testing
