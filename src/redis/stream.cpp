// Connecting, TLS and deadlines of one stream to Redis.
#include "redis/stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/local/stream_protocol.hpp>

#include "net/tls.hpp"
#include "text/host.hpp"

namespace weir::redis {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

// A peer that is gone without a word is noticed after about half a minute, by an idle connection too.
constexpr int keep_alive_idle_s = 15;
constexpr int keep_alive_interval_s = 5;
constexpr int keep_alive_probes = 3;

}  // namespace

Stream::Stream(boost::asio::io_context& context)
    : resolver_(context), socket_(context), timer_(context.get_executor()) {}

awaitable<std::string> Stream::connect(std::string host, std::uint16_t port) {
    if (closed_) co_return std::string("given up");
    const net::Resolved found = co_await net::resolve(resolver_, host, port);
    if (found.error) co_return "can't look up " + host + ": " + found.error.message();
    error_code error = boost::asio::error::host_not_found;
    for (const auto& endpoint : found.endpoints) {
        if (closed_) co_return std::string("given up");
        error_code ignored;
        socket_.close(ignored);
        const boost::asio::generic::stream_protocol::endpoint target(endpoint.endpoint());
        std::tie(error) = co_await socket_.async_connect(target, use_awaitable_as_tuple);
        if (!error) break;
    }
    if (error) co_return "can't connect to " + text::host_and_port(host, port) + ": " + error.message();
    tune();
    co_return std::string();
}

awaitable<std::string> Stream::connect(std::string socket_path) {
    if (closed_) co_return std::string("given up");
    const boost::asio::local::stream_protocol::endpoint endpoint(socket_path);
    const boost::asio::generic::stream_protocol::endpoint target(endpoint);
    const auto [error] = co_await socket_.async_connect(target, use_awaitable_as_tuple);
    if (error) co_return "can't connect to unix:" + socket_path + ": " + error.message();
    co_return std::string();
}

void Stream::tune() noexcept {
    const auto set = [this](int level, int option, int value) {
        ::setsockopt(socket_.native_handle(), level, option, &value, sizeof value);
    };
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, keep_alive_idle_s);
    set(IPPROTO_TCP, TCP_KEEPINTVL, keep_alive_interval_s);
    set(IPPROTO_TCP, TCP_KEEPCNT, keep_alive_probes);
}

awaitable<std::string> Stream::start_tls(ssl::context& context, std::string host) {
    tls_ = std::make_unique<TlsStream>(socket_, context);
    SSL* const session = tls_->native_handle();
    net::expect_host(session, host);
    const auto [error] = co_await tls_->async_handshake(ssl::stream_base::client, use_awaitable_as_tuple);
    if (!error) co_return std::string();
    co_return "TLS with " + host + ": " + net::why_handshake_failed(session, error);
}

void Stream::set_deadline(std::int64_t timeout_ms) {
    armed_ = true;
    timer_.expires_after(std::chrono::milliseconds(timeout_ms));
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (error || !self->armed_) return;
        self->expired_ = true;
        self->close();
    });
}

void Stream::clear_deadline() noexcept {
    armed_ = false;
    timer_.cancel();
}

awaitable<Stream::Result> Stream::read_some(boost::asio::mutable_buffer buffer) {
    if (tls_) {
        const auto [error, size] = co_await tls_->async_read_some(buffer, use_awaitable_as_tuple);
        co_return Result{error, size};
    }
    const auto [error, size] = co_await socket_.async_read_some(buffer, use_awaitable_as_tuple);
    co_return Result{error, size};
}

awaitable<error_code> Stream::write(boost::asio::const_buffer bytes) {
    if (tls_) {
        const auto [error, size] = co_await boost::asio::async_write(*tls_, bytes, use_awaitable_as_tuple);
        co_return error;
    }
    const auto [error, size] = co_await boost::asio::async_write(socket_, bytes, use_awaitable_as_tuple);
    co_return error;
}

bool Stream::has_arrived() const noexcept {
    error_code ignored;
    return socket_.available(ignored) > 0;
}

void Stream::close() noexcept {
    closed_ = true;
    clear_deadline();
    resolver_.cancel();
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace weir::redis
