// The admitted part of an exchange: which attempts are made, and what becomes of the last one's answer.
#include "llm/stored_answers.hpp"
#include "observe/log.hpp"
#include "proxy/errors.hpp"
#include "proxy/exchange.hpp"
#include "proxy/failover.hpp"
#include "proxy/shadow.hpp"

namespace weir::proxy {

awaitable<void> Exchange::forward() {
    std::optional<Lease> lease;
    if (reservation_) lease.emplace(*reservation_, growth());
    std::exception_ptr unforeseen;
    try {
        const std::int64_t began_us = worker_.clock.steady_us();
        Lease* const held = lease ? &*lease : nullptr;
        AttemptEnd end = co_await try_upstream(held);
        note_attempt(end);
        // The last attempt stands, as it is, where nobody is left who may be asked.
        while (may_go_on(end, began_us)) {
            const bool has_moved = co_await move_on(end);
            if (!has_moved) break;
            end = co_await try_upstream(held);
            note_attempt(end);
        }
        if (end == AttemptEnd::answered) {
            if (!attempt_->is_sending()) body_.release();
            record_.first_byte_at_us = worker_.clock.now_us();
            (void)decides_to_close();
            const RelayTerms terms = relay_terms();
            end = co_await attempt_->relay(terms);
        }
        if (attempt_ && attempt_->relayed()) {
            note_relayed(end, *attempt_->relayed());
        } else {
            co_await answer_failure(end);
        }
    } catch (...) {
        unforeseen = std::current_exception();
    }
    if (attempt_) {
        if (!attempt_->finish_at_once()) co_await attempt_->finish();
        facts_ = facts_of_attempt();
    }
    // What a stored answer reports was used by the request that had begun it.
    if (!stored_response_.empty()) facts_.usage = {};
    if (unforeseen) std::rethrow_exception(unforeseen);
}

awaitable<AttemptEnd> Exchange::try_upstream(Lease* lease) {
    asks_for_usage_ = call_.ask_for_usage && upstream().ask_for_usage == config::AskForUsage::automatic &&
                      !worker_.stream_usage_refusals->contains(upstream().name);
    if (attempt_) co_await attempt_->finish();
    if (client_.gone()) co_return AttemptEnd::client_gone;
    make_attempt(lease, AttemptJob::Connection::any);
    AttemptEnd end = co_await attempt_->run();
    if (end == AttemptEnd::stale) {
        worker_.metrics.upstream_retries.add();
        end = co_await try_again(lease, AttemptJob::Connection::fresh);
    }
    if (end == AttemptEnd::answered && was_asked_for_too_much()) {
        asks_for_usage_ = false;
        end = co_await try_again(lease, AttemptJob::Connection::any);
        const bool suits = end == AttemptEnd::answered && is_success(attempt_->status());
        if (suits) worker_.stream_usage_refusals->add(upstream().name);
    }
    co_return end;
}

/// The same upstream.
awaitable<AttemptEnd> Exchange::try_again(Lease* lease, AttemptJob::Connection connection) {
    co_await attempt_->finish();
    if (client_.gone()) co_return AttemptEnd::client_gone;
    make_attempt(lease, connection);
    co_return co_await attempt_->run();
}

void Exchange::make_attempt(Lease* lease, AttemptJob::Connection connection) {
    attempt_.emplace(AttemptJob{.worker = worker_,
                                .client = client_,
                                .upstream = upstream(),
                                .method = request_.head.method,
                                .message = make_message(),
                                .lease = lease,
                                .connection = connection,
                                .is_never_repeated = choice_->has_others() && !config().retry.after_send});
}

bool Exchange::may_go_on(AttemptEnd end, std::int64_t began_us) const {
    const config::Retry& retry = config().retry;
    if (choice_->left().empty() || record_.attempts >= retry.attempts || client_.gone()) return false;
    if (worker_.clock.steady_us() - began_us > retry.budget_ms * 1000) return false;
    const std::string_view method = request_.head.method;
    const Failed failed{.end = end,
                        .status = end == AttemptEnd::answered ? attempt_->status() : 0,
                        .is_sent_whole = attempt_->is_sent_whole(),
                        .is_safe = method == "GET" || method == "HEAD" || method == "OPTIONS"};
    return may_ask_another(failed, retry.after_send);
}

/// To the next upstream that has room. False: there is none, and the last attempt stands as it is.
awaitable<bool> Exchange::move_on(AttemptEnd end) {
    choice_->leave_out_sleeping(worker_.clock.steady_us());
    if (choice_->left().empty()) co_return false;
    const std::size_t failed_slot = record_.upstream_slot;
    const bool is_refusal = end == AttemptEnd::answered && attempt_->status() == 429;
    const bool has_room = co_await move_reservation();
    if (!has_room) co_return false;
    observe::UpstreamCounters& counters = worker_.metrics.upstreams.at(failed_slot);
    (is_refusal ? counters.turned_away : counters.moved).add();
    observe::log_of_request(observe::LogLevel::info, record_.request_id,
                            attempt_->failure() + "; asks " + std::string(record_.upstream) + " next");
    co_return true;
}

awaitable<bool> Exchange::move_reservation() {
    const std::int64_t asked_us = worker_.clock.steady_us();
    if (!reservation_) {
        take_upstream(0, asked_us);
        co_return true;
    }
    co_await attempt_->release_lease();
    const LedgerSet ledgers = policy_->candidates(*subject_, choice_->left());
    auto decided = co_await move_past_shadow(worker_.limiter, *reservation_, settle_by(facts_of_attempt()),
                                             ledgers, Withdrawal(client_.gone()), record_.shadowed_by);
    worker_.metrics.count_store_call(observe::StoreCall::reserve, worker_.clock.steady_us() - asked_us);
    if (!decided) co_return false;
    choice_->note_levels(decided->candidate_levels, ledgers, worker_.clock.steady_us());
    if (decided->verdict != Verdict::admitted) co_return false;
    take_upstream(decided->candidate, asked_us);
    co_return true;
}

EndingFacts Exchange::facts_of_attempt() const {
    EndingFacts facts = attempt_->facts();
    facts.in_background = call_.background;
    return facts;
}

/// What weir adds must not make a sound request fail: it may be the option that the upstream does not know.
bool Exchange::was_asked_for_too_much() const {
    const int status = attempt_->status();
    return asks_for_usage_ && (status == 400 || status == 422);
}

awaitable<void> Exchange::answer_failure(AttemptEnd end) {
    if (end != AttemptEnd::client_gone) note_upstream_failure();
    co_await answer_error(error_of(end));
}

void Exchange::note_upstream_failure() {
    worker_.metrics.upstream_errors.add();
    observe::log_of_request(observe::LogLevel::warning, record_.request_id, attempt_->failure());
}

RelayTerms Exchange::relay_terms() const {
    const bool is_stored = !stored_response_.empty();
    const bool reads_usage =
        is_metered() || is_stored || llm::may_report_new_usage(request_.head.method, record_.path);
    return {.method = request_.head.method,
            .client_version = request_.head.version,
            .is_metered = is_metered(),
            .api = is_stored ? llm::Api::responses : api_,
            .reads_usage = reads_usage,
            .drops_usage_chunk = asks_for_usage_,
            .dialect = dialect_,
            .request_id = record_.request_id,
            .rate_limits = rate_limits_,
            .more_lines = remarks_,
            .cors = cors_,
            .close = close_};
}

void Exchange::note_relayed(AttemptEnd end, const Attempt::Relayed& relayed) {
    const bool is_whole = end == AttemptEnd::whole;
    record_.status = relayed.status;
    record_.answer_bytes = relayed.body_bytes;
    record_.streamed = relayed.is_stream;
    record_.outcome = is_whole ? observe::Outcome::served : outcome_of(error_of(end));
    if (!is_whole || relayed.ends_connection) close_ = true;
    if (!stored_response_.empty()) report_stored_answer(attempt_->facts());
    if (!is_whole && end != AttemptEnd::client_gone) note_upstream_failure();
}

void Exchange::report_stored_answer(const EndingFacts& facts) {
    auto told = told_by_fetch(facts, request_.head.method, is_spelled_plainly_);
    if (!told) return;
    told->cached_input_weight = worker_.background->weight_of(stored_response_).value_or(1.0);
    worker_.background->report(stored_response_, *told);
}

}  // namespace weir::proxy
