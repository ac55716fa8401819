// A Redis Cluster of real servers of a test's own, on this machine, always ended by the test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "redis/server.hpp"
#include "support/redis_server.hpp"

namespace weir::testing {

struct RedisClusterOptions {
    std::size_t masters = 3;  ///< each begins with an equal part of the slots, in order
    std::size_t replicas_each = 1;
    std::string password{};  ///< of all servers, toward clients and each other
    std::int64_t node_timeout_ms = 2'000;
    std::vector<std::string> configuration{};  ///< further lines of every redis.conf
};

/// Servers have an index for good, whatever their role becomes: first the masters, then the replicas of the
/// first master, of the second, and so on. Everything throws where the cluster does not follow.
class RedisCluster {
public:
    /// False where redis-server or redis-cli is missing: tests are skipped then.
    static bool available();

    /// Waits until it is ok. That takes 2 s: so long a master that has just started serves nothing.
    explicit RedisCluster(RedisClusterOptions options = {});
    ~RedisCluster();
    RedisCluster(const RedisCluster&) = delete;
    RedisCluster& operator=(const RedisCluster&) = delete;

    std::size_t size() const noexcept { return nodes_.size(); }
    std::uint16_t port(std::size_t index) const { return nodes_.at(index).server->port(); }
    redis::Server server(std::size_t index) const { return {"127.0.0.1", port(index)}; }
    /// As CLUSTER commands name it.
    const std::string& id(std::size_t index) const { return nodes_.at(index).id; }
    /// As RedisServer::command.
    std::string command(std::size_t index, const std::vector<std::string>& arguments) const;

    /// Who serves it now, by the servers' own words.
    std::size_t master_of(std::uint16_t slot) const;
    /// Polls until every slot is served and all that run agree by whom, trust each other, and replicate.
    void wait_until_ok() const;
    /// FLUSHALL on every master that runs.
    void flush();

    /// As of RedisServer; a server keeps its id and its slots, but not its data.
    void kill(std::size_t index);
    void stop(std::size_t index);
    void restart(std::size_t index);
    void pause(std::size_t index);
    void resume(std::size_t index);

    /// The replica takes its master's place, which may be gone; waits until it has.
    void fail_over(std::size_t replica);
    /// `redis-cli --cluster reshard`: the first so many slots of `from`, with their keys.
    void reshard(std::size_t from, std::size_t to, std::size_t slots);

    /// cluster://127.0.0.1:p1,127.0.0.1:p2,…, of all servers, with the password.
    std::string url() const;

private:
    struct Node {
        std::unique_ptr<RedisServer> server;
        std::string id;
        bool answers = true;
    };

    void start_nodes();
    void form();
    struct Seen;
    std::string mistrust_in(const std::vector<Seen>& nodes) const;
    std::string why_not_ok() const;

    RedisClusterOptions options_;
    std::vector<Node> nodes_;
};

}  // namespace weir::testing
