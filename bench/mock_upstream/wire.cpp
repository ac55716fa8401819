// Plain and TLS sockets behind one interface, so that everything else is written once.
#include "mock_upstream/wire.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace weir::mock {
namespace {

namespace asio = boost::asio;

constexpr auto quietly = asio::as_tuple_t<asio::use_awaitable_t<executor>>{};

/// How late a wait may notice that the client has left, where it had sent more than was read.
constexpr std::uint64_t watch_interval_ms = 50;

template <typename Stream>
awaitable<std::size_t> read_from(Stream& stream, std::span<char> buffer) {
    const auto [error, bytes] =
        co_await stream.async_read_some(asio::buffer(buffer.data(), buffer.size()), quietly);
    co_return error ? 0 : bytes;
}

template <typename Stream>
awaitable<bool> write_to(Stream& stream, std::string_view bytes) {
    const auto [error, written] =
        co_await asio::async_write(stream, asio::buffer(bytes.data(), bytes.size()), quietly);
    co_return !error && written == bytes.size();
}

class PlainWire final : public Wire {
public:
    explicit PlainWire(TcpSocket socket) : socket_(std::move(socket)) {}

    awaitable<bool> open() override { co_return true; }
    awaitable<std::size_t> read_some(std::span<char> buffer) override { return read_from(socket_, buffer); }
    awaitable<bool> write(std::string_view bytes) override { return write_to(socket_, bytes); }
    TcpSocket& socket() override { return socket_; }

private:
    TcpSocket socket_;
};

class TlsWire final : public Wire {
public:
    TlsWire(TcpSocket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}

    awaitable<bool> open() override {
        const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, quietly);
        co_return !error;
    }
    awaitable<std::size_t> read_some(std::span<char> buffer) override { return read_from(stream_, buffer); }
    awaitable<bool> write(std::string_view bytes) override { return write_to(stream_, bytes); }
    TcpSocket& socket() override { return stream_.next_layer(); }

private:
    asio::ssl::stream<TcpSocket> stream_;
};

}  // namespace

awaitable<bool> Wire::pause(std::uint64_t duration_ms) {
    const auto timer = std::make_shared<Timer>(socket().get_executor());
    // A client that leaves wakes it at once; bytes that stand before that end do so, too, but only once.
    socket().async_wait(TcpSocket::wait_read, [timer](boost::system::error_code) { timer->cancel(); });
    bool stays = true;
    for (std::uint64_t left_ms = duration_ms; stays && left_ms > 0;) {
        const std::uint64_t slice_ms = std::min(left_ms, watch_interval_ms);
        timer->expires_after(std::chrono::milliseconds(slice_ms));
        const auto [woken] = co_await timer->async_wait(quietly);
        stays = !client_left();
        if (stays && woken) co_await timer->async_wait(quietly);
        left_ms -= slice_ms;
    }
    boost::system::error_code ignored;
    socket().cancel(ignored);
    co_return stays;
}

bool Wire::client_left() {
    // The kernel's own view: reading would not tell while unread bytes stand before the end.
    tcp_info info{};
    socklen_t size = sizeof(info);
    if (!socket().is_open()) return true;
    if (::getsockopt(socket().native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return true;
    return info.tcpi_state != TCP_ESTABLISHED;
}

void Wire::cut() {
    boost::system::error_code ignored;
    socket().shutdown(asio::socket_base::shutdown_both, ignored);
    socket().close(ignored);
}

void Wire::reset() {
    boost::system::error_code ignored;
    socket().set_option(asio::socket_base::linger(true, 0), ignored);
    socket().close(ignored);
}

std::unique_ptr<Wire> make_plain_wire(TcpSocket socket) {
    return std::make_unique<PlainWire>(std::move(socket));
}

std::unique_ptr<Wire> make_tls_wire(TcpSocket socket, asio::ssl::context& context) {
    return std::make_unique<TlsWire>(std::move(socket), context);
}

}  // namespace weir::mock
