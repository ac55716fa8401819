// Non-blocking socket calls; nothing waits but the epoll.
#include "load/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace weir::load {

Connection::Step Connection::send(const Pieces& request) {
    unsent_ = request;
    answer_.clear();
    problem_.clear();
    return fd_ < 0 ? connect() : flush();
}

Connection::Step Connection::connect() {
    fd_ = ::socket(endpoint_.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return fail("connect", errno);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    is_connecting_ = true;
    const int result = ::connect(fd_, reinterpret_cast<const sockaddr*>(&endpoint_.address), endpoint_.size);
    if (result != 0 && errno != EINPROGRESS) return fail("connect", errno);
    watch(true, EPOLL_CTL_ADD);
    return Step::waiting;
}

Connection::Step Connection::finish_connect() {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail("connect", error);
    if (endpoint_.tls != nullptr) {
        tls_.emplace(endpoint_.tls, fd_, endpoint_.host);
        return handshake();
    }
    is_connecting_ = false;
    return flush();
}

Connection::Step Connection::handshake() {
    const TlsSession::Step step = tls_->handshake();
    if (step != TlsSession::Step::done) return after(step, "TLS handshake");
    is_connecting_ = false;
    return flush();
}

Connection::Step Connection::on_event(std::uint32_t events, std::span<char> buffer) {
    if (is_connecting_) return tls_ ? handshake() : finish_connect();
    if ((events & EPOLLOUT) != 0) {
        const Step step = flush();
        if (step != Step::waiting) return step;
    }
    return (events & ~std::uint32_t{EPOLLOUT}) != 0 ? receive(buffer) : Step::waiting;
}

Connection::Step Connection::flush() {
    if (tls_) return flush_tls();
    while (true) {
        std::array<iovec, std::tuple_size_v<Pieces>> parts{};
        std::size_t count = 0;
        for (const std::string_view piece : unsent_) {
            if (!piece.empty()) parts[count++] = {const_cast<char*>(piece.data()), piece.size()};
        }
        if (count == 0) break;
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = count;
        const ssize_t sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno != EAGAIN) return fail("write", errno);
        if (sent < 0) {
            watch(true, EPOLL_CTL_MOD);
            return Step::waiting;
        }
        auto left = static_cast<std::size_t>(sent);
        for (std::string_view& piece : unsent_) {
            const std::size_t taken = std::min(left, piece.size());
            piece.remove_prefix(taken);
            left -= taken;
        }
    }
    if (watches_writing_) watch(false, EPOLL_CTL_MOD);
    return Step::waiting;
}

Connection::Step Connection::flush_tls() {
    for (std::string_view& piece : unsent_) {
        while (!piece.empty()) {
            std::size_t count = 0;
            const TlsSession::Step step = tls_->write(piece, count);
            if (step != TlsSession::Step::done) return after(step, "write");
            piece.remove_prefix(count);
        }
    }
    if (watches_writing_) watch(false, EPOLL_CTL_MOD);
    return Step::waiting;
}

Connection::Step Connection::after(TlsSession::Step step, const char* doing) {
    switch (step) {
        case TlsSession::Step::waits_for_reading:
            watch(false, EPOLL_CTL_MOD);
            return Step::waiting;
        case TlsSession::Step::waits_for_writing:
            watch(true, EPOLL_CTL_MOD);
            return Step::waiting;
        case TlsSession::Step::failed:
            problem_ = std::string(doing) + ": " + tls_->problem();
            return Step::failed;
        default:
            problem_ = std::string(doing) + ": the connection was closed";
            return Step::failed;
    }
}

Connection::Step Connection::receive(std::span<char> buffer) {
    if (tls_) return receive_tls(buffer);
    const ssize_t received = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (received < 0) return errno == EAGAIN || errno == EINTR ? Step::waiting : fail("read", errno);
    if (received == 0) return step_of(answer_.end());
    return step_of(answer_.feed({buffer.data(), static_cast<std::size_t>(received)}));
}

/// To the end of what has arrived: the epoll does not know of what stands decrypted already.
Connection::Step Connection::receive_tls(std::span<char> buffer) {
    while (true) {
        std::size_t count = 0;
        const TlsSession::Step read = tls_->read(buffer, count);
        if (read == TlsSession::Step::ended) return step_of(answer_.end());
        if (read != TlsSession::Step::done) return after(read, "read");
        const Step step = step_of(answer_.feed({buffer.data(), count}));
        if (step != Step::waiting) return step;
    }
}

Connection::Step Connection::step_of(AnswerScan::State state) {
    if (state == AnswerScan::State::done) return Step::answered;
    if (state == AnswerScan::State::open) return Step::waiting;
    problem_ = "read: ";
    problem_ += answer_.problem();
    return Step::failed;
}

void Connection::settle() {
    const bool is_sent =
        std::all_of(unsent_.begin(), unsent_.end(), [](auto piece) { return piece.empty(); });
    if (!answer_.keep_alive() || !is_sent) close();
}

void Connection::close() {
    tls_.reset();
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    is_connecting_ = false;
    watches_writing_ = false;
}

Connection::Step Connection::fail(const char* doing, int error) {
    problem_ = std::string(doing) + ": " + std::generic_category().message(error);
    return Step::failed;
}

void Connection::watch(bool for_writing, int operation) {
    if (operation == EPOLL_CTL_MOD && for_writing == watches_writing_) return;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP | (for_writing ? std::uint32_t{EPOLLOUT} : 0U);
    event.data.u32 = id_;
    ::epoll_ctl(epoll_, operation, fd_, &event);
    watches_writing_ = for_writing;
}

}  // namespace weir::load
