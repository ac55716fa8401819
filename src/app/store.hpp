// Which store keeps the ledgers: the only place that knows there is more than one.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "admin/control.hpp"
#include "config/config.hpp"
#include "observe/metrics.hpp"
#include "weir/clock.hpp"
#include "weir/limiter.hpp"
#include "weir/shared_state.hpp"

namespace weir::app {

/// Started, stopped and destroyed by the main thread; outlives every limiter that it made.
class Store {
public:
    virtual ~Store() = default;

    /// For one io thread, whose context outlives it.
    virtual std::shared_ptr<Limiter> make_limiter(boost::asio::io_context& context) = 0;

    /// Begins what the store has to do on the main context by itself.
    virtual void start() = 0;
    /// Ends that; `done` is called on the main context once it has.
    virtual void stop(std::function<void()> done) = 0;

    /// The time that limits go by, as this node knows it.
    virtual std::int64_t now_us() const = 0;
    /// "redis.example:6379", free of secrets; empty: this process.
    virtual std::string server() const = 0;
    /// What nodes share beside the ledgers; nullptr: this node is alone. Run by the caller, on the main
    /// context.
    virtual SharedState* shared_state() = 0;

    /// Whether decisions are possible.
    virtual admin::Readiness readiness() const = 0;
    virtual void report(observe::StoreFigures& figures) const = 0;
};

std::unique_ptr<Store> make_store(const config::Config& config, const Clock& clock,
                                  boost::asio::io_context& main_context);

}  // namespace weir::app
