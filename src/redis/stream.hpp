// The bytes to and from Redis: TCP or a unix socket, plain or under TLS, with the same face.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "net/resolve.hpp"
#include "weir/awaitable.hpp"

namespace weir::redis {

/// One thread. At most one read and one write at a time. Owned by shared_ptr, which pending operations hold.
class Stream : public std::enable_shared_from_this<Stream> {
public:
    using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, executor>;
    using TlsStream = boost::asio::ssl::stream<Socket&>;
    using Result = std::pair<boost::system::error_code, std::size_t>;

    explicit Stream(boost::asio::io_context& context);

    // Each returns why it failed; empty: done.

    /// The name is looked up without blocking the thread; the system's resolver can't be interrupted, so that
    /// this ends as late as the lookup does.
    awaitable<std::string> connect(std::string host, std::uint16_t port);
    awaitable<std::string> connect(std::string socket_path);
    /// After `connect`. `host` is the name that the certificate must have, or the address.
    awaitable<std::string> start_tls(boost::asio::ssl::context& context, std::string host);

    /// Closes the stream so long from now, unless the deadline is cleared before.
    void set_deadline(std::int64_t timeout_ms);
    void clear_deadline() noexcept;
    bool expired() const noexcept { return expired_; }

    awaitable<Result> read_some(boost::asio::mutable_buffer buffer);
    awaitable<boost::system::error_code> write(boost::asio::const_buffer bytes);
    /// `handler(error_code, size_t)`, after all of it.
    template <typename Handler>
    void async_write(boost::asio::const_buffer bytes, Handler&& handler) {
        if (tls_) {
            boost::asio::async_write(*tls_, bytes, std::forward<Handler>(handler));
        } else {
            boost::asio::async_write(socket_, bytes, std::forward<Handler>(handler));
        }
    }

    /// There are bytes that nobody has read yet.
    bool has_arrived() const noexcept;

    /// Pending operations end with an error. Safe at any time, any number of times.
    void close() noexcept;

private:
    void tune() noexcept;

    net::Resolver resolver_;
    Socket socket_;
    std::unique_ptr<TlsStream> tls_;  // after socket_, which it refers to
    Timer timer_;
    bool armed_ = false;
    bool expired_ = false;
    bool closed_ = false;
};

}  // namespace weir::redis
