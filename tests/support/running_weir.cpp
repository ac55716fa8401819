// Wires what app/server wires, without signals and the admin port.
#include "support/running_weir.hpp"

#include "app/sha256.hpp"

namespace weir::testing {

config::Config config_for(std::uint16_t upstream_port, config::LimitSet limits) {
    config::Config config;
    config.listen = {"127.0.0.1", 0};
    config::Upstream upstream;
    upstream.name = "mock";
    upstream.url = {.tls = false, .host = "127.0.0.1", .port = upstream_port, .base_path = ""};
    config.upstreams.push_back(std::move(upstream));
    config::Tier tier;
    tier.name = "default";
    tier.limits = std::move(limits);
    config.tiers.emplace("default", std::move(tier));
    config.log_access = false;
    return config;
}

RunningWeir::RunningWeir(config::Config config, unsigned threads, app::WorkerThread::MakeLimiter store,
                         const Clock* clock)
    : clock_(clock != nullptr ? *clock : system_clock_),
      config_(std::make_shared<const config::Config>(std::move(config))),
      limiter_(make_memory_limiter(clock_)),
      body_budget_(config_->limits_of_weir.max_buffered_bytes) {
    const proxy::Shared shared{clock_, access_log_, body_budget_, connections_open_};
    waiting_room_ = shared.waiting_room;
    if (!store) store = [this](boost::asio::io_context&) { return limiter_; };
    const auto policy = std::make_shared<const policy::Policy>(config_, app::fast_sha256);
    config::Endpoint endpoint = config_->listen;
    for (unsigned i = 0; i < threads; ++i) {
        workers_.push_back(std::make_unique<app::WorkerThread>(
            shared, store, policy, endpoint, config_->limits_of_weir.max_connections, nullptr));
        endpoint.port = workers_.front()->port();
    }
    port_ = endpoint.port;
    for (const auto& worker : workers_) worker->start();
}

RunningWeir::~RunningWeir() {
    stop();
}

void RunningWeir::use(config::Config config) {
    const auto policy = std::make_shared<const policy::Policy>(
        std::make_shared<const config::Config>(std::move(config)), app::fast_sha256);
    const std::shared_ptr<void> in_use = proxy::WaitingRoom::recall_later(waiting_room_);
    for (const auto& worker : workers_) worker->use(policy, nullptr, in_use);
}

void RunningWeir::begin_drain() {
    if (draining_) return;
    draining_ = true;
    for (const auto& worker : workers_) worker->drain(config_->drain_delay_ms, config_->timeouts.drain_ms);
}

void RunningWeir::stop() {
    if (stopped_) return;
    stopped_ = true;
    begin_drain();
    for (const auto& worker : workers_) worker->join();
}

std::uint64_t RunningWeir::counted(observe::Outcome outcome) const {
    std::uint64_t sum = 0;
    for (const auto& worker : workers_)
        sum += worker->metrics().requests[static_cast<std::size_t>(outcome)].value();
    return sum;
}

std::uint64_t RunningWeir::limit_hits(observe::LimitHit which) const {
    std::uint64_t sum = 0;
    for (const auto& worker : workers_)
        sum += worker->metrics().limit_hits[static_cast<std::size_t>(which)].value();
    return sum;
}

std::uint64_t RunningWeir::reservations_in_flight() const {
    std::uint64_t sum = 0;
    for (const auto& worker : workers_) sum += worker->metrics().reservations_in_flight.value();
    return sum;
}

std::uint64_t RunningWeir::settled_input_tokens() const {
    std::uint64_t sum = 0;
    for (const auto& worker : workers_) sum += worker->metrics().input_tokens[2].value();
    return sum;
}

std::uint64_t RunningWeir::settled_output_tokens() const {
    std::uint64_t sum = 0;
    for (const auto& worker : workers_) sum += worker->metrics().output_tokens[2].value();
    return sum;
}

void RunningWeir::take_usage(const std::function<void(std::vector<usage::Row>)>& done) {
    for (const auto& worker : workers_) {
        worker->take_counted([done](app::Counted counted) { done(std::move(counted.usage)); });
    }
}

std::vector<usage::Row> RunningWeir::rest_of_usage() {
    std::vector<usage::Row> rows;
    for (const auto& worker : workers_) {
        const std::vector<usage::Row> rest = worker->rest_of_counted().usage;
        rows.insert(rows.end(), rest.begin(), rest.end());
    }
    return rows;
}

std::uint64_t RunningWeir::connections_open() const {
    std::uint64_t sum = 0;
    for (const auto& worker : workers_) sum += worker->metrics().connections_open.value();
    return sum;
}

std::uint64_t RunningWeir::connections_displaced() const {
    std::uint64_t sum = 0;
    for (const auto& worker : workers_) sum += worker->metrics().connections_displaced.value();
    return sum;
}

}  // namespace weir::testing
