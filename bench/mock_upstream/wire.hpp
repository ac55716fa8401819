// One client's byte stream, plain or TLS: read, write, wait while watching whether the client is still there.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <span>
#include <string_view>

#include "weir/awaitable.hpp"

namespace weir::mock {

using TcpSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, executor>;
using Timer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, executor>;

class Wire {
public:
    virtual ~Wire() = default;

    /// The TLS handshake. False: no client that could be served.
    virtual awaitable<bool> open() = 0;
    /// 0: the client has closed, or the connection is broken.
    virtual awaitable<std::size_t> read_some(std::span<char> buffer) = 0;
    /// Writes everything. False: the client is gone.
    virtual awaitable<bool> write(std::string_view bytes) = 0;
    virtual TcpSocket& socket() = 0;

    /// False: the client closed its side, or the connection broke, before the time was over.
    awaitable<bool> pause(std::uint64_t duration_ms);
    /// Whether the client has closed its side, even behind bytes that nobody has read yet.
    bool client_left();
    /// Ends the connection at once; what runs on it fails.
    void cut();
    /// The same by a reset (RST): nothing that is still to be sent arrives.
    void reset();
};

std::unique_ptr<Wire> make_plain_wire(TcpSocket socket);
std::unique_ptr<Wire> make_tls_wire(TcpSocket socket, boost::asio::ssl::context& context);

}  // namespace weir::mock
