// Makes one connection to an upstream: resolve, connect, and the TLS handshake.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>

#include "config/config.hpp"
#include "net/deadline.hpp"
#include "net/resolve.hpp"
#include "proxy/upstream_connection.hpp"
#include "proxy/upstream_tls.hpp"
#include "weir/clock.hpp"

namespace weir::proxy {

/// Used once. One thread. What the references lead to outlives it.
class Dial {
public:
    enum class End : std::uint8_t {
        connected,
        failed,     ///< see `cause`
        timed_out,  ///< whoever waits for the connection still does
        withdrawn   ///< nobody waits for it any more
    };

    /// `tls`: what a connection under TLS is made with.
    Dial(boost::asio::io_context& context, const Clock& clock, UpstreamTlsContexts::Entry tls,
         const config::Url& url);

    /// `connect_ms` for name and connection; the handshake, of more round trips, has twice as long.
    awaitable<End> run(std::int64_t connect_ms);
    /// Ends what is under way. Where the time was up first, that stays the end.
    void withdraw() { stop(End::withdrawn); }

    /// Unless it is connected: why not, in the system's words. Where TLS failed, its message says what to do
    /// (net/tls_trouble).
    boost::system::error_code cause() const noexcept { return cause_; }
    /// REQUIRES: connected. Once.
    std::unique_ptr<UpstreamConnection> take() noexcept { return std::move(connection_); }

private:
    void stop(End why);
    awaitable<boost::system::error_code> open(std::int64_t connect_ms);
    awaitable<boost::system::error_code> handshake();

    const UpstreamTlsContexts::Entry tls_;
    const config::Url& url_;
    net::Resolver resolver_;
    std::unique_ptr<UpstreamConnection> connection_;
    std::optional<End> stopped_;  ///< why it was ended from outside: the first reason counts
    boost::system::error_code cause_;
    net::Deadline deadline_;
};

}  // namespace weir::proxy
