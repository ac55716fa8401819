// Wiring of the shared store: the node, its recovery loop, and the limiters of its threads.
#include "limiter/recovery_loop.hpp"
#include "limiter/redis_limiter.hpp"
#include "limiter/redis_node.hpp"
#include "redis/address.hpp"
#include "weir/redis_limiter.hpp"

namespace weir {

namespace {

class RedisStoreImpl final : public RedisStore {
public:
    RedisStoreImpl(boost::asio::io_context& context, const Clock& clock, RedisStoreOptions options)
        : node_(clock, std::move(options)), recovery_(node_, context) {}

    std::unique_ptr<Limiter> make_limiter(boost::asio::io_context& context) override {
        return std::make_unique<RedisLimiter>(node_, context);
    }
    awaitable<void> run() override { co_await recovery_.run(); }
    void stop() override { recovery_.stop(); }
    std::int64_t now_us() const override { return node_.now_us(); }

    RedisStoreStatistics statistics() const override {
        const RedisNode::Counters& counters = node_.counters;
        const auto value = [](const std::atomic<std::uint64_t>& counter) {
            return counter.load(std::memory_order_relaxed);
        };
        RedisNode::Away away = node_.away();
        const bool is_away = away.since_us != 0;
        const std::uint64_t fallbacks = value(counters.fallbacks);
        const std::uint64_t turned_away = value(counters.turned_away);
        return {.mode = node_.mode(),
                .server = redis::text_of(node_.options.address),
                .why_away = std::move(away.why),
                .away_since_us = away.since_us,
                .obstacle = node_.obstacle.load(std::memory_order_relaxed),
                .fallbacks_since_away = is_away ? fallbacks - away.fallbacks_before : 0,
                .turned_away_since_away = is_away ? turned_away - away.turned_away_before : 0,
                .nodes = node_.nodes_known(),
                .calls = value(counters.calls),
                .operations = value(counters.operations),
                .cached_refusals = value(counters.cached_refusals),
                .overflows = value(counters.overflows),
                .timeouts = value(counters.timeouts),
                .unavailable = value(counters.unavailable),
                .errors = value(counters.errors),
                .unreachable = value(counters.unreachable),
                .late = value(counters.late),
                .fallbacks = fallbacks,
                .turned_away = turned_away,
                .unmetered = value(counters.unmetered),
                .uncopied = node_.local_copy.uncopied(),
                .data_losses = value(counters.data_losses),
                .settle_failures = value(counters.settle_failures),
                .ready = node_.ready()};
    }

private:
    RedisNode node_;
    RecoveryLoop recovery_;
};

}  // namespace

std::unique_ptr<RedisStore> make_redis_store(boost::asio::io_context& context, const Clock& clock,
                                             RedisStoreOptions options) {
    return std::make_unique<RedisStoreImpl>(context, clock, std::move(options));
}

}  // namespace weir
