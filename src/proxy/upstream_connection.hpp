// One connection to an upstream: sends a request while an answer may already come in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "http/error.hpp"
#include "net/deadline.hpp"
#include "net/tls_trouble.hpp"
#include "net/transport.hpp"
#include "net/wakeup.hpp"
#include "weir/clock.hpp"

namespace weir::proxy {

/// Where a connection leads: whether by TLS, host, port, and which TLS context it was made with
/// (UpstreamTlsContexts), so that nobody is given one that shows another certificate or trusts others; 0
/// without TLS.
using Origin = std::tuple<bool, std::string, std::uint16_t, std::uint64_t>;
/// Also compares with an origin whose host is a view.
struct OriginLess {
    using is_transparent = void;
    using View = std::tuple<bool, std::string_view, std::uint16_t, std::uint64_t>;
    bool operator()(const auto& a, const auto& b) const noexcept {
        return View(std::get<0>(a), std::get<1>(a), std::get<2>(a), std::get<3>(a)) <
               View(std::get<0>(b), std::get<1>(b), std::get<2>(b), std::get<3>(b));
    }
};

/// Used by one request at a time. One thread.
class UpstreamConnection {
public:
    UpstreamConnection(boost::asio::io_context& context, const Clock& clock);
    ~UpstreamConnection() { close(); }
    UpstreamConnection(const UpstreamConnection&) = delete;
    UpstreamConnection& operator=(const UpstreamConnection&) = delete;

    net::Transport& transport() noexcept { return state_->transport; }
    std::string_view input() const noexcept;
    void consume(std::size_t bytes) noexcept { state_->begin += bytes; }

    /// Begins to send: what the kernel has room for goes before this returns. What the buffers point to must
    /// hold until `sending` is false. An upstream that takes nothing more for `stall_ms` ends the connection,
    /// unless `keep_sending` was called.
    void start_sending(net::Buffers& buffers, std::int64_t stall_ms);
    bool sending() const noexcept { return state_->sending; }
    /// upstream_timeout, upstream_broken, or none: it is all sent, or still under way.
    boost::system::error_code send_error() const noexcept;
    /// The answer has begun: the upstream may take its time with the rest of the request.
    void keep_sending() noexcept;
    /// Closes the connection where sending is still under way. Afterwards nothing refers to the buffers.
    awaitable<void> stop_sending();
    /// After the connection broke: no program at the upstream can have worked on what was sent last. Its host
    /// had ended the connection before it acknowledged a byte; or it reset the connection at once after the
    /// sending, with no byte acknowledged, as a host does when a program closes an idle connection that a
    /// request has just come in on, or one that it has forgotten. A program that reads a request and resets
    /// at once looks the same: where `is_strict`, a reset counts only after seconds of idleness.
    awaitable<bool> is_unread(bool is_strict);

    /// How the last read ended, in the system's words: an end, a reset, …; or in net/tls_trouble's.
    boost::system::error_code read_error() const noexcept { return net::explained(state_->read_error); }
    /// Waits for more input. Errors: upstream_timeout; upstream_broken; asio's eof when the upstream closed
    /// in order.
    awaitable<boost::system::error_code> read(std::int64_t timeout_ms);

    /// Listens between two requests, without memory for what comes: that is how an end, or bytes that nobody
    /// asked for, are noticed. The next answer is what is heard otherwise.
    void watch();
    /// It is being watched, and nothing has come, not even an end.
    bool is_quiet() const noexcept { return state_->reading && state_->transport.is_silent(); }

    /// Ends whatever is pending.
    void close() noexcept { state_->transport.close(); }

    bool reused = false;
    Origin origin;
    std::int64_t idle_since_us = 0;  ///< steady clock, when it was kept
    std::int64_t idle_until_us = 0;  ///< steady clock

private:
    /// What pending operations refer to, which may outlive the connection.
    struct State : std::enable_shared_from_this<State> {
        State(net::Socket socket, const Clock& system_clock)
            : transport(std::move(socket)), clock(system_clock) {}
        void start_read();
        void start_listening();
        void read_now();
        void make_room();
        void on_read(const boost::system::error_code& ended, std::size_t bytes);

        net::Transport transport;
        const Clock& clock;
        std::unique_ptr<char[]> buffer;
        std::size_t capacity = 0;
        std::size_t begin = 0;
        std::size_t end = 0;
        bool reading = false;
        bool is_filled = false;                ///< the last read took all the room that there was
        boost::system::error_code read_error;  ///< how the last read ended
        std::int64_t read_ended_at_us = 0;     ///< steady clock, where it ended with an error
        net::Wakeup arrived;
        bool sending = false;
        boost::system::error_code send_error;
        net::Wakeup sent;
        std::optional<net::Deadline> send_deadline;  ///< where sending takes more than one write
    };

    boost::asio::io_context& context_;
    const Clock& clock_;
    std::shared_ptr<State> state_;
    net::Deadline read_deadline_;
    std::uint64_t sent_bytes_before_ = 0;
    std::int64_t sent_at_us_ = 0;  ///< steady clock
};

}  // namespace weir::proxy
