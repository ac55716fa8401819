// What all sessions of one thread share.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "observe/access_log.hpp"
#include "observe/metrics.hpp"
#include "observe/refused_keys.hpp"
#include "policy/policy.hpp"
#include "proxy/background_responses.hpp"
#include "proxy/body_budget.hpp"
#include "proxy/detached_settlement.hpp"
#include "proxy/learned.hpp"
#include "proxy/lease_keeper.hpp"
#include "proxy/refusal_rate.hpp"
#include "proxy/stream_usage.hpp"
#include "proxy/turns.hpp"
#include "proxy/upstream_pool.hpp"
#include "proxy/upstreams.hpp"
#include "proxy/waiting_room.hpp"
#include "usage/counter.hpp"
#include "weir/clock.hpp"
#include "weir/limiter.hpp"

namespace weir::proxy {

/// What the process has one of; outlives every worker. Thread-safe each.
struct Shared {
    const Clock& clock;
    observe::AccessLog& access_log;
    BodyBudget& body_budget;
    std::atomic<std::int64_t>& connections_open;
    std::shared_ptr<BackgroundResponses> background = std::make_shared<BackgroundResponses>(clock);
    std::shared_ptr<StreamUsageRefusals> stream_usage_refusals = std::make_shared<StreamUsageRefusals>();
    std::shared_ptr<Upstreams> upstreams = std::make_shared<Upstreams>();
    std::shared_ptr<WaitingRoom> waiting_room = std::make_shared<WaitingRoom>(clock);
    std::shared_ptr<Learned> learned = std::make_shared<Learned>();
};

/// Touched by its own thread alone, but for `metrics`, which anybody may read.
struct Worker {
    /// `thread_limiter`: this thread's.
    Worker(boost::asio::io_context& io_context, const Shared& shared, Limiter& thread_limiter,
           std::shared_ptr<const policy::Policy> initial)
        : context(io_context),
          clock(shared.clock),
          limiter(thread_limiter),
          access_log(shared.access_log),
          body_budget(shared.body_budget),
          connections_open(shared.connections_open),
          background(shared.background),
          stream_usage_refusals(shared.stream_usage_refusals),
          upstreams(shared.upstreams),
          waiting_room(shared.waiting_room),
          learned(shared.learned),
          policy(std::move(initial)),
          pool(io_context, shared.clock, metrics, shared.connections_open),
          leases(io_context, shared.clock, thread_limiter, metrics),
          turns(io_context, shared.clock, 0),
          random(std::random_device{}()) {}

    boost::asio::io_context& context;
    const Clock& clock;
    Limiter& limiter;
    observe::AccessLog& access_log;
    BodyBudget& body_budget;
    std::atomic<std::int64_t>& connections_open;
    std::shared_ptr<BackgroundResponses> background;
    std::shared_ptr<StreamUsageRefusals> stream_usage_refusals;
    std::shared_ptr<Upstreams> upstreams;
    std::shared_ptr<WaitingRoom> waiting_room;
    std::shared_ptr<Learned> learned;
    observe::WorkerMetrics metrics;
    usage::Counter usage;
    observe::RefusedKeys refused_keys;
    /// A request keeps the one that it started with; a reload posts a new one to the thread.
    std::shared_ptr<const policy::Policy> policy;
    UpstreamPool pool;
    LeaseKeeper leases;
    Turns turns;
    RefusalRate refusal_rate;
    std::mt19937_64 random;
    DetachedSettlements detached_settlements;
    bool draining = false;

    /// By index into the upstreams of that configuration, nearly always the one in force.
    std::span<const std::shared_ptr<KnownUpstream>> known_upstreams(
        const std::shared_ptr<const policy::Policy>& of) {
        if (known_of_ != of) {
            known_of_ = of;
            known_.clear();
            for (const config::Upstream& upstream : of->config().upstreams)
                known_.push_back(upstreams->of(upstream.name));
        }
        return known_;
    }

private:
    std::shared_ptr<const policy::Policy> known_of_;
    std::vector<std::shared_ptr<KnownUpstream>> known_;
};

}  // namespace weir::proxy
