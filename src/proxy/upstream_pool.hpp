// Connections to upstreams: made, checked, kept for the next request.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "config/config.hpp"
#include "observe/metrics.hpp"
#include "proxy/deadline.hpp"
#include "proxy/transport.hpp"
#include "proxy/wakeup.hpp"
#include "weir/clock.hpp"
#include "weir/error.hpp"

namespace weir::proxy {

/// Where a connection leads: whether by TLS, host, port.
using Origin = std::tuple<bool, std::string, std::uint16_t>;
/// Also compares with an origin whose host is a view.
struct OriginLess {
    using is_transparent = void;
    using View = std::tuple<bool, std::string_view, std::uint16_t>;
    bool operator()(const auto& a, const auto& b) const noexcept {
        return View(std::get<0>(a), std::get<1>(a), std::get<2>(a)) <
               View(std::get<0>(b), std::get<1>(b), std::get<2>(b));
    }
};

/// One connection, used by one request at a time. One thread.
class UpstreamConnection {
public:
    UpstreamConnection(boost::asio::io_context& context, const Clock& clock);
    ~UpstreamConnection() { close(); }
    UpstreamConnection(const UpstreamConnection&) = delete;
    UpstreamConnection& operator=(const UpstreamConnection&) = delete;

    Transport& transport() noexcept { return incoming_->transport; }
    std::string_view input() const noexcept;
    void consume(std::size_t bytes) noexcept { incoming_->begin += bytes; }

    /// Errors: upstream_timeout; upstream_broken.
    awaitable<boost::system::error_code> write(std::span<const boost::asio::const_buffer> buffers,
                                               std::int64_t timeout_ms);
    /// Waits for more input. Errors: upstream_timeout; upstream_broken; asio's eof when the upstream closed
    /// in order.
    awaitable<boost::system::error_code> read(std::int64_t timeout_ms);

    /// Reads on between two requests: that is how an end, or bytes that nobody asked for, are noticed. The
    /// next answer is what this read gets otherwise.
    void watch();
    /// It is being watched, and nothing has come.
    bool is_quiet() const noexcept { return incoming_->reading; }

    /// Ends whatever is pending.
    void close() noexcept { incoming_->transport.close(); }

    bool reused = false;
    Origin origin;
    std::int64_t idle_until_us = 0;  ///< steady clock

private:
    /// What a pending read refers to, which may outlive the connection.
    struct Incoming : std::enable_shared_from_this<Incoming> {
        explicit Incoming(Socket socket) : transport(std::move(socket)) {}
        void start_read();

        Transport transport;
        std::vector<char> buffer;
        std::size_t begin = 0;
        std::size_t end = 0;
        bool reading = false;
        boost::system::error_code error;  ///< how the last read ended
        Wakeup arrived;
    };

    std::shared_ptr<Incoming> incoming_;
    Deadline deadline_;
};

/// How whoever waits for a connection can be told to stop waiting.
class Abort {
public:
    void fire() {
        fired_ = true;
        if (cancel_) cancel_();
    }
    bool fired() const noexcept { return fired_; }
    void set_cancel(std::function<void()> cancel) { cancel_ = std::move(cancel); }

private:
    bool fired_ = false;
    std::function<void()> cancel_;
};

/// Kept per origin; at most 4,096 idle ones. One thread.
class UpstreamPool {
public:
    UpstreamPool(boost::asio::io_context& context, const Clock& clock, observe::WorkerMetrics& metrics);

    /// A kept connection that is quiet; nullptr where there is none.
    std::unique_ptr<UpstreamConnection> take_kept(const config::Url& url);
    /// A new one; upstream_unreachable where none can be made within the time limits, or `abort` fired.
    awaitable<result<std::unique_ptr<UpstreamConnection>>> connect(const config::Url& url,
                                                                   std::int64_t connect_ms, Abort& abort);
    /// After a complete answer. `keep_alive_s`: what the upstream said in Keep-Alive, 0 where it said
    /// nothing.
    void release(std::unique_ptr<UpstreamConnection> connection, std::int64_t keep_alive_s);

    /// Closes what has been idle too long; call it about every second.
    void sweep();
    void close_idle() { idle_.clear(); }

private:
    awaitable<boost::system::error_code> open(UpstreamConnection& connection, const config::Url& url,
                                              std::int64_t connect_ms, Abort& abort);
    awaitable<boost::system::error_code> handshake(UpstreamConnection& connection, const config::Url& url);

    boost::asio::io_context& context_;
    const Clock& clock_;
    observe::WorkerMetrics& metrics_;
    boost::asio::ssl::context tls_;
    std::map<Origin, std::deque<std::unique_ptr<UpstreamConnection>>, OriginLess> idle_;
    std::size_t idle_count_ = 0;
};

}  // namespace weir::proxy
