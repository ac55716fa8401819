// Reads and writes for both kinds of connection.
#include "net/transport.hpp"

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

namespace weir::net {

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

std::size_t Transport::write_some(std::span<const boost::asio::const_buffer> buffers,
                                  error_code& error) noexcept {
    if (!socket_.non_blocking()) socket_.non_blocking(true, error);
    if (error) return 0;
    const std::size_t bytes = socket_.write_some(BufferSpan{buffers}, error);
    if (error == boost::asio::error::would_block) error = {};
    return bytes;
}

void Transport::write_now(std::vector<boost::asio::const_buffer>& buffers, error_code& error) noexcept {
    if (tls_) return;
    const std::size_t written = write_some(buffers, error);
    written_bytes_ += written;
    if (!error) buffers = behind(buffers, written);
}

bool Transport::is_silent() noexcept {
    char byte = 0;
    const ssize_t received = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::uint64_t Transport::sent_bytes() noexcept {
    return tls_ ? BIO_number_written(SSL_get_wbio(tls_->native_handle())) : written_bytes_;
}

std::uint64_t Transport::unacknowledged_bytes() noexcept {
    int bytes = 0;
    const bool told = ::ioctl(socket_.native_handle(), SIOCOUTQ, &bytes) == 0;
    return told && bytes > 0 ? static_cast<std::uint64_t>(bytes) : 0;
}

std::int64_t Transport::round_trip_us() noexcept {
    tcp_info info{};
    socklen_t size = sizeof info;
    const bool told = ::getsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
    return told ? info.tcpi_rtt : 0;
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
        const std::size_t written = write_some(buffers, error);
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

}  // namespace weir::net
