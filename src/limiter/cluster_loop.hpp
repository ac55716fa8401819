// Reads again and again which slots of a Redis Cluster are whose, and runs the recovery of each master.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "limiter/recovery_loop.hpp"
#include "limiter/redirects.hpp"
#include "limiter/redis_cluster.hpp"
#include "redis/connection.hpp"
#include "redis/seed_list.hpp"

namespace weir {

/// One thread: that of its context.
class ClusterLoop final : private Redirects {
public:
    ClusterLoop(RedisCluster& cluster, boost::asio::io_context& context);

    /// Until `stop`, and until every recovery has ended; to be spawned once.
    awaitable<void> run();
    void stop();

private:
    awaitable<void> read_slots();
    awaitable<void> wait(std::int64_t most_ms);
    void start_recoveries();
    void note_map(const std::vector<redis::SlotRange>& ranges);
    void note_failure(const std::string& why);
    bool is_complete() const;
    /// A recovery has patience: it asks again when the map is new.
    awaitable<result<redis::Reply>> follow(RedisWindows& from, redis::Reply error,
                                           const std::vector<std::string>& words,
                                           std::int64_t deadline_us) override;

    RedisCluster& cluster_;
    RedisNode& node_;
    boost::asio::io_context& context_;
    redis::SeedList seeds_;
    redis::Connection connection_;
    Timer pause_;
    std::vector<std::unique_ptr<RecoveryLoop>> recoveries_;  ///< of the master with the next index each
    std::size_t running_ = 0;
    bool is_old_ = true;  ///< the map, as far as anybody has noticed
    bool stopping_ = false;
};

}  // namespace weir
