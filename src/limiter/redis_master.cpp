// Noted by whoever uses it, or asked by whoever reports.
#include "limiter/redis_master.hpp"

#include <utility>

#include "redis/address.hpp"
#include "text/host.hpp"

namespace weir {

RedisMaster::RedisMaster(RedisNode& of_node, std::size_t its_index)
    : node(of_node),
      index(its_index),
      time(of_node.clock),
      breaker(
          of_node.options.failures_max,
          [this](bool asks_store, std::string_view why) { note_change(asks_store, why); },
          [this](std::string_view why) { note_reason(why); }),
      away_{.since_us = of_node.clock.now_us(), .why = "it has not answered yet"} {}

void RedisMaster::note_change(bool asks_store, std::string_view why) {
    is_met.store(true, std::memory_order_relaxed);
    if (!asks_store) {
        const std::lock_guard lock(mutex_);
        // Away from the start is away since the start.
        if (away_.since_us == 0) {
            away_.since_us = node.clock.now_us();
            away_.fallbacks_before = node.counters.fallbacks.load(std::memory_order_relaxed);
            away_.turned_away_before = node.counters.turned_away.load(std::memory_order_relaxed);
        }
        away_.why = why;
    }
    // Told before it is forgotten: whoever hears that the store is back wants to know for how long it was
    // not.
    if (node.options.on_change && is_news(asks_store)) node.options.on_change(asks_store, why, statistics());
    if (asks_store) {
        const std::lock_guard lock(mutex_);
        away_ = {};
    }
}

/// That no slot is without a server goes without saying, unless some were.
bool RedisMaster::is_news(bool asks_store) {
    const std::lock_guard lock(mutex_);
    const bool was_told_away = std::exchange(is_told_away_, !asks_store);
    return is_somewhere() || !asks_store || was_told_away;
}

void RedisMaster::note_reason(std::string_view why) {
    {
        const std::lock_guard lock(mutex_);
        away_.why = why;
    }
    if (node.options.on_reason) node.options.on_reason(why, statistics());
}

RedisMaster::Away RedisMaster::away() const {
    const std::lock_guard lock(mutex_);
    return away_;
}

RedisStoreStatistics RedisMaster::statistics() const {
    const RedisNode::Counters& counters = node.counters;
    const auto value = [](const std::atomic<std::uint64_t>& counter) {
        return counter.load(std::memory_order_relaxed);
    };
    Away time_away = away();
    const bool is_away = time_away.since_us != 0;
    const redis::Server at = server();
    const std::uint64_t fallbacks = value(counters.fallbacks);
    const std::uint64_t turned_away = value(counters.turned_away);
    return {.mode = mode(),
            .server = at.host.empty() ? redis::text_of(node.options.address)
                                      : text::host_and_port(at.host, at.port),
            .why_away = std::move(time_away.why),
            .away_since_us = time_away.since_us,
            .obstacle = obstacle.load(std::memory_order_relaxed),
            .fallbacks_since_away = is_away ? fallbacks - time_away.fallbacks_before : 0,
            .turned_away_since_away = is_away ? turned_away - time_away.turned_away_before : 0,
            .nodes = node.nodes_known(),
            .calls = value(counters.calls),
            .operations = value(counters.operations),
            .cached_refusals = value(counters.cached_refusals),
            .overflows = value(counters.overflows),
            .timeouts = value(counters.timeouts),
            .unavailable = value(counters.unavailable),
            .errors = value(counters.errors),
            .unreachable = value(counters.unreachable),
            .redirects = value(counters.redirects),
            .late = value(counters.late),
            .fallbacks = fallbacks,
            .turned_away = turned_away,
            .unmetered = value(counters.unmetered),
            .uncopied = node.local_copy.uncopied(),
            .data_losses = value(counters.data_losses),
            .settle_failures = value(counters.settle_failures),
            .ready = ready(),
            .queue = node.queue.counts(),
            .round_trip = node.round_trip.counts()};
}

StoreMode RedisMaster::mode() const noexcept {
    if (breaker.is_closed()) return StoreMode::redis;
    switch (node.options.without_store) {
        case WithoutStore::local:
            return node.nodes_known() > 0 ? StoreMode::local : StoreMode::nodes_unknown;
        case WithoutStore::open:
            return StoreMode::open;
        case WithoutStore::closed:
            return StoreMode::closed;
    }
    return StoreMode::closed;
}

bool RedisMaster::ready() const noexcept {
    if (breaker.is_closed()) return true;
    if (node.options.without_store == WithoutStore::closed) return false;
    return node.options.without_store == WithoutStore::open || node.nodes_known() > 0;
}

redis::Server RedisMaster::server() const {
    const std::lock_guard lock(mutex_);
    return server_;
}

bool RedisMaster::set_server(redis::Server server) {
    const std::lock_guard lock(mutex_);
    if (server == server_) return false;
    server_ = std::move(server);
    moves_.fetch_add(1, std::memory_order_release);
    return true;
}

}  // namespace weir
