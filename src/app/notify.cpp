// One datagram per change, as sd_notify(3) describes them.
#include "app/notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace weir::app {

namespace {

// What a drain takes beyond its time: connections are cut, charges settled, threads joined.
constexpr std::int64_t end_after_drain_ms = 10'000;

std::int64_t monotonic_us() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

/// One line each: a status must not be taken for an assignment.
std::string in_one_line(std::string_view text) {
    std::string line(text);
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

}  // namespace

Notifier Notifier::from_environment() {
    const char* socket = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): before any thread
    return Notifier(socket == nullptr ? std::string() : std::string(socket));
}

void Notifier::ready(std::string_view status) const {
    send("READY=1\nSTATUS=" + in_one_line(status));
}

void Notifier::reloading() const {
    send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_us()) + "\nSTATUS=reloading");
}

void Notifier::stopping(std::int64_t drain_ms) const {
    send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string((drain_ms + end_after_drain_ms) * 1000) +
         "\nSTATUS=draining: answers under way are finished for at most " + std::to_string(drain_ms) + " ms");
}

void Notifier::send(std::string_view message) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    // An abstract name is as long as the address says, without a zero at its end.
    if (socket_.size() < 2 || socket_.size() >= sizeof address.sun_path) return;
    if (socket_.front() != '/' && socket_.front() != '@') return;
    std::memcpy(address.sun_path, socket_.data(), socket_.size());
    if (socket_.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return;
    // Never waits: the main thread has signals and the admin port to serve.
    ::sendto(descriptor, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
             reinterpret_cast<const sockaddr*>(&address), length);
    ::close(descriptor);
}

}  // namespace weir::app
