// An upstream that sends exactly the bytes it is told to, whatever it was asked.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace weir::testing {

/// One accepted connection, in a thread of its own. Every wait ends after ten seconds.
class RawPeer {
public:
    explicit RawPeer(int socket) : socket_(socket) {}
    ~RawPeer() { close(); }
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;

    /// Reads one head, and nothing beyond it. Nullopt where the other side closed before its end.
    std::optional<std::string> read_head();
    /// False where fewer bytes came.
    bool read_exactly(std::size_t count, std::string& into);
    bool send(std::string_view bytes);
    /// Sends no more, and then reads to the other side's end: an orderly close, not a reset.
    void end();
    /// Closes with a reset: what the other side has not read yet is lost.
    void reset();
    /// Until the other side closes; what it sends is thrown away.
    void wait_for_end();
    /// The same, but nothing of what it sends is read.
    void wait_for_end_unread();
    void close();
    /// From any thread: its waits end at once.
    void interrupt();

private:
    std::mutex mutex_;  ///< guards the life of the socket
    int socket_;
};

/// Serves every connection with `serve`, each in a thread of its own, until destroyed.
class RawServer {
public:
    explicit RawServer(std::function<void(RawPeer&)> serve);
    /// Ends the connections that are still served.
    ~RawServer();
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    int connections() const noexcept { return connections_; }

private:
    struct Served {
        explicit Served(int socket) : peer(socket) {}
        RawPeer peer;
        std::thread thread;
    };

    void accept(const std::function<void(RawPeer&)>& serve);

    int listening_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    std::atomic<bool> stopping_{false};
    std::list<Served> served_;  ///< of the accepting thread until it has ended
    std::thread thread_;
};

}  // namespace weir::testing
