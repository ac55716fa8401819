// A backlog of nothing, which Linux takes for one connection, and a few that want to be that one.
#include "support/full_listener.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace weir::testing {

FullListener::FullListener() {
    constexpr int waiting = 4;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
    sockets_.push_back(listening);
    if (::bind(listening, name, size) != 0 || ::listen(listening, 0) != 0 ||
        ::getsockname(listening, name, &size) != 0)
        throw std::runtime_error("can't listen");
    port_ = ntohs(address.sin_port);
    for (int i = 0; i < waiting; ++i) {
        sockets_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        ::connect(sockets_.back(), name, size);
    }
}

FullListener::~FullListener() {
    for (const int socket : sockets_) ::close(socket);
}

}  // namespace weir::testing
