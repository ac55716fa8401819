// Checking and naming of addresses of Redis.
#pragma once

#include <string>

#include "weir/redis_address.hpp"

namespace weir::redis {

/// Throws std::invalid_argument where it is not as promised above, or TLS is asked for on a unix socket.
void check(const RedisAddress& address);

/// For messages, free of secrets: "redis.example:6379", "unix:/run/redis.sock", "master weir of sentinels
/// a:26379, b:26379", "cluster of a:7000, b:7001".
std::string text_of(const RedisAddress& address);

}  // namespace weir::redis
