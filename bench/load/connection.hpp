// One TCP connection, plain or TLS, on an epoll: sends a request in one write, reads one answer. Asio would
// work as well, at one and a half times the CPU; a load generator often shares its machine with what it
// measures.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "load/answer_scan.hpp"
#include "load/tls.hpp"

namespace weir::load {

/// Where to connect to.
struct Endpoint {
    sockaddr_storage address{};
    socklen_t size = 0;
    int family = AF_INET;
    SSL_CTX* tls = nullptr;  ///< outlives the connections; nullptr: plain
    std::string host{};      ///< that the certificate has to name
};

class Connection {
public:
    using Pieces = std::array<std::string_view, 3>;
    enum class Step : std::uint8_t { waiting, answered, failed };

    /// `id` comes back with the epoll's events. The endpoint outlives the connection.
    Connection(int epoll, std::uint32_t id, const Endpoint& endpoint)
        : endpoint_(endpoint), epoll_(epoll), id_(id) {}
    ~Connection() { close(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    bool is_open() const { return fd_ >= 0; }
    bool is_connecting() const { return is_connecting_; }

    /// Starts a request, connecting first where needed. The pieces outlive it.
    Step send(const Pieces& request);
    /// What the epoll told about the connection while a request is in flight.
    Step on_event(std::uint32_t events, std::span<char> buffer);
    /// After an answer: closes where the answer says so, or where the request was not even sent completely.
    void settle();
    void close();

    const AnswerScan& answer() const { return answer_; }
    const std::string& problem() const { return problem_; }  ///< after Step::failed

private:
    Step connect();
    Step finish_connect();
    Step handshake();
    Step flush();
    Step flush_tls();
    Step receive(std::span<char> buffer);
    Step receive_tls(std::span<char> buffer);
    Step step_of(AnswerScan::State state);
    Step after(TlsSession::Step step, const char* doing);
    Step fail(const char* doing, int error);
    void watch(bool for_writing, int operation);

    const Endpoint& endpoint_;
    AnswerScan answer_;
    std::optional<TlsSession> tls_;
    Pieces unsent_{};
    std::string problem_;
    int epoll_;
    int fd_ = -1;
    std::uint32_t id_;
    bool is_connecting_ = false;  ///< or shaking hands
    bool watches_writing_ = false;
};

}  // namespace weir::load
