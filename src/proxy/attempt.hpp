// One try of one request at one upstream: a connection, the request on it, and the answer's head.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/answer_reader.hpp"
#include "proxy/settlement.hpp"
#include "proxy/worker.hpp"

namespace weir::proxy {

/// A request as it goes on the wire. The pieces of the body are views, in order.
struct UpstreamMessage {
    std::string head;
    std::array<std::string_view, 3> body;
};

/// Used once. One thread. Ends with `release`, before it or what the message points to is destroyed.
class Attempt {
public:
    enum class Connection : std::uint8_t {
        any,   ///< a kept one where there is one
        fresh  ///< one that cannot be stale
    };

    Attempt(Worker& worker, const config::Upstream& upstream, const config::Timeouts& timeouts,
            std::string_view method)
        : worker_(worker), upstream_(upstream), timeouts_(timeouts), method_(method) {}

    /// Sends the message and reads the head of the final answer, which may come before all is sent. Errors:
    /// upstream_unreachable, upstream_timeout, upstream_broken, upstream_bad_answer, client_gone after
    /// `abort`.
    awaitable<boost::system::error_code> run(UpstreamMessage message, Connection which);
    /// The client has left: whatever is under way ends.
    void abort();

    /// Why `run` failed, in the system's words: " (Connection refused)"; empty where it has none. For the
    /// log.
    std::string cause() const { return cause_ ? " (" + cause_.message() + ")" : std::string(); }
    /// How the request fared, as far as `run` came: never_sent, or upstream_broken until its answer is read.
    Ending ending() const noexcept { return ending_; }
    /// After `run` failed: it was a kept connection, which the upstream's host had closed before it took a
    /// byte of the request. The request may be sent again (RFC 9110 9.2.2: a means to know that it was not
    /// applied).
    awaitable<bool> was_stale();
    /// REQUIRES: `run` succeeded.
    AnswerReader& answer() noexcept { return *answer_; }
    /// The upstream has not taken all of the message yet, though its answer has begun.
    bool is_sending() const noexcept { return connection_ && connection_->sending(); }
    /// Steady clock, when sending began; 0: it never did.
    std::int64_t sent_at_us() const noexcept { return sent_at_us_; }

    /// Lets go of the message and the connection. The pool gets it where `whole` holds: the answer was read
    /// to its end. False: the message is still being sent, and `stop` must be awaited instead.
    bool release(bool whole);
    /// The same, by force.
    awaitable<void> stop();

private:
    Worker& worker_;
    const config::Upstream& upstream_;
    const config::Timeouts& timeouts_;
    std::string_view method_;
    UpstreamMessage message_;
    Abort abort_;
    std::unique_ptr<UpstreamConnection> connection_;
    std::optional<AnswerReader> answer_;
    boost::system::error_code cause_;
    Ending ending_ = Ending::never_sent;
    std::int64_t sent_at_us_ = 0;
};

}  // namespace weir::proxy
