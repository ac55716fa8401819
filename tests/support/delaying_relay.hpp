// A TCP relay between a client and a server on this machine, which a test can make slow, silent, or cut.
#pragma once

#include <cstdint>
#include <memory>

namespace weir::testing {

/// Runs on a thread of its own from construction to destruction. Everything may be called from any thread and
/// has taken effect when it returns. Bytes keep their order; delays overlap, as in a long wire.
class DelayingRelay {
public:
    /// Relays 127.0.0.1:port() to 127.0.0.1:server_port.
    explicit DelayingRelay(std::uint16_t server_port);
    ~DelayingRelay();
    DelayingRelay(const DelayingRelay&) = delete;
    DelayingRelay& operator=(const DelayingRelay&) = delete;

    std::uint16_t port() const noexcept;

    /// For bytes that arrive from now on.
    void set_delay_ms(int to_server_ms, int to_client_ms);
    /// Nothing is passed on in that direction, while connections stay open.
    void hold_to_server();
    void hold_to_client();
    /// Ends both holds; what was held is passed on.
    void release();
    /// Ends every connection; new ones are accepted.
    void cut();

    std::uint64_t connections() const;      ///< accepted so far
    std::uint64_t bytes_to_server() const;  ///< that came from clients, held ones too
    std::uint64_t bytes_to_client() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace weir::testing
