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
#include <optional>
#include <set>
#include <system_error>
#include <thread>

#include "mock_upstream/connection.hpp"
#include "mock_upstream/journal.hpp"
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
    Worker(const MockOptions& options, Journal& journal, StoredResponses& stored, asio::ssl::context* tls)
        : options_(options), journal_(journal), stored_(stored), tls_(tls) {}

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
    void join() {
        if (thread_.joinable()) thread_.join();
    }

    awaitable<void> serve(TcpSocket socket) {
        if (stopping_) co_return;
        boost::system::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        const std::uint64_t number = ++journal_.counters.connections_opened;
        ++journal_.counters.connections_open;
        Connection connection(make_wire(std::move(socket)), options_, journal_, stored_, parser_, number);
        connections_.insert(&connection);
        co_await connection.run();
        connections_.erase(&connection);
        --journal_.counters.connections_open;
    }

private:
    std::unique_ptr<Wire> make_wire(TcpSocket socket) {
        if (tls_ == nullptr) return make_plain_wire(std::move(socket));
        return make_tls_wire(std::move(socket), *tls_);
    }

    const MockOptions& options_;
    Journal& journal_;
    StoredResponses& stored_;
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
    explicit Impl(MockOptions options)
        : options_(std::move(options)), journal_(options_.log_file, options_.keep_records) {
        if (options_.tls_cert_file.empty()) return;
        tls_.emplace(asio::ssl::context::tls_server);
        tls_->use_certificate_chain_file(options_.tls_cert_file);
        tls_->use_private_key_file(options_.tls_key_file, asio::ssl::context::pem);
    }

    void start() {
        for (unsigned i = 0; i < std::max(1U, options_.threads); ++i) {
            workers_.push_back(
                std::make_unique<Worker>(options_, journal_, stored_, tls_ ? &*tls_ : nullptr));
        }
        try {
            listen();
        } catch (const boost::system::system_error& error) {
            throw std::system_error(error.code(), "cannot listen");  // Boost's own is another type
        }
        asio::co_spawn(workers_.front()->get_executor(), accept(), asio::detached);
        for (const auto& worker : workers_) worker->start();
    }

    void stop() {
        if (!acceptor_) return;
        asio::post(acceptor_->get_executor(), [this] {
            boost::system::error_code ignored;
            acceptor_->close(ignored);
        });
        for (const auto& worker : workers_) worker->stop();
        for (const auto& worker : workers_) worker->join();
        acceptor_.reset();
        workers_.clear();
    }

    const MockOptions& options() const { return options_; }
    std::uint16_t port() const { return port_; }
    const Journal& journal() const { return journal_; }

private:
    void listen() {
        const tcp::endpoint endpoint(asio::ip::make_address(options_.address), options_.port);
        acceptor_.emplace(workers_.front()->get_executor());
        acceptor_->open(endpoint.protocol());
        acceptor_->set_option(asio::socket_base::reuse_address(true));
        acceptor_->bind(endpoint);
        acceptor_->listen(4096);
        port_ = acceptor_->local_endpoint().port();
    }

    awaitable<void> accept() {
        Timer timer(acceptor_->get_executor());
        for (std::size_t turn = 0; acceptor_->is_open(); ++turn) {
            Worker& worker = *workers_[turn % workers_.size()];
            TcpSocket socket(worker.get_executor());
            const auto [error] = co_await acceptor_->async_accept(socket, quietly);
            if (error == asio::error::operation_aborted) co_return;
            if (error) {  // too many open files: it passes
                timer.expires_after(accept_pause);
                co_await timer.async_wait(quietly);
                continue;
            }
            asio::co_spawn(worker.get_executor(), worker.serve(std::move(socket)), asio::detached);
        }
    }

    const MockOptions options_;
    Journal journal_;
    StoredResponses stored_;
    std::optional<asio::ssl::context> tls_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::optional<Acceptor> acceptor_;
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
