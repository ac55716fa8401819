// Derived once at the start.
#include "limiter/redis_node.hpp"

#include "limiter/scripts.hpp"
#include "text/host.hpp"

namespace weir {

RedisNode::RedisNode(const Clock& system_clock, RedisStoreOptions given)
    : clock(system_clock),
      options(std::move(given)),
      script_sha1(sha1_of(window_script)),
      heartbeat_sha1(sha1_of(heartbeat_script)),
      owners(!options.address.cluster.empty()),
      local_copy(options.ledgers_max, owners) {}

void RedisNode::warn_of_slot(const redis::Server& server, std::string_view answer) {
    constexpr std::int64_t minute_us = 60'000'000;
    const std::int64_t now_us = clock.steady_us();
    std::int64_t may_at_us = may_warn_at_us_.load(std::memory_order_relaxed);
    if (now_us < may_at_us || !may_warn_at_us_.compare_exchange_strong(may_at_us, now_us + minute_us)) return;
    if (!options.on_warning) return;
    options.on_warning("Redis at " + text::host_and_port(server.host, server.port) + " answered \"" +
                       std::string(answer) + "\": what it does not decide goes by store.on_failure");
}

}  // namespace weir
