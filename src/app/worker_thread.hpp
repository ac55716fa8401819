// One io thread: its event loop, its worker, its listener.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <thread>

#include "proxy/listener.hpp"
#include "proxy/worker.hpp"

namespace weir::app {

/// Made, started and joined by the main thread; everything else runs on its own.
class WorkerThread {
public:
    /// Binds. Throws boost::system::system_error where it can't.
    WorkerThread(const proxy::Shared& shared, std::shared_ptr<const policy::Policy> policy,
                 const config::Endpoint& endpoint, std::int64_t connections_max,
                 std::shared_ptr<boost::asio::ssl::context> tls);

    std::uint16_t port() const { return listener_.port(); }
    const observe::WorkerMetrics& metrics() const noexcept { return worker_.metrics; }

    void start();
    void join() { thread_.join(); }

    // Any thread: these are posted to the loop.
    void use(std::shared_ptr<const policy::Policy> policy);
    void drain(std::int64_t drain_ms);

private:
    awaitable<void> keep_house();
    awaitable<void> drain_until_empty(std::int64_t drain_ms);

    boost::asio::io_context context_{1};
    proxy::Worker worker_;
    proxy::Listener listener_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
    std::thread thread_;
};

}  // namespace weir::app
