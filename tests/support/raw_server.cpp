// Plain POSIX sockets, one thread a connection.
#include "support/raw_server.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

namespace weir::testing {

namespace {
constexpr int wait_ms = 10'000;
constexpr int look_ms = 20;  // how often the accepting thread looks whether it is to end
}  // namespace

std::optional<std::string> RawPeer::read_head() {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n")) {
        pollfd waiting{socket_, POLLIN, 0};
        if (::poll(&waiting, 1, wait_ms) <= 0 || ::recv(socket_, &byte, 1, 0) != 1) return std::nullopt;
        head += byte;
    }
    return head;
}

bool RawPeer::read_exactly(std::size_t count, std::string& into) {
    std::array<char, 64 << 10> bytes;
    while (count > 0) {
        pollfd waiting{socket_, POLLIN, 0};
        if (::poll(&waiting, 1, wait_ms) <= 0) return false;
        const auto received = ::recv(socket_, bytes.data(), std::min(count, bytes.size()), 0);
        if (received <= 0) return false;
        into.append(bytes.data(), static_cast<std::size_t>(received));
        count -= static_cast<std::size_t>(received);
    }
    return true;
}

bool RawPeer::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void RawPeer::end() {
    ::shutdown(socket_, SHUT_WR);
    wait_for_end();
}

void RawPeer::reset() {
    // What was received is acknowledged first, as it is by a server that has worked on it for a while.
    const int at_once_too = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_QUICKACK, &at_once_too, sizeof at_once_too);
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
}

void RawPeer::wait_for_end() {
    std::array<char, 4096> bytes{};
    pollfd waiting{socket_, POLLIN, 0};
    while (::poll(&waiting, 1, wait_ms) > 0 && ::recv(socket_, bytes.data(), bytes.size(), 0) > 0) {
    }
}

void RawPeer::wait_for_end_unread() {
    pollfd waiting{socket_, POLLRDHUP, 0};
    ::poll(&waiting, 1, wait_ms);
}

void RawPeer::close() {
    const std::lock_guard lock(mutex_);
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

void RawPeer::interrupt() {
    const std::lock_guard lock(mutex_);
    if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

RawServer::RawServer(std::function<void(RawPeer&)> serve)
    : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listening_, any, size) != 0 || ::listen(listening_, 64) != 0 ||
        ::getsockname(listening_, any, &size) != 0) {
        throw std::runtime_error("can't listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, serve = std::move(serve)] { accept(serve); });
}

void RawServer::accept(const std::function<void(RawPeer&)>& serve) {
    while (!stopping_) {
        pollfd waiting{listening_, POLLIN, 0};
        if (::poll(&waiting, 1, look_ms) <= 0) continue;
        const int socket = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) continue;
        const int on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ++connections_;
        Served& served = served_.emplace_back(socket);
        served.thread = std::thread([&serve, &peer = served.peer] {
            serve(peer);
            peer.close();
        });
    }
    for (Served& served : served_) served.peer.interrupt();
    for (Served& served : served_) served.thread.join();
}

RawServer::~RawServer() {
    stopping_ = true;
    thread_.join();
    ::close(listening_);
}

}  // namespace weir::testing
