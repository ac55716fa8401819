// Derived once at the start, or asked by whoever reports.
#include "limiter/redis_node.hpp"

#include "limiter/scripts.hpp"

namespace weir {

RedisNode::RedisNode(const Clock& system_clock, RedisStoreOptions given)
    : clock(system_clock),
      options(std::move(given)),
      script_sha1(sha1_of(window_script)),
      heartbeat_sha1(sha1_of(heartbeat_script)),
      time(system_clock),
      breaker(
          options.failures_max,
          [this](bool asks_store, std::string_view why) { note_change(asks_store, why); },
          [this](std::string_view why) { note_reason(why); }),
      local_copy(options.ledgers_max),
      away_{.since_us = system_clock.now_us(), .why = "it has not answered yet"} {}

void RedisNode::note_change(bool asks_store, std::string_view why) {
    if (!asks_store) {
        const std::lock_guard lock(away_mutex_);
        // Away from the start is away since the start.
        if (away_.since_us == 0) {
            away_.since_us = clock.now_us();
            away_.fallbacks_before = counters.fallbacks.load(std::memory_order_relaxed);
            away_.turned_away_before = counters.turned_away.load(std::memory_order_relaxed);
        }
        away_.why = why;
    }
    // Told before it is forgotten: whoever hears that the store is back wants to know for how long it was
    // not.
    if (options.on_change) options.on_change(asks_store, why);
    if (asks_store) {
        const std::lock_guard lock(away_mutex_);
        away_ = {};
    }
}

void RedisNode::note_reason(std::string_view why) {
    {
        const std::lock_guard lock(away_mutex_);
        away_.why = why;
    }
    if (options.on_reason) options.on_reason(why);
}

RedisNode::Away RedisNode::away() const {
    const std::lock_guard lock(away_mutex_);
    return away_;
}

StoreMode RedisNode::mode() const noexcept {
    if (breaker.is_closed()) return StoreMode::redis;
    switch (options.without_store) {
        case WithoutStore::local:
            return nodes_known() > 0 ? StoreMode::local : StoreMode::nodes_unknown;
        case WithoutStore::open:
            return StoreMode::open;
        case WithoutStore::closed:
            return StoreMode::closed;
    }
    return StoreMode::closed;
}

bool RedisNode::ready() const noexcept {
    if (breaker.is_closed()) return true;
    if (options.without_store == WithoutStore::closed) return false;
    return options.without_store == WithoutStore::open || nodes_known() > 0;
}

}  // namespace weir
