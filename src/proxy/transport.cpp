// Reads and writes for both kinds of connection.
#include "proxy/transport.hpp"

#include <boost/asio/write.hpp>
#include <vector>

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

/// What is left of them behind so many bytes.
std::vector<boost::asio::const_buffer> behind(std::span<const boost::asio::const_buffer> buffers,
                                              std::size_t bytes) {
    std::vector<boost::asio::const_buffer> rest;
    for (const boost::asio::const_buffer& buffer : buffers) {
        const std::size_t written = std::min(bytes, buffer.size());
        bytes -= written;
        if (written < buffer.size()) rest.push_back(buffer + written);
    }
    return rest;
}

}  // namespace

std::size_t Transport::write_now(std::span<const boost::asio::const_buffer> buffers,
                                 error_code& error) noexcept {
    if (!socket_.non_blocking()) socket_.non_blocking(true, error);
    if (error) return 0;
    const std::size_t bytes = socket_.write_some(BufferSpan{buffers}, error);
    if (error == boost::asio::error::would_block) error = {};
    return bytes;
}

awaitable<error_code> Transport::write(std::span<const boost::asio::const_buffer> buffers, Deadline& deadline,
                                       std::int64_t timeout_ms) {
    error_code error;
    if (tls_) {
        deadline.set(timeout_ms);
        const auto [tls_error, size] =
            co_await boost::asio::async_write(*tls_, BufferSpan{buffers}, use_awaitable_as_tuple);
        error = tls_error;
    } else {
        const std::size_t written = write_now(buffers, error);
        if (error || written == boost::asio::buffer_size(BufferSpan{buffers})) co_return error;
        const std::vector<boost::asio::const_buffer> rest = behind(buffers, written);
        deadline.set(timeout_ms);
        const auto [rest_error, size] =
            co_await boost::asio::async_write(socket_, rest, use_awaitable_as_tuple);
        error = rest_error;
    }
    deadline.disarm();
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
