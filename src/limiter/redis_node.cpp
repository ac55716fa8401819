// Derived once at the start.
#include "limiter/redis_node.hpp"

#include "limiter/scripts.hpp"

namespace weir {

RedisNode::RedisNode(const Clock& system_clock, RedisStoreOptions given)
    : clock(system_clock),
      options(std::move(given)),
      script_sha1(sha1_of(window_script)),
      heartbeat_sha1(sha1_of(heartbeat_script)),
      owners(!options.address.cluster.empty()),
      local_copy(options.ledgers_max, owners) {}

}  // namespace weir
