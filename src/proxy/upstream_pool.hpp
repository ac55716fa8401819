// Connections to upstreams: kept for the next request, checked, and what new ones are made with.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>

#include "config/config.hpp"
#include "observe/metrics.hpp"
#include "proxy/dial.hpp"
#include "proxy/upstream_connection.hpp"
#include "proxy/upstream_tls.hpp"
#include "weir/clock.hpp"

namespace weir::proxy {

/// Kept per origin and TLS settings. At most 4,096 are idle, or as many as the process has clients where
/// those are more: each of them may have a request at the same time again. One thread. Upstreams outlive
/// their dials.
class UpstreamPool {
public:
    /// `clients`: how many are connected to the process.
    UpstreamPool(boost::asio::io_context& context, const Clock& clock, observe::WorkerMetrics& metrics,
                 const std::atomic<std::int64_t>& clients);

    /// A kept connection that is quiet; nullptr where there is none.
    std::unique_ptr<UpstreamConnection> take_kept(const config::Upstream& upstream);
    /// A new one, as soon as the dial has been run.
    std::unique_ptr<Dial> dial(const config::Upstream& upstream);
    /// After a complete answer. `keep_alive_s`: what the upstream said in Keep-Alive, 0 where it said
    /// nothing.
    void release(std::unique_ptr<UpstreamConnection> connection, std::int64_t keep_alive_s);

    /// Another configuration counts, or the same with other files: what these hold is looked at again.
    void expect_changes() { tls_.expect_changes(); }
    /// Closes what has been idle too long; call it about every second.
    void sweep();

private:
    std::size_t idle_max() const noexcept;

    boost::asio::io_context& context_;
    const Clock& clock_;
    observe::WorkerMetrics& metrics_;
    const std::atomic<std::int64_t>& clients_;
    UpstreamTlsContexts tls_;
    std::map<Origin, std::deque<std::unique_ptr<UpstreamConnection>>, OriginLess> idle_;
    std::size_t idle_count_ = 0;
};

}  // namespace weir::proxy
