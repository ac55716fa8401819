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
      health(options.failures_max,
             [this](bool asks_store, std::string_view why) {
                 if (options.on_change) options.on_change(asks_store, why);
             }),
      journal(options.ledgers_max) {}

std::string_view RedisNode::mode() const noexcept {
    if (health.asks_store()) return "redis";
    switch (options.without_store) {
        case WithoutStore::local:
            return "local";
        case WithoutStore::open:
            return "open";
        case WithoutStore::closed:
            return "closed";
    }
    return "closed";
}

bool RedisNode::ready() const noexcept {
    if (health.asks_store()) return true;
    if (options.without_store == WithoutStore::closed) return false;
    return options.without_store == WithoutStore::open || nodes_known() > 0;
}

}  // namespace weir
