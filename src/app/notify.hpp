// What systemd is told of this process's life (sd_notify), without its library.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::app {

/// Sends to the socket that systemd names in $NOTIFY_SOCKET for units of Type=notify. Without one, nothing is
/// sent: whoever starts weir otherwise notices nothing. What can't be sent is lost without a word, for weir
/// serves all the same.
class Notifier {
public:
    /// A path, or "@" and a name in the abstract namespace; empty: sends nothing.
    explicit Notifier(std::string socket) : socket_(std::move(socket)) {}

    static Notifier from_environment();

    /// Listening. `status` is the line that `systemctl status` shows.
    void ready(std::string_view status) const;
    /// A reload has begun; `ready` says that it has ended, well or not.
    void reloading() const;
    /// Draining, for at most `drain_ms`: systemd is asked to wait that long and a little, whatever its unit
    /// says.
    void stopping(std::int64_t drain_ms) const;

private:
    void send(std::string_view message) const;

    std::string socket_;
};

}  // namespace weir::app
