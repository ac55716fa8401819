// Makes a connection to Redis that is ready for calls: finds the server, connects, greets it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "redis/address.hpp"
#include "redis/greeting.hpp"
#include "redis/server.hpp"
#include "redis/stream.hpp"
#include "weir/awaitable.hpp"

namespace weir::redis {

/// One thread, one attempt at a time.
///
/// With sentinels (https://redis.io/docs/latest/develop/reference/sentinel-clients/): each is asked in turn
/// for the master's address, beginning with the one that knew it the last time, and the server at that
/// address must say itself that it is a master.
class Dialer {
public:
    /// Throws std::invalid_argument for an address that makes no sense, or a cluster's without `find_server`;
    /// system_error for an unusable ca_file.
    /// `timeout_ms` is for each server that is spoken to: connect, TLS and greeting together.
    /// `find_server`, where there is one, takes the place of the address's host and port; its servers are
    /// connected to and greeted as the address says, and TLS verifies the host that was found.
    Dialer(boost::asio::io_context& context, RedisAddress address, std::int64_t timeout_ms,
           ServerFinder find_server = {});

    struct Attempt {
        std::shared_ptr<Stream> stream;                       ///< nullptr: failed
        std::string failure;                                  ///< free of secrets
        bool is_error = false;                                ///< it failed by what the server answered
        RedisObstacle obstacle = RedisObstacle::unreachable;  ///< where it failed
    };
    awaitable<Attempt> dial();

    /// With sentinels: the master's address as they know it now; no host: none of them does. No attempt.
    awaitable<Server> ask_for_master_now();

    /// The server that the last attempt was made at; no host: a unix socket, or none has been found yet.
    const Server& server() const noexcept { return server_; }

    /// The attempt under way, and every later one, fails at once.
    void cancel() noexcept;

private:
    struct Place {
        Server server;
        std::string failure;  ///< empty: found
    };

    std::shared_ptr<Stream> new_stream();
    awaitable<std::string> open(Server server);
    awaitable<Place> find_place();
    awaitable<Place> find_master();
    awaitable<Place> ask_sentinel(Server sentinel);
    std::string explain(std::string failure, const std::string& server) const;
    RedisObstacle obstacle_of(const Attempt& attempt) const;

    boost::asio::io_context& context_;
    RedisAddress address_;
    std::int64_t timeout_ms_;
    ServerFinder find_server_;
    Server server_;
    std::optional<boost::asio::ssl::context> tls_;
    std::shared_ptr<Stream> stream_;  ///< of the attempt under way
    std::string awaited_;             ///< what `stream_` waits for, as "no … host:port" goes on
    std::size_t first_sentinel_ = 0;
    bool has_connected_ = false;  ///< to anything, in the attempt under way
    bool cancelled_ = false;
};

}  // namespace weir::redis
