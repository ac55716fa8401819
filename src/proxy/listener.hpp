// Accepts connections for one worker, and keeps its sessions.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>

#include "config/config.hpp"
#include "proxy/session.hpp"
#include "proxy/worker.hpp"

namespace weir::proxy {

/// One thread. Several listeners share a port by SO_REUSEPORT; the kernel spreads connections over them.
class Listener {
public:
    /// Throws boost::system::system_error where the address can't be bound.
    /// `connections_max`: of the whole process. `tls`: nullptr for plain connections.
    Listener(Worker& worker, const config::Endpoint& endpoint, std::int64_t connections_max, TlsContext tls);

    /// Throws where somebody else listens there: with SO_REUSEPORT a second process of the same user would
    /// otherwise silently take a part of the connections.
    static void probe(const config::Endpoint& endpoint);

    std::uint16_t port() const;
    /// For connections accepted from now on.
    void use(TlsContext tls) noexcept { tls_ = std::move(tls); }

    /// Accepts until `drain`; to be spawned once.
    awaitable<void> run();
    /// Stops accepting, with whoever has connected until now, and ends idle connections; the others end with
    /// their present answer.
    void drain();
    /// Ends all connections.
    void cut();
    bool empty() const noexcept { return sessions_.empty(); }

private:
    void take_in(net::Socket socket);
    void start_session(net::Socket socket);
    void turn_away(net::Socket socket);

    Worker& worker_;
    boost::asio::basic_socket_acceptor<net::Tcp, executor> acceptor_;
    std::int64_t connections_max_;
    TlsContext tls_;
    AwaitedHeads awaited_heads_;
    Sessions sessions_;
    std::size_t turning_away_ = 0;
};

}  // namespace weir::proxy
