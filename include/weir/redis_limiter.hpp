// The shared store: ledgers in Redis, one for any number of nodes, and what a node does when Redis is not
// there.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "weir/clock.hpp"
#include "weir/latency.hpp"
#include "weir/limiter.hpp"
#include "weir/redis_address.hpp"

namespace weir {

/// What decides while Redis does not answer.
enum class WithoutStore : std::uint8_t {
    local,  ///< each node, with its part of each limit
    open,   ///< nobody: everything passes, unmetered
    closed  ///< nobody: nothing passes
};

struct RedisStoreStatistics;

struct RedisStoreOptions {
    RedisAddress address;
    std::int64_t timeout_ms = 100;  ///< for a decision; after that it is made without Redis
    WithoutStore without_store = WithoutStore::local;
    std::int64_t nodes = 0;               ///< that share the store; 0: as heartbeats have shown
    std::size_t ledgers_max = 1'000'000;  ///< in the local copy
    std::int64_t heartbeat_ms = 1'000;
    /// How long a refusal is cached, so that what is surely refused again is not asked for. 0: not at all.
    std::int64_t refusals_cached_ms = 100;
    /// How long a settlement waits, at the most, for a demand or others to go along with. 0: it goes at once.
    std::int64_t settlements_gathered_us = 500;
    int failures_max = 3;  ///< calls that fail in a row before the breaker opens
    /// The time that ledgers are charged by. Empty: Redis's own, which every node shares; given: for tests.
    std::function<std::int64_t()> time_us{};
    /// Called once for each change of who decides, on any thread, never twice at a time about one server.
    /// Where the store can't be reached from the start, that is the first change. `statistics`: as they were
    /// before; in a cluster, of the master that it is about.
    std::function<void(bool asks_store, std::string_view why, const RedisStoreStatistics& statistics)>
        on_change{};
    /// Called for each further reason that shows while the store is away; as `on_change`.
    std::function<void(std::string_view why, const RedisStoreStatistics& statistics)> on_reason{};
    /// Called once for each server that is set up so that it may forget ledgers, and at most once a minute
    /// where a slot of a cluster is not decided though its master decides. Any thread.
    std::function<void(std::string_view warning)> on_warning{};
};

/// Counted since the start, over all threads.
struct RedisStoreStatistics {
    StoreMode mode = StoreMode::redis;
    std::string server;              ///< "redis.example:6379", or "cluster of …", free of secrets
    std::string why_away;            ///< the last reason why Redis does not decide; empty where it does
    std::int64_t away_since_us = 0;  ///< wall clock, since when it does not; 0 where it does
    RedisObstacle obstacle = RedisObstacle::unreachable;  ///< meaningful where it does not
    std::uint64_t fallbacks_since_away = 0;               ///< decisions of the local fallback since then
    std::uint64_t turned_away_since_away = 0;             ///< requests that nobody decided on since then
    std::int64_t nodes = 0;             ///< that share the store, this one included; 0: not known yet
    std::uint64_t calls = 0;            ///< of the script, for requests
    std::uint64_t operations = 0;       ///< that went with them: reserves, progress, settlements
    std::uint64_t cached_refusals = 0;  ///< refusals of which Redis was not asked
    std::uint64_t overflows = 0;        ///< operations for which too many waited already
    std::uint64_t timeouts = 0;         ///< calls that were not answered in time
    std::uint64_t unavailable = 0;      ///< calls that could not be sent
    std::uint64_t errors = 0;  ///< calls and greetings that Redis answered with an error, or with nonsense
    std::uint64_t unreachable = 0;  ///< attempts to connect that came to nothing otherwise
    std::uint64_t redirects = 0;    ///< calls that one server of a cluster sent on to another
    std::size_t masters = 0;        ///< of a cluster, that have slots
    std::size_t masters_away =
        0;                   ///< of these, those that do not decide; the figures above are of one of them
    std::uint64_t late = 0;  ///< reserves that reached Redis after their time
    std::uint64_t fallbacks = 0;        ///< decisions of the local fallback
    std::uint64_t turned_away = 0;      ///< requests that nobody decided on: errc::store_unavailable
    std::uint64_t unmetered = 0;        ///< of these, admitted without being charged anywhere
    std::uint64_t uncopied = 0;         ///< admissions that the local copy had no room for
    std::uint64_t data_losses = 0;      ///< times that Redis came back without what had been written
    std::uint64_t settle_failures = 0;  ///< settlements that Redis was not told: kept for later, or given up
    bool ready = false;                 ///< decisions are possible
    LatencyCounts queue;                ///< of reserves: from being asked for until their call left
    LatencyCounts round_trip;           ///< of calls: answered, from leaving until the reply was read
};

/// One per process. Keeps the connection, the heartbeats, and the local copy that the limiters share.
///
/// Threads: `run` and `stop` on the thread of the context given to make_redis_store; `statistics` on any.
/// Lifetime: outlives its limiters; destroyed after the contexts have stopped running.
class RedisStore {
public:
    virtual ~RedisStore() = default;

    /// A limiter for one io thread, with a connection of its own. Its functions may be called on that thread
    /// alone. `context` outlives it.
    virtual std::unique_ptr<Limiter> make_limiter(boost::asio::io_context& context) = 0;

    /// Heartbeats, and what has to be told to Redis when it is back; to be spawned once. Ends after `stop`.
    virtual awaitable<void> run() = 0;
    /// Says goodbye to the other nodes, if that is possible at once.
    virtual void stop() = 0;

    virtual RedisStoreStatistics statistics() const = 0;
    /// Redis's time, as far as this node can tell. Any thread.
    virtual std::int64_t now_us() const = 0;
};

/// Connects to nothing yet. Throws std::invalid_argument for an address that makes no sense.
std::unique_ptr<RedisStore> make_redis_store(boost::asio::io_context& context, const Clock& clock,
                                             RedisStoreOptions options);

}  // namespace weir
