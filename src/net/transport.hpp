// A TCP connection, plain or under TLS, with the same face.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/container/small_vector.hpp>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "net/deadline.hpp"
#include "weir/awaitable.hpp"

namespace weir::net {

using Tcp = boost::asio::ip::tcp;
using Socket = boost::asio::basic_stream_socket<Tcp, executor>;

/// What is written in one go: as many as most writes have need no memory of their own.
using Buffers = boost::container::small_vector<boost::asio::const_buffer, 8>;

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

    /// What has arrived by now; asio's would_block where that is nothing, its eof at the end. Not for TLS.
    std::size_t read_now(boost::asio::mutable_buffer buffer, boost::system::error_code& error) noexcept;
    /// `handler(error_code, size_t)`.
    template <typename Handler>
    void async_read_some(boost::asio::mutable_buffer buffer, Handler&& handler) {
        if (tls_) return tls_->async_read_some(buffer, std::forward<Handler>(handler));
        socket_.async_read_some(buffer, std::forward<Handler>(handler));
    }

    /// All of them, in order. What the kernel has room for is written at once; `deadline` is set, and an
    /// operation begun, only for what is left. `buffers` gets what is not written, and must hold until then.
    awaitable<boost::system::error_code> write(Buffers& buffers, Deadline& deadline, std::int64_t timeout_ms);

    /// Writes what the kernel has room for, and removes it from `buffers`. Under TLS that is nothing.
    void write_now(Buffers& buffers, boost::system::error_code& error) noexcept;
    /// `buffers` in order; before each part `on_part(error, bytes so far)` says how many bytes it may have,
    /// 0: no more. `handler(error_code, size_t)`.
    template <typename OnPart, typename Handler>
    void async_write(const std::vector<boost::asio::const_buffer>& buffers, OnPart on_part,
                     Handler&& handler) {
        if (tls_) {
            return boost::asio::async_write(*tls_, buffers, std::move(on_part),
                                            std::forward<Handler>(handler));
        }
        boost::asio::async_write(socket_, buffers, std::move(on_part),
                                 [this, handler = std::forward<Handler>(handler)](
                                     const boost::system::error_code& error, std::size_t bytes) mutable {
                                     written_bytes_ += bytes;
                                     handler(error, bytes);
                                 });
    }

    /// Nothing has arrived that was not read yet: no bytes, no end, no error. Asks the kernel, so that what
    /// the event loop has not got round to counts too.
    bool is_silent() noexcept;
    /// How many bytes `write_now`, `async_write` and TLS have given to the connection since it was made.
    std::uint64_t sent_bytes() noexcept;
    /// Of these, how many the other host has not acknowledged; 0 where the kernel does not tell. It tells
    /// also after the connection was reset, until it is closed here.
    std::uint64_t unacknowledged_bytes() noexcept;
    /// As the kernel has measured it; 0 where it does not tell.
    std::int64_t round_trip_us() noexcept;

    /// Pending operations end with an error. Safe at any time, any number of times.
    void close() noexcept;
    /// Ends pending operations with operation_aborted but keeps the connection.
    void cancel() noexcept;
    /// Says that nothing more will be written; what is in flight still arrives.
    void shutdown_send() noexcept;

private:
    /// How many bytes the kernel took; `error` where the connection is broken.
    std::size_t write_some(std::span<const boost::asio::const_buffer> buffers,
                           boost::system::error_code& error) noexcept;

    Socket socket_;
    std::uint64_t written_bytes_ = 0;  // without TLS
    std::unique_ptr<TlsStream> tls_;   // after socket_, which it refers to
};

}  // namespace weir::net
