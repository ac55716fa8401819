// One connection to each target before the load starts: a wrong address is told as such, not as a million
// failures.
#include "load/targets.hpp"

#include <netdb.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace weir::load {
namespace {

constexpr int connect_timeout_ms = 5000;

std::string reason_of(int error) {
    return std::generic_category().message(error);
}

/// Waits for a connection in the making; 0 or an errno.
int wait_for(int socket) {
    pollfd waiting{.fd = socket, .events = POLLOUT, .revents = 0};
    const int count = ::poll(&waiting, 1, connect_timeout_ms);
    if (count == 0) return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

/// 0 or an errno.
int try_to_connect(const Endpoint& endpoint) {
    const int socket = ::socket(endpoint.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) return errno;
    int error = 0;
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&endpoint.address), endpoint.size) != 0) {
        error = errno == EINPROGRESS ? wait_for(socket) : errno;
    }
    ::close(socket);
    return error;
}

/// The first address that accepts a connection, or else the first one, with why it doesn't.
Endpoint find(const Target& target, std::string& problem) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failure = ::getaddrinfo(target.host.c_str(), target.port.c_str(), &hints, &found);
    if (failure != 0) throw std::runtime_error(target.url() + ": " + ::gai_strerror(failure));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);
    Endpoint first;
    for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
        Endpoint endpoint;
        std::memcpy(&endpoint.address, entry->ai_addr, entry->ai_addrlen);
        endpoint.size = entry->ai_addrlen;
        endpoint.family = entry->ai_family;
        const int error = try_to_connect(endpoint);
        if (error == 0) {
            problem.clear();
            return endpoint;
        }
        if (first.size == 0) {
            first = endpoint;
            problem = target.url() + ": " + reason_of(error);
        }
    }
    return first;
}

}  // namespace

std::vector<Endpoint> find_targets(const std::vector<Target>& targets, SSL_CTX* tls) {
    std::vector<Endpoint> endpoints;
    std::vector<std::string> problems;
    for (const Target& target : targets) {
        std::string problem;
        endpoints.push_back(find(target, problem));
        if (target.tls) endpoints.back().tls = tls;
        endpoints.back().host = target.host;
        if (!problem.empty()) problems.push_back(problem);
    }
    if (problems.size() < targets.size()) {
        for (const std::string& problem : problems) std::fprintf(stderr, "weir-load: %s\n", problem.c_str());
        return endpoints;
    }
    std::string all;
    for (const std::string& problem : problems) all += (all.empty() ? "" : "; ") + problem;
    throw std::runtime_error("no target can be reached: " + all);
}

}  // namespace weir::load
