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

void remove_front(Buffers& buffers, std::size_t bytes) {
    auto first_left = buffers.begin();
    for (; first_left != buffers.end() && first_left->size() <= bytes; ++first_left)
        bytes -= first_left->size();
    buffers.erase(buffers.begin(), first_left);
    if (!buffers.empty()) buffers.front() += bytes;
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

void Transport::write_now(Buffers& buffers, error_code& error) noexcept {
    if (tls_) return;
    const std::size_t written = write_some({buffers.data(), buffers.size()}, error);
    written_bytes_ += written;
    if (!error) remove_front(buffers, written);
}

std::size_t Transport::read_now(boost::asio::mutable_buffer buffer, error_code& error) noexcept {
    const ssize_t received = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (received > 0) return static_cast<std::size_t>(received);
    error = received == 0 ? error_code(boost::asio::error::eof)
                          : error_code(errno, boost::system::system_category());
    return 0;
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

awaitable<error_code> Transport::write(Buffers& buffers, Deadline& deadline, std::int64_t timeout_ms) {
    error_code error;
    write_now(buffers, error);
    if (error || buffers.empty()) co_return error;
    const BufferSpan rest{std::span<const boost::asio::const_buffer>(buffers.data(), buffers.size())};
    deadline.set(timeout_ms);
    if (tls_) {
        const auto [tls_error, size] = co_await boost::asio::async_write(*tls_, rest, use_awaitable_as_tuple);
        error = tls_error;
    } else {
        const auto [rest_error, size] =
            co_await boost::asio::async_write(socket_, rest, use_awaitable_as_tuple);
        error = rest_error;
        written_bytes_ += size;
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
