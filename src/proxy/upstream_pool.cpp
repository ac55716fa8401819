// Keeping, checking and making upstream connections.
#include "proxy/upstream_pool.hpp"

#include <algorithm>
#include <boost/asio/connect.hpp>

#include "net/resolve.hpp"
#include "net/tls.hpp"

namespace weir::proxy {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

constexpr std::size_t idle_max = 4'096;
constexpr std::int64_t tls_handshake_ms = 10'000;
// Below the 60 s after which many servers close; those that close sooner say so in Keep-Alive, or their
// closing is seen when the connection is about to be used.
constexpr std::int64_t idle_s_default = 55;

}  // namespace

UpstreamPool::UpstreamPool(boost::asio::io_context& context, const Clock& clock,
                           observe::WorkerMetrics& metrics)
    : context_(context), clock_(clock), metrics_(metrics), tls_(net::make_client_tls()) {}

std::unique_ptr<UpstreamConnection> UpstreamPool::take_kept(const config::Url& url) {
    const auto pool = idle_.find(std::tuple(url.tls, std::string_view(url.host), url.port));
    if (pool == idle_.end()) return nullptr;
    auto& kept = pool->second;
    while (!kept.empty()) {
        auto connection = std::move(kept.back());
        kept.pop_back();
        --idle_count_;
        if (connection->idle_until_us <= clock_.steady_us() || !connection->is_quiet()) continue;
        connection->reused = true;
        metrics_.upstream_requests_reused.add();
        return connection;
    }
    return nullptr;
}

awaitable<result<std::unique_ptr<UpstreamConnection>>> UpstreamPool::connect(const config::Url& url,
                                                                             std::int64_t connect_ms,
                                                                             Abort& abort) {
    auto connection = std::make_unique<UpstreamConnection>(context_, clock_);
    connection->origin = Origin(url.tls, url.host, url.port);
    net::Deadline deadline(context_, clock_, [&abort] { abort.cancel(); });
    deadline.set(connect_ms);
    const error_code error = co_await open(*connection, url, deadline, abort);
    abort.set_cancel(nullptr);
    if (deadline.expired()) co_return make_error_code(boost::asio::error::timed_out);
    if (abort.fired()) co_return make_error_code(boost::asio::error::operation_aborted);
    if (error) co_return error;
    metrics_.upstream_connections_opened.add();
    co_return std::move(connection);
}

awaitable<error_code> UpstreamPool::open(UpstreamConnection& connection, const config::Url& url,
                                         net::Deadline& deadline, Abort& abort) {
    net::Socket& socket = connection.transport().socket();
    net::Resolver resolver(context_);
    abort.set_cancel([&] {
        resolver.cancel();
        connection.close();
    });

    const net::Resolved found = co_await net::resolve(resolver, url.host, url.port);
    if (found.error) co_return found.error;
    if (abort.fired() || deadline.expired()) co_return boost::asio::error::operation_aborted;
    const auto [connect_error, endpoint] =
        co_await boost::asio::async_connect(socket, found.endpoints, use_awaitable_as_tuple);
    if (connect_error) co_return connect_error;
    error_code ignored;
    socket.set_option(net::Tcp::no_delay(true), ignored);
    if (!url.tls) co_return error_code{};
    deadline.set(tls_handshake_ms);
    co_return co_await handshake(connection, url);
}

awaitable<error_code> UpstreamPool::handshake(UpstreamConnection& connection, const config::Url& url) {
    net::Transport::TlsStream& tls = connection.transport().wrap(tls_);
    net::expect_host(tls.native_handle(), url.host);
    const auto [error] = co_await tls.async_handshake(ssl::stream_base::client, use_awaitable_as_tuple);
    co_return error;
}

void UpstreamPool::release(std::unique_ptr<UpstreamConnection> connection, std::int64_t keep_alive_s) {
    if (!connection->input().empty() || idle_count_ >= idle_max) return;
    // A second less than the upstream says, so that weir is the one that closes.
    const std::int64_t idle_s =
        keep_alive_s > 0 ? std::min(keep_alive_s - 1, idle_s_default) : idle_s_default;
    if (idle_s <= 0) return;
    connection->idle_until_us = clock_.steady_us() + idle_s * 1'000'000;
    connection->watch();
    auto& kept = idle_[connection->origin];
    kept.push_back(std::move(connection));
    ++idle_count_;
}

void UpstreamPool::sweep() {
    const std::int64_t now_us = clock_.steady_us();
    for (auto pool = idle_.begin(); pool != idle_.end();) {
        auto& kept = pool->second;
        const auto dead = std::remove_if(kept.begin(), kept.end(), [&](const auto& connection) {
            return connection->idle_until_us <= now_us || !connection->is_quiet();
        });
        idle_count_ -= static_cast<std::size_t>(kept.end() - dead);
        kept.erase(dead, kept.end());
        pool = kept.empty() ? idle_.erase(pool) : std::next(pool);
    }
}

}  // namespace weir::proxy
