// Wiring of the shared store: the node, what recovers it, and the limiters of its threads.
#include <tuple>

#include "limiter/cluster_limiter.hpp"
#include "limiter/cluster_loop.hpp"
#include "limiter/recovery_loop.hpp"
#include "limiter/redis_limiter.hpp"
#include "limiter/redis_node.hpp"
#include "redis/address.hpp"
#include "weir/redis_limiter.hpp"

namespace weir {

namespace {

class SingleStore final : public RedisStore {
public:
    SingleStore(boost::asio::io_context& context, const Clock& clock, RedisStoreOptions options)
        : node_(clock, std::move(options)), master_(node_, 0), recovery_(master_, context) {}

    std::unique_ptr<Limiter> make_limiter(boost::asio::io_context& context) override {
        return std::make_unique<RedisLimiter>(master_, context);
    }
    awaitable<void> run() override { co_await recovery_.run(); }
    void stop() override { recovery_.stop(); }
    std::int64_t now_us() const override { return master_.now_us(); }
    RedisStoreStatistics statistics() const override { return master_.statistics(); }

private:
    RedisNode node_;
    RedisMaster master_;
    RecoveryLoop recovery_;
};

class ClusterStore final : public RedisStore {
public:
    ClusterStore(boost::asio::io_context& context, const Clock& clock, RedisStoreOptions options)
        : cluster_(clock, std::move(options)), loop_(cluster_, context) {}

    std::unique_ptr<Limiter> make_limiter(boost::asio::io_context& context) override {
        return std::make_unique<ClusterLimiter>(cluster_, context);
    }
    awaitable<void> run() override { co_await loop_.run(); }
    void stop() override { loop_.stop(); }
    /// Of any of them: their clocks are set by the same time.
    std::int64_t now_us() const override { return cluster_.worst().now_us(); }
    RedisStoreStatistics statistics() const override {
        RedisStoreStatistics statistics = cluster_.worst().statistics();
        if (statistics.away_since_us == 0)
            statistics.server = redis::text_of(cluster_.node().options.address);
        std::tie(statistics.masters, statistics.masters_away) = cluster_.count_masters();
        statistics.ready = cluster_.is_ready();
        return statistics;
    }

private:
    RedisCluster cluster_;
    ClusterLoop loop_;
};

}  // namespace

std::unique_ptr<RedisStore> make_redis_store(boost::asio::io_context& context, const Clock& clock,
                                             RedisStoreOptions options) {
    redis::check(options.address);
    if (!options.address.cluster.empty()) {
        return std::make_unique<ClusterStore>(context, clock, std::move(options));
    }
    return std::make_unique<SingleStore>(context, clock, std::move(options));
}

}  // namespace weir
