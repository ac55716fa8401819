// Connections to upstreams: made, checked, kept for the next request.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "config/config.hpp"
#include "observe/metrics.hpp"
#include "proxy/upstream_connection.hpp"
#include "weir/clock.hpp"
#include "weir/error.hpp"

namespace weir::proxy {

/// How whoever waits for a connection can be told to stop waiting.
class Abort {
public:
    void fire() {
        fired_ = true;
        cancel();
    }
    /// Ends what is under way without telling anybody else to stop.
    void cancel() {
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
    /// A new one, or why there is none, in the system's words: timed_out, operation_aborted after `abort`
    /// fired, …
    awaitable<result<std::unique_ptr<UpstreamConnection>>> connect(const config::Url& url,
                                                                   std::int64_t connect_ms, Abort& abort);
    /// After a complete answer. `keep_alive_s`: what the upstream said in Keep-Alive, 0 where it said
    /// nothing.
    void release(std::unique_ptr<UpstreamConnection> connection, std::int64_t keep_alive_s);

    /// Closes what has been idle too long; call it about every second.
    void sweep();

private:
    awaitable<boost::system::error_code> open(UpstreamConnection& connection, const config::Url& url,
                                              net::Deadline& deadline, Abort& abort);
    awaitable<boost::system::error_code> handshake(UpstreamConnection& connection, const config::Url& url);

    boost::asio::io_context& context_;
    const Clock& clock_;
    observe::WorkerMetrics& metrics_;
    boost::asio::ssl::context tls_;
    std::map<Origin, std::deque<std::unique_ptr<UpstreamConnection>>, OriginLess> idle_;
    std::size_t idle_count_ = 0;
};

}  // namespace weir::proxy
