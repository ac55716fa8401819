// The operator's HTTP endpoints, on a port of their own.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "admin/control.hpp"
#include "config/config.hpp"
#include "weir/clock.hpp"

namespace weir::admin {

struct AdminOptions {
    config::Endpoint listen;
    /// None: nothing is asked for on loopback, and only the health checks and the page answer elsewhere.
    std::vector<config::AdminToken> tokens;
};

/// Serves what endpoints.cpp lists. At most 64 connections, each with its own time limits: one more takes the
/// place of the one whose client is waited for longest, or is told 503 where all are being served. One
/// thread: that of its io_context. Context, clock and control must outlive it, and its connections: they end
/// with the context.
class AdminServer {
public:
    /// Throws boost::system::system_error where the address can't be bound.
    AdminServer(boost::asio::io_context& context, const Clock& clock, const AdminOptions& options,
                Control& control);
    ~AdminServer();

    std::uint16_t port() const;
    /// Answers sent so far, by the first digit of their status: [2] those of 200 to 299.
    const std::array<std::uint64_t, 6>& answered() const noexcept;
    void start();
    /// From now on these alone are taken; streams of events end and may be asked for anew.
    void set_tokens(const std::vector<config::AdminToken>& tokens);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace weir::admin
