// A TCP connection, plain or under TLS, with the same face.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "proxy/deadline.hpp"
#include "weir/awaitable.hpp"

namespace weir::proxy {

using Tcp = boost::asio::ip::tcp;
using Socket = boost::asio::basic_stream_socket<Tcp, executor>;

/// One thread. At most one read and one write at a time. Errors come as error codes, never as exceptions.
class Transport {
public:
    using TlsStream = boost::asio::ssl::stream<Socket&>;

    explicit Transport(Socket socket) : socket_(std::move(socket)) {}

    Socket& socket() noexcept { return socket_; }

    /// From now on TLS; the handshake is the caller's next step.
    TlsStream& wrap(boost::asio::ssl::context& context) {
        tls_ = std::make_unique<TlsStream>(socket_, context);
        return *tls_;
    }
    bool is_tls() const noexcept { return tls_ != nullptr; }

    /// `handler(error_code, size_t)`.
    template <typename Handler>
    void async_read_some(boost::asio::mutable_buffer buffer, Handler&& handler) {
        if (tls_) return tls_->async_read_some(buffer, std::forward<Handler>(handler));
        socket_.async_read_some(buffer, std::forward<Handler>(handler));
    }

    /// All of them, in order. What the kernel has room for is written at once; `deadline` is set, and an
    /// operation begun, only for what is left.
    awaitable<boost::system::error_code> write(std::span<const boost::asio::const_buffer> buffers,
                                               Deadline& deadline, std::int64_t timeout_ms);

    /// Pending operations end with an error. Safe at any time, any number of times.
    void close() noexcept;
    /// Ends pending operations with operation_aborted but keeps the connection.
    void cancel() noexcept;
    /// Says that nothing more will be written; what is in flight still arrives.
    void shutdown_send() noexcept;

private:
    /// How many bytes the kernel took; `error` where the connection is broken.
    std::size_t write_now(std::span<const boost::asio::const_buffer> buffers,
                          boost::system::error_code& error) noexcept;

    Socket socket_;
    std::unique_ptr<TlsStream> tls_;  // after socket_, which it refers to
};

}  // namespace weir::proxy
