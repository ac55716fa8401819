// One try of one request at one upstream: the connection, the message on it, the answer and its way to the
// client, the lease meanwhile, and how it all ended.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/answer_reader.hpp"
#include "proxy/attempt_end.hpp"
#include "proxy/client_stream.hpp"
#include "proxy/relay_terms.hpp"
#include "proxy/settlement.hpp"
#include "proxy/worker.hpp"

namespace weir::proxy {

/// A request as it goes on the wire. The pieces of the body are views, in order.
struct UpstreamMessage {
    std::string head;
    std::array<std::string_view, 5> body;
};

struct AttemptJob {
    enum class Connection : std::uint8_t {
        any,   ///< a kept one where there is one
        fresh  ///< one that cannot be stale
    };

    Worker& worker;
    ClientStream& client;
    const config::Upstream& upstream;
    std::string_view method;
    UpstreamMessage message;
    Lease* lease = nullptr;  ///< kept as long as the attempt lasts; nullptr: nothing is reserved
    Connection connection = Connection::any;
    /// What may have been done is not sent again, however unlikely that is: see
    /// UpstreamConnection::is_unread.
    bool is_never_repeated = false;
};

/// Used once: `run`, then `relay` where it was answered and the answer is what the client shall get, and
/// `finish` in any case, awaited before it or what the job points to is destroyed. One thread.
class Attempt {
public:
    /// What of the answer went to the client.
    struct Relayed {
        int status = 0;
        std::int64_t body_bytes = 0;  ///< framing not counted
        bool is_stream = false;
        bool ends_connection = false;  ///< the client sees the end of the body by the connection's
    };

    explicit Attempt(AttemptJob job) : job_(std::move(job)) {}
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;

    /// Sends the message and reads the head of the final answer, which may come before all is sent. A client
    /// that leaves ends this, and `relay`, at once. Never `whole`.
    awaitable<AttemptEnd> run();
    // REQUIRES: `run` answered. What stands ready.
    int status() const noexcept { return answer_->head().status; }
    const Fields& fields() const noexcept { return answer_->head().fields; }
    /// All of the message has gone out: what was asked may have been done.
    bool is_sent_whole() const noexcept { return is_sent_whole_; }
    /// The upstream has not taken all of the message yet, though its answer has begun.
    bool is_sending() const noexcept { return connection_ && connection_->sending(); }

    /// REQUIRES: `run` answered. Passes the answer on. Never `answered`. Where nothing has been passed on,
    /// `relayed` is empty, and the client can still be told something else.
    awaitable<AttemptEnd> relay(const RelayTerms& terms);
    const std::optional<Relayed>& relayed() const noexcept { return relayed_; }

    /// Lets go of everything: the client, the connection, which the pool gets after a whole answer, what the
    /// message points to, the lease. What another attempt should have followed has ended with the client,
    /// where that has left.
    awaitable<void> finish();
    /// The same where nothing of it has to be waited for. False: nothing was done.
    bool finish_at_once();

    /// The reservation is about to be moved: nobody renews it meanwhile. `finish` lets go of the rest.
    awaitable<void> release_lease();

    /// For the refund table. `cached_input_weight` is not its to know.
    EndingFacts facts() const;
    /// Steady clock, when sending began; 0: it never did.
    std::int64_t sent_at_us() const noexcept { return sent_at_us_; }
    /// For the log: where it failed, how, and why in the system's words as far as there are any.
    std::string failure() const;

private:
    void give_up();
    void take_kept_connection();
    awaitable<Dial::End> connect();
    void send();
    AttemptEnd end_of_head(boost::system::error_code error);
    void let_go();

    AttemptJob job_;
    std::optional<LeaseKeeper::Entry> lease_;
    std::unique_ptr<Dial> dial_;  ///< while it is under way
    std::unique_ptr<UpstreamConnection> connection_;
    std::optional<AnswerReader> answer_;
    std::optional<Relayed> relayed_;
    llm::TappedUsage usage_;
    AttemptEnd end_ = AttemptEnd::unreachable;
    boost::system::error_code cause_;
    std::int64_t sent_at_us_ = 0;
    bool is_sent_whole_ = false;
};

}  // namespace weir::proxy
