// Reads and writes for both kinds of connection.
#include "proxy/transport.hpp"

#include <boost/asio/write.hpp>

namespace weir::proxy {

using boost::system::error_code;

namespace {

/// Asio wants a copyable sequence of buffers; a span of them is one, given these two types.
struct BufferSpan {
    using value_type = boost::asio::const_buffer;
    using const_iterator = const boost::asio::const_buffer*;
    std::span<const boost::asio::const_buffer> buffers;
    const_iterator begin() const noexcept { return buffers.data(); }
    const_iterator end() const noexcept { return buffers.data() + buffers.size(); }
};
}  // namespace

awaitable<Transport::Result> Transport::read_some(boost::asio::mutable_buffer buffer) {
    if (tls_) {
        const auto [error, size] = co_await tls_->async_read_some(buffer, use_awaitable_as_tuple);
        co_return Result{error, size};
    }
    const auto [error, size] = co_await socket_.async_read_some(buffer, use_awaitable_as_tuple);
    co_return Result{error, size};
}

awaitable<error_code> Transport::write(std::span<const boost::asio::const_buffer> buffers) {
    if (tls_) {
        const auto [error, size] =
            co_await boost::asio::async_write(*tls_, BufferSpan{buffers}, use_awaitable_as_tuple);
        co_return error;
    }
    const auto [error, size] =
        co_await boost::asio::async_write(socket_, BufferSpan{buffers}, use_awaitable_as_tuple);
    co_return error;
}

void Transport::close() noexcept {
    error_code ignored;
    socket_.close(ignored);
}

void Transport::cancel() noexcept {
    error_code ignored;
    socket_.cancel(ignored);
}

void Transport::shutdown_send() noexcept {
    error_code ignored;
    socket_.shutdown(Tcp::socket::shutdown_send, ignored);
}

}  // namespace weir::proxy
