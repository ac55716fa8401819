// An upstream that sends exactly the bytes it is told to, whatever it was asked.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace weir::testing {

/// One accepted connection, in the server's thread. Every wait ends after ten seconds.
class RawPeer {
public:
    explicit RawPeer(int socket) : socket_(socket) {}
    ~RawPeer();
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;

    /// Reads one head, and nothing beyond it. False where the other side closed before its end.
    bool read_head();
    bool send(const std::string& bytes);
    /// Sends no more, and then reads to the other side's end: an orderly close, not a reset.
    void end();
    /// Until the other side closes; what it sends is thrown away.
    void wait_for_end();

private:
    int socket_;
};

/// Serves one connection after the other, each with `serve`, until destroyed.
class RawServer {
public:
    explicit RawServer(std::function<void(RawPeer&)> serve);
    ~RawServer();
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    int connections() const noexcept { return connections_; }

private:
    int listening_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace weir::testing
