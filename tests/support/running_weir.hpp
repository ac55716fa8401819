// weir's io threads inside the test process: real sockets, real store, settings as values.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/worker_thread.hpp"
#include "config/config.hpp"
#include "observe/access_log.hpp"
#include "weir/clock.hpp"
#include "weir/memory_limiter.hpp"

namespace weir::testing {

/// Defaults on a free port, in front of `upstream_url` (http://127.0.0.1:N), default tier as given.
config::Config config_for(std::uint16_t upstream_port, config::LimitSet limits = {});

/// Serves from construction until `stop` or destruction, which drain.
class RunningWeir {
public:
    /// `store`: whose limiters decide; empty: an embedded one of its own. `clock`: outlives it; nullptr: the
    /// system's.
    explicit RunningWeir(config::Config config, unsigned threads = 1,
                         app::WorkerThread::MakeLimiter store = {}, const Clock* clock = nullptr);
    ~RunningWeir();

    std::uint16_t port() const { return port_; }
    MemoryLimiter& limiter() { return *limiter_; }
    const Clock& clock() const { return clock_; }
    /// As a reload does.
    void use(config::Config config);
    /// Begins to drain, and waits for the end. Once.
    void stop();
    void begin_drain();

    /// Summed over all threads.
    std::uint64_t counted(observe::Outcome outcome) const;
    std::uint64_t limit_hits(observe::LimitHit which) const;
    std::uint64_t reservations_in_flight() const;
    /// That wait for room now.
    std::size_t waiting() const { return waiting_room_->size(); }
    /// What was settled, as the metrics have it.
    std::uint64_t settled_input_tokens() const;
    std::uint64_t settled_output_tokens() const;
    /// Hands what each thread has counted to `done`, on that thread.
    void take_usage(const std::function<void(std::vector<usage::Row>)>& done);
    /// After `stop`: what nobody has taken.
    std::vector<usage::Row> rest_of_usage();
    std::uint64_t connections_open() const;
    std::uint64_t connections_displaced() const;
    std::int64_t buffered_bytes() const { return body_budget_.held_bytes(); }

private:
    const SystemClock system_clock_;
    const Clock& clock_;
    std::shared_ptr<const config::Config> config_;
    std::shared_ptr<MemoryLimiter> limiter_;
    observe::AccessLog access_log_{{.enabled = false}};
    proxy::BodyBudget body_budget_;
    std::atomic<std::int64_t> connections_open_{0};
    std::shared_ptr<proxy::WaitingRoom> waiting_room_;
    std::vector<std::unique_ptr<app::WorkerThread>> workers_;
    std::uint16_t port_ = 0;
    bool draining_ = false;
    bool stopped_ = false;
};

}  // namespace weir::testing
