// The life of one request, from its complete head to its row in the log.
#pragma once

#include <optional>
#include <string>

#include "llm/call.hpp"
#include "proxy/attempt.hpp"
#include "proxy/client_stream.hpp"
#include "proxy/credentials.hpp"
#include "proxy/demand.hpp"
#include "proxy/errors.hpp"
#include "proxy/growth.hpp"
#include "proxy/http_names.hpp"
#include "proxy/request_body.hpp"
#include "proxy/settlement.hpp"
#include "proxy/upstream_choice.hpp"
#include "proxy/worker.hpp"

namespace weir::proxy {

/// One head that http_guard has passed, and the connection that it came on.
struct IncomingRequest {
    const RequestHead& head;
    std::string_view path_and_query;
    Framing framing;
    std::string_view client_address;
    bool is_shed = false;  ///< this thread has too much to do
};

/// Used once. One thread.
class Exchange {
public:
    Exchange(Worker& worker, ClientStream& client, IncomingRequest request);

    /// Answers the request, charges it and records it. True: the connection can take another request.
    awaitable<bool> run();

private:
    void open_record();
    void close_record();

    // The steps, in order; each may answer and end the exchange.
    awaitable<void> admit_and_forward();
    awaitable<bool> reserve_and_forward(std::int64_t arrived_us);
    bool renew_policy();
    bool is_for_weir() const;
    bool is_free_of_charge() const;
    bool is_served() const;
    bool identify();
    BodyLimits body_limits() const noexcept;
    boost::system::error_code start_body();
    awaitable<boost::system::error_code> read_rest_of_body();
    awaitable<void> refuse_body(boost::system::error_code error);
    awaitable<bool> decode_body();
    std::optional<llm::ErrorDescription> understand();  ///< what is wrong with the call, if anything
    const RefusalReason* choose_upstreams(std::int64_t steady_us);
    Demand note_demand();
    bool note_decision(result<Decision>& decided);  ///< true: it is admitted, and the room is taken
    // What they decide is kept in one place: thousands may wait.
    using Decided = std::optional<result<Decision>>;
    Decided decide_at_once(const Demand& demand);
    awaitable<void> decide(const Demand& demand, Decided& decided);
    awaitable<void> ask_store(const Demand& demand, Decided& decided);
    awaitable<bool> wait_for_room(const WaitingRoom::Guest& guest, Decided& decided);
    std::int64_t max_wait_us() const;
    awaitable<void> forward();
    Usage work_out_usage();
    bool settle_at_once(const Usage& usage, const Amounts& given_back);
    awaitable<void> settle(Usage usage, Amounts given_back);
    void note_given_back(const Amounts& amounts);

    // Answers of weir's own.
    awaitable<void> answer(const llm::Answer& answer, observe::Outcome outcome);
    awaitable<void> answer_error(boost::system::error_code code, std::string_view detail = {});
    awaitable<void> answer_error(const llm::ErrorDescription& error, observe::Outcome outcome,
                                 llm::HeaderLines more = {});
    awaitable<void> shed();
    awaitable<void> answer_anybody();
    awaitable<void> answer_front_page();
    awaitable<void> refuse_key();
    awaitable<void> answer_limits();
    awaitable<void> refuse(const result<Decision>& decided);
    awaitable<void> refuse_while_all_sleep();

    // Parts of forward.
    awaitable<AttemptEnd> try_upstream(Lease* lease);
    awaitable<AttemptEnd> try_again(Lease* lease, AttemptJob::Connection connection);
    void make_attempt(Lease* lease, AttemptJob::Connection connection);
    void take_upstream(std::size_t number, std::int64_t steady_us);
    void note_attempt(AttemptEnd end);
    bool may_go_on(AttemptEnd end, std::int64_t began_us) const;
    awaitable<bool> move_on(AttemptEnd end);
    awaitable<bool> move_reservation();
    EndingFacts facts_of_attempt() const;
    llm::CallText call_text() const;
    UpstreamMessage make_message();
    std::string_view target(std::string& made) const;
    bool was_asked_for_too_much() const;
    awaitable<void> answer_failure(AttemptEnd end);
    void note_upstream_failure();
    RelayTerms relay_terms() const;
    void note_relayed(AttemptEnd end, const Attempt::Relayed& relayed);

    // What is learned.
    Experience experience() const;
    Growth growth() const;
    void teach(const Demand& reserved);

    // Answers that are made in the background.
    void note_stored_response();
    bool is_worked_on_later() const noexcept;
    awaitable<void> hold_for_later();
    void report_stored_answer(const EndingFacts& facts);

    void note_limit_hit(boost::system::error_code error) noexcept;
    bool is_metered() const noexcept { return api_ != llm::Api::unmetered; }
    /// For the head of an answer, which says so: nobody else is to send anything on a connection that ends.
    bool decides_to_close() noexcept { return close_ = close_ || worker_.draining; }
    const config::Config& config() const noexcept { return policy_->config(); }
    const config::Upstream& upstream() const noexcept { return choice_->upstream(); }

    Worker& worker_;
    ClientStream& client_;
    IncomingRequest request_;
    std::shared_ptr<const policy::Policy> policy_;         // this request's snapshot
    std::shared_ptr<const policy::Policy> former_policy_;  // what was in force before, while it waited
    std::int64_t wait_began_us_ = 0;                       ///< steady clock; 0: it has not waited
    llm::Api api_;
    llm::Dialect dialect_;
    observe::RequestRecord record_;
    RequestBody body_;
    Credentials credentials_;
    std::string_view credential_;  ///< the one that the request is charged to; empty: none
    std::optional<policy::Subject> subject_;
    policy::Applicable applicable_;
    llm::Call call_;
    std::optional<UpstreamChoice> choice_;
    std::optional<llm::Splice> rename_;  ///< of the model, in the message that is being sent
    bool asks_for_usage_ = false;        ///< of the upstream that is asked: `Call::ask_for_usage` goes along
    std::optional<Reservation> reservation_;
    llm::HeaderLines rate_limits_;
    /// Which limits in shadow mode would have refused it, and how long it has waited, where there is such.
    llm::HeaderLines remarks_;
    std::optional<Attempt> attempt_;  ///< the last one
    EndingFacts facts_{.ending = Ending::never_sent};
    Spent spent_;  ///< zero until it is settled
    llm::HeaderLines cors_;
    std::string stored_response_;     ///< id of the background response that is asked for; empty: none
    bool is_spelled_plainly_ = true;  ///< the path says that id as it is
    std::int64_t started_us_ = 0;     ///< steady clock
    bool close_ = false;
};

}  // namespace weir::proxy
