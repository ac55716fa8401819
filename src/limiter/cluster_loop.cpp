// One connection, to whichever server of the cluster answers: any of them knows all slots.
#include "limiter/cluster_loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

namespace weir {

namespace {

constexpr std::int64_t patience_ms = 500;  // no request waits for these answers
constexpr std::int64_t probe_ms = 100;     // between two looks at a map that is not known to be right
constexpr std::int64_t heartbeats_between_looks = 5;
constexpr std::int64_t between_reads_ms = 50;  // at the least

std::string text_of(const std::vector<std::pair<std::uint16_t, std::uint16_t>>& ranges) {
    constexpr std::size_t ranges_told = 4;
    std::string text;
    for (std::size_t i = 0; i < ranges.size() && i < ranges_told; ++i) {
        const auto& [first, last] = ranges[i];
        text += (i == 0 ? "" : ", ") + std::to_string(first);
        if (last != first) text += "-" + std::to_string(last);
    }
    return ranges.size() > ranges_told ? text + " and more" : text;
}

}  // namespace

ClusterLoop::ClusterLoop(RedisCluster& cluster, boost::asio::io_context& context)
    : cluster_(cluster),
      node_(cluster.node()),
      context_(context),
      seeds_(redis::seeds_of(node_.options.address)),
      connection_(
          context, node_.clock, node_.options.address, redis::Options{},
          {.on_ready = [this] { pause_.cancel(); },
           .on_lost = [this](std::string_view why) { note_failure(std::string(why)); },
           .on_failed_attempt =
               [this](bool is_error, RedisObstacle obstacle) {
                   cluster_.master(ClusterMap::nobody).obstacle.store(obstacle, std::memory_order_relaxed);
                   auto& counters = node_.counters;
                   (is_error ? counters.errors : counters.unreachable)
                       .fetch_add(1, std::memory_order_relaxed);
               }},
          [this] { return seeds_.next(); }),
      pause_(context) {
    cluster_.on_old_map([this] {
        boost::asio::post(context_, [this] {
            if (!std::exchange(is_old_, true)) pause_.cancel();
        });
    });
}

awaitable<void> ClusterLoop::run() {
    boost::asio::co_spawn(context_, connection_.run(), boost::asio::detached);
    while (!stopping_ || running_ > 0) {
        if (!stopping_ && connection_.ready()) co_await read_slots();
        const std::int64_t read_at_us = node_.clock.steady_us();
        co_await wait(is_complete() ? heartbeats_between_looks * node_.options.heartbeat_ms : probe_ms);
        // Each slot of a reshard tells whoever asks for it that the map is old.
        const std::int64_t rest_ms = between_reads_ms - (node_.clock.steady_us() - read_at_us) / 1000;
        if (!stopping_ && rest_ms > 0) co_await wait(rest_ms);
    }
    connection_.stop();
}

awaitable<void> ClusterLoop::wait(std::int64_t most_ms) {
    pause_.expires_after(std::chrono::milliseconds(most_ms));
    co_await pause_.async_wait(use_awaitable_as_tuple);
}

void ClusterLoop::stop() {
    stopping_ = true;
    for (const auto& recovery : recoveries_) recovery->stop();
    pause_.cancel();
}

/// Nothing says that the map is old, and all masters decide.
bool ClusterLoop::is_complete() const {
    if (is_old_ || stopping_) return false;
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
        const bool counts = i == ClusterMap::nobody || cluster_.has_slots(i);
        if (counts && !cluster_.master(i).breaker.is_closed()) return false;
    }
    return true;
}

awaitable<void> ClusterLoop::read_slots() {
    is_old_ = false;
    const std::vector<std::string> words = redis::ask_for_slots();
    const std::vector<std::string_view> arguments(words.begin(), words.end());
    const redis::Server asked = connection_.server();
    const auto answered = co_await connection_.call(arguments, node_.clock.steady_us() + patience_ms * 1000);
    if (!answered) co_return note_failure("no answer in time to CLUSTER SLOTS");
    if (const redis::Reply::Error* error = answered->error()) {
        const bool is_single = error->text.find("cluster support disabled") != std::string::npos;
        const std::string why =
            is_single ? "it is a single server, no Redis Cluster: use a redis:// URL" : error->text;
        note_failure(why);
        co_return connection_.reconnect(why);
    }
    const auto ranges = redis::read_slots(*answered, asked);
    if (!ranges) co_return note_failure("its answer to CLUSTER SLOTS makes no sense");
    note_map(*ranges);
}

void ClusterLoop::note_map(const std::vector<redis::SlotRange>& ranges) {
    const auto unserved = cluster_.update(ranges);
    start_recoveries();
    CircuitBreaker& breaker = cluster_.master(ClusterMap::nobody).breaker;
    if (unserved.empty()) {
        breaker.close(0);
    } else {
        breaker.note_lost("no server of the Redis Cluster has the slots " + text_of(unserved));
    }
}

void ClusterLoop::start_recoveries() {
    while (!stopping_ && recoveries_.size() + 1 < cluster_.size()) {
        RedisMaster& master = cluster_.master(recoveries_.size() + 1);
        recoveries_.push_back(
            std::make_unique<RecoveryLoop>(master, context_, static_cast<Redirects*>(this)));
        ++running_;
        boost::asio::co_spawn(context_, recoveries_.back()->run(), [this](const std::exception_ptr&) {
            if (--running_ == 0) pause_.cancel();
        });
    }
}

/// While a map is known, the cluster goes on without this connection.
void ClusterLoop::note_failure(const std::string& why) {
    is_old_ = true;
    if (cluster_.size() > 1) return;
    const redis::Server server = connection_.server();
    const std::string name = server.host + ":" + std::to_string(server.port);
    const bool is_named = server.host.empty() || why.find(name) != std::string::npos;
    cluster_.master(ClusterMap::nobody).breaker.note_lost(is_named ? why : name + ": " + why);
}

awaitable<result<redis::Reply>> ClusterLoop::follow(RedisWindows&, redis::Reply error,
                                                    const std::vector<std::string>&, std::int64_t) {
    is_old_ = true;
    pause_.cancel();
    co_return std::move(error);
}

}  // namespace weir
