// Threads and sockets: one acceptor deals connections out to the workers in turn, each an io_context of one
// thread.
#include "mock_upstream/mock_upstream.hpp"

#include <simdjson.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "mock_upstream/connection.hpp"
#include "mock_upstream/provider.hpp"
#include "mock_upstream/wire.hpp"

namespace weir::mock {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, executor>;

constexpr auto quietly = asio::as_tuple_t<asio::use_awaitable_t<executor>>{};
constexpr auto accept_pause = std::chrono::milliseconds(10);

/// One thread and the connections that live on it.
class Worker {
public:
    Worker(Provider& provider, asio::ssl::context* tls) : provider_(provider), tls_(tls) {}

    executor get_executor() { return context_.get_executor(); }
    void start() {
        thread_ = std::thread([this] { context_.run(); });
    }

    /// From any thread. The connections see their sockets closed and end by themselves.
    void stop() {
        asio::post(context_, [this] {
            stopping_ = true;
            for (Connection* connection : connections_) connection->cut();
            work_.reset();
        });
    }
    /// From any thread: as if the provider had died.
    void cut_all() {
        asio::post(context_, [this] {
            for (Connection* connection : connections_) connection->cut_by_mode();
        });
    }
    void join() {
        if (thread_.joinable()) thread_.join();
    }

    awaitable<void> serve(TcpSocket socket) {
        if (stopping_) co_return;
        boost::system::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        Counters& counters = provider_.journal.counters;
        const std::uint64_t number = ++counters.connections_opened;
        ++counters.connections_open;
        Connection connection(make_wire(std::move(socket)), provider_, parser_, number);
        connections_.insert(&connection);
        co_await connection.run();
        connections_.erase(&connection);
        --counters.connections_open;
    }

private:
    std::unique_ptr<Wire> make_wire(TcpSocket socket) {
        if (tls_ == nullptr) return make_plain_wire(std::move(socket));
        return make_tls_wire(std::move(socket), *tls_);
    }

    Provider& provider_;
    asio::ssl::context* tls_;
    asio::io_context context_{1};
    asio::executor_work_guard<executor> work_{context_.get_executor()};
    simdjson::dom::parser parser_;
    std::set<Connection*> connections_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace

class MockUpstream::Impl {
public:
    explicit Impl(MockOptions options) : provider_(std::move(options)) {
        provider_.apply_mode = [this]() -> awaitable<void> {
            co_await asio::co_spawn(workers_.front()->get_executor(), apply_mode(), use_awaitable);
        };
        if (provider_.options.tls_cert_file.empty()) return;
        tls_.emplace(asio::ssl::context::tls_server);
        tls_->use_certificate_chain_file(provider_.options.tls_cert_file);
        tls_->use_private_key_file(provider_.options.tls_key_file, asio::ssl::context::pem);
    }

    void start() {
        for (unsigned i = 0; i < std::max(1U, provider_.options.threads); ++i) {
            workers_.push_back(std::make_unique<Worker>(provider_, tls_ ? &*tls_ : nullptr));
        }
        port_ = provider_.options.port;
        try {
            listen();
        } catch (const boost::system::system_error& error) {
            throw std::system_error(error.code(), "cannot listen");  // Boost's own is another type
        }
        if (!provider_.options.script.steps.empty())
            provider_.follow(provider_.options.script, clock_.steady_us());
        script_timer_.emplace(workers_.front()->get_executor());
        asio::co_spawn(workers_.front()->get_executor(), follow_modes(), asio::detached);
        for (const auto& worker : workers_) worker->start();
    }

    void stop() {
        if (!script_timer_) return;
        asio::post(workers_.front()->get_executor(), [this] {
            stopping_ = true;
            close_acceptor();
            script_timer_->cancel();
        });
        // The first last: connections of the others may wait for it to apply a mode.
        for (std::size_t i = workers_.size(); i-- > 0;) {
            workers_[i]->stop();
            workers_[i]->join();
        }
        acceptor_.reset();
        script_timer_.reset();
        workers_.clear();
    }

    void follow(std::string_view text) {
        Script script;
        const std::string problem = parse_script(text, script);
        if (!problem.empty()) throw std::invalid_argument(problem);
        provider_.follow(std::move(script), clock_.steady_us());
        asio::co_spawn(workers_.front()->get_executor(), apply_mode(), asio::use_future).get();
    }

    const Provider& provider() const { return provider_; }
    const MockOptions& options() const { return provider_.options; }
    std::uint16_t port() const { return port_; }
    const Journal& journal() const { return provider_.journal; }

private:
    void listen() {
        const tcp::endpoint endpoint(asio::ip::make_address(provider_.options.address), port_);
        auto acceptor = std::make_shared<Acceptor>(workers_.front()->get_executor());
        acceptor->open(endpoint.protocol());
        acceptor->set_option(asio::socket_base::reuse_address(true));
        acceptor->bind(endpoint);
        acceptor->listen(4096);
        if (port_ == 0) port_ = acceptor->local_endpoint().port();  // before any thread reads it
        acceptor_ = acceptor;
        asio::co_spawn(workers_.front()->get_executor(), accept(std::move(acceptor)), asio::detached);
    }

    void close_acceptor() {
        boost::system::error_code ignored;
        if (acceptor_) acceptor_->close(ignored);
        acceptor_.reset();
    }

    awaitable<void> accept(std::shared_ptr<Acceptor> acceptor) {
        Timer timer(acceptor->get_executor());
        for (std::size_t turn = 0; acceptor->is_open(); ++turn) {
            Worker& worker = *workers_[turn % workers_.size()];
            TcpSocket socket(worker.get_executor());
            const auto [error] = co_await acceptor->async_accept(socket, quietly);
            if (error == asio::error::operation_aborted) co_return;
            if (error) {  // too many open files: it passes
                timer.expires_after(accept_pause);
                co_await timer.async_wait(quietly);
                continue;
            }
            asio::co_spawn(worker.get_executor(), worker.serve(std::move(socket)), asio::detached);
        }
    }

    /// Listens or not, as the mode wants it. False where somebody else has the port meanwhile.
    bool listen_by_mode() {
        const bool refuses = provider_.mode(clock_.steady_us()).kind == ModeKind::refuse;
        if (stopping_ || refuses == (acceptor_ == nullptr)) return true;
        if (refuses) {
            close_acceptor();
            for (const auto& worker : workers_) worker->cut_all();
            return true;
        }
        try {
            listen();
        } catch (const boost::system::system_error&) {
            return false;
        }
        return true;
    }

    /// On the first worker, for as long as it runs.
    awaitable<void> follow_modes() {
        using std::chrono::steady_clock;
        while (!stopping_) {
            const bool done = listen_by_mode();
            const std::optional<std::int64_t> next_us = provider_.next_change_us(clock_.steady_us());
            auto wake_at = steady_clock::time_point::max();
            if (next_us) wake_at = steady_clock::time_point(std::chrono::microseconds(*next_us));
            if (!done) wake_at = std::min(wake_at, steady_clock::now() + accept_pause);
            script_timer_->expires_at(wake_at);
            co_await script_timer_->async_wait(quietly);
        }
    }

    /// On the first worker: the script was replaced.
    awaitable<void> apply_mode() {
        listen_by_mode();
        script_timer_->cancel();
        co_return;
    }

    Provider provider_;
    SystemClock clock_;
    std::optional<asio::ssl::context> tls_;
    std::vector<std::unique_ptr<Worker>> workers_;
    // Of the first worker, once it runs.
    std::shared_ptr<Acceptor> acceptor_;  ///< null: it does not listen
    std::optional<Timer> script_timer_;
    bool stopping_ = false;
    std::uint16_t port_ = 0;
};

MockUpstream::MockUpstream(MockOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

MockUpstream::~MockUpstream() {
    stop();
}

void MockUpstream::start() {
    impl_->start();
}

void MockUpstream::stop() {
    impl_->stop();
}

std::uint16_t MockUpstream::port() const {
    return impl_->port();
}

std::string MockUpstream::url() const {
    const std::string scheme = impl_->options().tls_cert_file.empty() ? "http://" : "https://";
    return scheme + impl_->options().address + ":" + std::to_string(port());
}

void MockUpstream::follow(std::string_view script) {
    impl_->follow(script);
}

MockStats MockUpstream::stats() const {
    return impl_->provider().stats();
}

std::uint64_t MockUpstream::requests_seen() const {
    return impl_->journal().counters.requests;
}

std::uint64_t MockUpstream::malformed_count() const {
    return impl_->journal().counters.malformed;
}

std::uint64_t MockUpstream::aborted_count() const {
    return impl_->journal().counters.aborted;
}

std::uint64_t MockUpstream::pipelined_count() const {
    return impl_->journal().counters.pipelined;
}

std::uint64_t MockUpstream::connections_opened() const {
    return impl_->journal().counters.connections_opened;
}

std::uint64_t MockUpstream::connections_open() const {
    return impl_->journal().counters.connections_open;
}

std::vector<MockRecord> MockUpstream::records() const {
    return impl_->journal().records();
}

std::vector<std::string> MockUpstream::request_lines() const {
    return impl_->journal().lines();
}

}  // namespace weir::mock
