// Which server of a cluster to try next: one that another has named, or else one of those in the
// configuration.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "redis/server.hpp"
#include "weir/redis_address.hpp"

namespace weir::redis {

/// The servers of a cluster that its address names, in its order.
std::vector<Server> seeds_of(const RedisAddress& address);

/// Pure; a ServerFinder's memory.
class SeedList {
public:
    /// In the order in which they are tried; none: no server is ever known but by `go_to`.
    explicit SeedList(std::vector<Server> seeds);

    /// The server to try now. Whoever asks again could not use the one before, or has lost it: after a server
    /// that was gone to come the seeds, in turn, and so on around, so that no dead or stale one is asked for
    /// ever.
    Server next();

    /// The next one is this, once: a server has redirected us to it.
    void go_to(Server server);

private:
    std::vector<Server> seeds_;
    std::size_t next_seed_ = 0;
    std::optional<Server> named_;
};

}  // namespace weir::redis
