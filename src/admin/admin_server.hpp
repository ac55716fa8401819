// The operator's HTTP endpoints, on a port of their own.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "config/config.hpp"

namespace weir::admin {

struct Readiness {
    bool ready = true;
    std::string remark;  ///< why it is not, or what is amiss all the same; empty: nothing
};

/// What the endpoints tell, asked anew for each request, on the admin thread.
struct AdminSources {
    std::function<Readiness()> readiness;  ///< for /readyz
    std::function<std::string()> metrics;  ///< Prometheus text
};

struct AdminOptions {
    config::Endpoint listen;
    std::string token;  ///< a secret; empty: none is asked for on loopback, and only the health checks answer
                        ///< elsewhere
};

/// Serves /healthz, /readyz and /metrics, and at / what there is. At most 64 connections, each with its own
/// time limits. One thread: that of its io_context, which must outlive it.
class AdminServer {
public:
    /// Throws boost::system::system_error where the address can't be bound.
    AdminServer(boost::asio::io_context& context, AdminOptions options, AdminSources sources);
    ~AdminServer();

    std::uint16_t port() const;
    void start();
    /// Stops accepting; connections end by themselves within seconds.
    void stop();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace weir::admin
