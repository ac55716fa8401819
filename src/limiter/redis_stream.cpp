// Connecting, TLS and deadlines of one stream to Redis.
#include "limiter/redis_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "limiter/redis_address.hpp"

namespace weir {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

// A peer that is gone without a word is noticed after about half a minute, by an idle connection too.
constexpr int keep_alive_idle_s = 15;
constexpr int keep_alive_interval_s = 5;
constexpr int keep_alive_probes = 3;

bool is_address(const std::string& host) {
    error_code error;
    boost::asio::ip::make_address(host, error);
    return !error;
}

}  // namespace

std::unique_ptr<ssl::context> make_redis_tls(const std::string& ca_file) {
    auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
    if (ca_file.empty()) {
        context->set_default_verify_paths();
    } else {
        context->load_verify_file(ca_file);
    }
    context->set_verify_mode(ssl::verify_peer);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    return context;
}

RedisStream::RedisStream(boost::asio::io_context& context)
    : resolver_(context), socket_(context), timer_(context.get_executor()) {}

awaitable<error_code> RedisStream::look_up(const std::string& host, std::uint16_t port,
                                           Resolver::results_type& endpoints) {
    error_code not_an_address;
    const auto address = boost::asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        endpoints = Resolver::results_type::create(Tcp::endpoint(address, port), host, "");
        co_return error_code{};
    }
    auto [error, found] =
        co_await resolver_.async_resolve(host, std::to_string(port), use_awaitable_as_tuple);
    endpoints = std::move(found);
    co_return error;
}

awaitable<std::string> RedisStream::connect(std::string host, std::uint16_t port) {
    if (closed_) co_return std::string("given up");
    Resolver::results_type endpoints;
    const error_code not_found = co_await look_up(host, port, endpoints);
    if (not_found) co_return "can't look up " + host + ": " + not_found.message();
    error_code error = boost::asio::error::host_not_found;
    for (const auto& endpoint : endpoints) {
        if (closed_) co_return std::string("given up");
        error_code ignored;
        socket_.close(ignored);
        const boost::asio::generic::stream_protocol::endpoint target(endpoint.endpoint());
        std::tie(error) = co_await socket_.async_connect(target, use_awaitable_as_tuple);
        if (!error) break;
    }
    if (error) co_return "can't connect to " + text_of(host, port) + ": " + error.message();
    tune();
    co_return std::string();
}

awaitable<std::string> RedisStream::connect(std::string socket_path) {
    if (closed_) co_return std::string("given up");
    const boost::asio::local::stream_protocol::endpoint endpoint(socket_path);
    const boost::asio::generic::stream_protocol::endpoint target(endpoint);
    const auto [error] = co_await socket_.async_connect(target, use_awaitable_as_tuple);
    if (error) co_return "can't connect to unix:" + socket_path + ": " + error.message();
    co_return std::string();
}

void RedisStream::tune() noexcept {
    const auto set = [this](int level, int option, int value) {
        ::setsockopt(socket_.native_handle(), level, option, &value, sizeof value);
    };
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, keep_alive_idle_s);
    set(IPPROTO_TCP, TCP_KEEPINTVL, keep_alive_interval_s);
    set(IPPROTO_TCP, TCP_KEEPCNT, keep_alive_probes);
}

awaitable<std::string> RedisStream::start_tls(ssl::context& context, std::string host) {
    tls_ = std::make_unique<TlsStream>(socket_, context);
    SSL* const session = tls_->native_handle();
    // OpenSSL's own check of the name, since it says what was wrong.
    if (is_address(host)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str());
    } else {
        SSL_set_tlsext_host_name(session, host.c_str());
        SSL_set1_host(session, host.c_str());
    }
    const auto [error] = co_await tls_->async_handshake(ssl::stream_base::client, use_awaitable_as_tuple);
    if (!error) co_return std::string();
    const long verdict = SSL_get_verify_result(session);
    co_return "TLS with " + host + ": " +
        (verdict != X509_V_OK ? std::string(X509_verify_cert_error_string(verdict)) : error.message());
}

void RedisStream::set_deadline(std::int64_t timeout_ms) {
    armed_ = true;
    timer_.expires_after(std::chrono::milliseconds(timeout_ms));
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (error || !self->armed_) return;
        self->expired_ = true;
        self->close();
    });
}

void RedisStream::clear_deadline() noexcept {
    armed_ = false;
    timer_.cancel();
}

awaitable<RedisStream::Result> RedisStream::read_some(boost::asio::mutable_buffer buffer) {
    if (tls_) {
        const auto [error, size] = co_await tls_->async_read_some(buffer, use_awaitable_as_tuple);
        co_return Result{error, size};
    }
    const auto [error, size] = co_await socket_.async_read_some(buffer, use_awaitable_as_tuple);
    co_return Result{error, size};
}

awaitable<error_code> RedisStream::write(boost::asio::const_buffer bytes) {
    if (tls_) {
        const auto [error, size] = co_await boost::asio::async_write(*tls_, bytes, use_awaitable_as_tuple);
        co_return error;
    }
    const auto [error, size] = co_await boost::asio::async_write(socket_, bytes, use_awaitable_as_tuple);
    co_return error;
}

bool RedisStream::has_arrived() const noexcept {
    error_code ignored;
    return socket_.available(ignored) > 0;
}

void RedisStream::close() noexcept {
    closed_ = true;
    clear_deadline();
    resolver_.cancel();
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace weir
