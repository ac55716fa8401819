// One io thread: its event loop, its worker, its listener.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "proxy/listener.hpp"
#include "proxy/worker.hpp"

namespace weir::app {

/// What a thread has counted for operators, by key.
struct Counted {
    std::vector<usage::Row> usage;
    std::vector<observe::RefusedKey> refused;
};

/// Made, started and joined by the main thread; everything else runs on its own.
class WorkerThread {
public:
    /// Makes the limiter of the thread whose context it is given.
    using MakeLimiter = std::function<std::shared_ptr<Limiter>(boost::asio::io_context&)>;

    /// Binds. Throws boost::system::system_error where it can't.
    WorkerThread(const proxy::Shared& shared, const MakeLimiter& make_limiter,
                 std::shared_ptr<const policy::Policy> policy, const config::Endpoint& endpoint,
                 std::int64_t connections_max, proxy::TlsContext tls);

    std::uint16_t port() const { return listener_.port(); }
    const observe::WorkerMetrics& metrics() const noexcept { return worker_.metrics; }

    /// `awaits_layer`: clients are served once `let_in` was called, or a second has passed, lest keys be
    /// refused that other nodes know.
    void start(bool awaits_layer = false);
    void join() { thread_.join(); }

    // Any thread: these are posted to the loop.
    /// `in_use` is let go of when it does.
    void use(std::shared_ptr<const policy::Policy> policy, proxy::TlsContext tls,
             std::shared_ptr<void> in_use = {});
    void let_in();
    /// From now on each connection ends with its answer. After `delay_ms` none is accepted any more, and
    /// after further `drain_ms` those that are left are cut.
    void drain(std::int64_t delay_ms, std::int64_t drain_ms);
    /// Hands what was counted since the last take to `done`, on this thread: it only passes it on. Never
    /// called where the loop ends first; `rest_of_counted` has it then.
    void take_counted(std::function<void(Counted)> done);

    /// After `join`: what nobody has taken.
    Counted rest_of_counted() { return {worker_.usage.take(), worker_.refused_keys.take()}; }
    /// Any thread.
    std::uint64_t folded_usage() const noexcept { return worker_.usage.folded(); }

private:
    awaitable<void> accept_when_ready();
    awaitable<void> keep_house();
    awaitable<void> look_after_background();
    awaitable<void> drain_until_empty(std::int64_t delay_ms, std::int64_t drain_ms);

    boost::asio::io_context context_{1};
    std::shared_ptr<Limiter> limiter_;
    proxy::Worker worker_;
    proxy::Listener listener_;
    bool awaits_layer_ = false;
    bool ending_ = false;  ///< the delay of the drain is over
    std::thread thread_;
};

}  // namespace weir::app
