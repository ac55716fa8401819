// What becomes of a command that a server of a Redis Cluster does not run itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "redis/reply.hpp"
#include "weir/awaitable.hpp"
#include "weir/error.hpp"

namespace weir {

class RedisWindows;

class Redirects {
public:
    virtual ~Redirects() = default;

    /// `from` has answered this error to the command: MOVED, ASK, TRYAGAIN or CLUSTERDOWN. Gives what the
    /// server answers whom that leads to, before the deadline; that may be an error, too.
    virtual awaitable<result<redis::Reply>> follow(RedisWindows& from, redis::Reply error,
                                                   const std::vector<std::string>& words,
                                                   std::int64_t deadline_us) = 0;
};

}  // namespace weir
