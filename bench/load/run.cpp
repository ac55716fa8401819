// Each thread owns an io_context, a share of the clients, and a tally.
#include "load/run.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <memory>
#include <system_error>
#include <thread>

#include "load/client.hpp"
#include "load/request_text.hpp"

namespace weir::load {
namespace {

namespace asio = boost::asio;

constexpr auto watch_interval = std::chrono::milliseconds(100);

class Worker {
public:
    explicit Worker(std::size_t key_count) : tally_(key_count) {}

    void add_client(const LoadOptions& options, const Endpoint& endpoint, const std::string& body,
                    Supply& supply) {
        clients_.push_back(
            std::make_unique<Client>(context_.get_executor(), options, endpoint, body, supply, tally_));
    }

    /// Returns when every client is done.
    void run() {
        running_ = clients_.size();
        for (const auto& client : clients_) {
            asio::co_spawn(context_.get_executor(), client->run(), [this](const std::exception_ptr& failure) {
                if (failure) std::rethrow_exception(failure);
                if (--running_ == 0) timer_.cancel();
            });
        }
        watch();
        context_.run();
    }

    const Tally& tally() const { return tally_; }

private:
    void watch() {
        if (running_ == 0) return;
        timer_.expires_after(watch_interval);
        timer_.async_wait([this](const boost::system::error_code&) {
            for (const auto& client : clients_) client->watch(clock_.steady_us());
            watch();
        });
    }

    asio::io_context context_{1};
    asio::steady_timer timer_{context_};
    std::vector<std::unique_ptr<Client>> clients_;
    std::size_t running_ = 0;
    Tally tally_;
    SystemClock clock_;
};

std::vector<Endpoint> resolve(const std::vector<Target>& targets) {
    asio::io_context context;
    asio::ip::tcp::resolver resolver(context);
    std::vector<Endpoint> endpoints;
    for (const Target& target : targets) {
        boost::system::error_code error;
        const auto found = resolver.resolve(target.host, target.port, error);
        if (error) throw std::system_error(error, target.host + ":" + target.port);
        endpoints.push_back({target, found.begin()->endpoint()});
    }
    return endpoints;
}

/// Turns the first SIGINT or SIGTERM into an interrupted supply, for as long as it lives.
class SignalWatch {
public:
    explicit SignalWatch(Supply& supply) {
        signals_.async_wait([&supply](const boost::system::error_code& error, int) {
            if (!error) supply.interrupt();
        });
        thread_ = std::thread([this] { context_.run(); });
    }
    ~SignalWatch() {
        context_.stop();
        thread_.join();
    }
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

private:
    asio::io_context context_;
    asio::signal_set signals_{context_, SIGINT, SIGTERM};
    std::thread thread_;
};

}  // namespace

Result run(const LoadOptions& options) {
    const std::vector<Endpoint> endpoints = resolve(options.targets);
    const std::string body = make_body(options);
    const SystemClock clock;
    const std::int64_t start_us = clock.steady_us();
    const auto duration_us = static_cast<std::int64_t>(options.duration_s * 1e6);
    Supply supply(options.requests, duration_us == 0 ? 0 : start_us + duration_us);
    SignalWatch signals(supply);

    std::vector<std::unique_ptr<Worker>> workers;
    for (unsigned i = 0; i < std::min(options.threads, options.concurrent); ++i) {
        workers.push_back(std::make_unique<Worker>(options.keys.size()));
    }
    for (unsigned i = 0; i < options.concurrent; ++i) {
        workers[i % workers.size()]->add_client(options, endpoints[i % endpoints.size()], body, supply);
    }
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < workers.size(); ++i)
        threads.emplace_back([&worker = *workers[i]] { worker.run(); });
    workers.front()->run();
    for (std::thread& thread : threads) thread.join();

    Result result{Tally(options.keys.size()), static_cast<double>(clock.steady_us() - start_us) / 1e6,
                  supply.interrupted()};
    for (const auto& worker : workers) result.tally.merge(worker->tally());
    return result;
}

}  // namespace weir::load
