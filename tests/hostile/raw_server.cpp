// Plain POSIX sockets, one thread.
#include "hostile/raw_server.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string_view>

namespace weir::testing {

namespace {
constexpr int wait_ms = 10'000;
constexpr int look_ms = 20;  // how often the accepting thread looks whether it is to end
}  // namespace

RawPeer::~RawPeer() {
    ::close(socket_);
}

bool RawPeer::read_head() {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n")) {
        pollfd waiting{socket_, POLLIN, 0};
        if (::poll(&waiting, 1, wait_ms) <= 0 || ::recv(socket_, &byte, 1, 0) != 1) return false;
        head += byte;
    }
    return true;
}

bool RawPeer::send(const std::string& bytes) {
    std::string_view rest = bytes;
    while (!rest.empty()) {
        const auto sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void RawPeer::end() {
    ::shutdown(socket_, SHUT_WR);
    wait_for_end();
}

void RawPeer::wait_for_end() {
    std::array<char, 4096> bytes{};
    pollfd waiting{socket_, POLLIN, 0};
    while (::poll(&waiting, 1, wait_ms) > 0 && ::recv(socket_, bytes.data(), bytes.size(), 0) > 0) {
    }
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
    thread_ = std::thread([this, serve = std::move(serve)] {
        while (!stopping_) {
            pollfd waiting{listening_, POLLIN, 0};
            if (::poll(&waiting, 1, look_ms) <= 0) continue;
            const int socket = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) continue;
            ++connections_;
            RawPeer peer(socket);
            serve(peer);
        }
    });
}

RawServer::~RawServer() {
    stopping_ = true;
    thread_.join();
    ::close(listening_);
}

}  // namespace weir::testing
