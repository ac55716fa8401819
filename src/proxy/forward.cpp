// The admitted part of an exchange: send the request, pass the answer on, note how it ended.
#include "config/url.hpp"
#include "llm/stored_answers.hpp"
#include "observe/log.hpp"
#include "proxy/cors.hpp"
#include "proxy/errors.hpp"
#include "proxy/exchange.hpp"
#include "proxy/request_rules.hpp"

namespace weir::proxy {

using boost::system::error_code;

namespace {

bool is_success(int status) noexcept {
    return status >= 200 && status < 300;
}

}  // namespace

awaitable<void> Exchange::forward() {
    std::optional<LeaseKeeper::Entry> lease;
    if (reservation_) {
        lease.emplace(*reservation_, [this] { return Usage{.output_tokens = facts_.usage.output_seen}; });
        worker_.leases.add(*lease);
    }
    std::exception_ptr unforeseen;
    try {
        client_.watch([this] {
            if (attempt_) attempt_->abort();
        });
        const error_code error = co_await try_upstream();
        if (error) {
            co_await fail_before_answer(error);
        } else {
            co_await relay_answer();
        }
    } catch (...) {
        unforeseen = std::current_exception();
    }
    client_.unwatch();
    const bool is_whole = !unforeseen && facts_.ending == Ending::whole;
    if (attempt_ && !attempt_->release(is_whole)) co_await attempt_->stop();
    if (lease) co_await worker_.leases.remove(*lease);
    if (unforeseen) std::rethrow_exception(unforeseen);
}

awaitable<error_code> Exchange::try_upstream() {
    facts_.ending = Ending::never_sent;
    error_code error = co_await try_once(Attempt::Connection::any);
    if (error == errc::upstream_broken) {
        const bool was_stale = co_await attempt_->was_stale();
        if (was_stale) {
            worker_.metrics.upstream_retries.add();
            error = co_await try_once(Attempt::Connection::fresh);
        }
    }
    if (!error && was_asked_for_too_much()) {
        call_.ask_for_usage.reset();
        error = co_await try_once(Attempt::Connection::any);
        const int status = error ? 0 : attempt_->answer().head().status;
        if (is_success(status)) worker_.stream_usage_refusals->add(upstream().name);
    }
    if (!error && !attempt_->is_sending()) body_.release();
    co_return error;
}

awaitable<error_code> Exchange::try_once(Attempt::Connection which) {
    if (attempt_ && !attempt_->release(false)) co_await attempt_->stop();
    attempt_.emplace(worker_, upstream(), config().timeouts, request_.head.method);
    if (client_.gone()) co_return errc::client_gone;
    const error_code error = co_await attempt_->run(make_message(), which);
    forwarded_us_ = attempt_->sent_at_us();
    facts_.ending = attempt_->ending();
    co_return error;
}

/// What weir adds must not make a sound request fail: it may be the option that the upstream does not know.
bool Exchange::was_asked_for_too_much() {
    const int status = attempt_->answer().head().status;
    return call_.ask_for_usage && (status == 400 || status == 422);
}

awaitable<void> Exchange::fail_before_answer(error_code error) {
    if (client_.gone()) {
        if (facts_.ending != Ending::never_sent) facts_.ending = Ending::client_gone;
        co_return co_await answer_error(errc::client_gone);
    }
    if (error == errc::upstream_timeout) facts_.ending = Ending::upstream_silent;
    worker_.metrics.upstream_errors.add();
    log_of_upstream(error.message() + attempt_->cause());
    co_await answer_error(error);
}

void Exchange::log_of_upstream(std::string_view what) const {
    std::string message = "upstream " + upstream().name + " at " + config::to_string(upstream().url) + ": ";
    observe::log_of_request(observe::LogLevel::warning, record_.request_id, message.append(what));
}

awaitable<void> Exchange::relay_answer() {
    AnswerReader& answer = attempt_->answer();
    record_.first_byte_at_us = worker_.clock.now_us();
    facts_.status = answer.head().status;
    std::vector<std::string_view> first;
    const error_code malformed = co_await answer.read_body(first, 1, false);
    if (malformed) {
        facts_.status = 0;
        facts_.ending = Ending::upstream_broken;
        co_return co_await fail_before_answer(malformed);
    }
    const bool is_stored = !stored_response_.empty();
    const bool reads_usage =
        is_metered() || is_stored || llm::may_report_new_usage(request_.head.method, record_.path);
    llm::UsageTap tap({.api = is_stored ? llm::Api::responses : api_,
                       .content_type = answer.head().fields.value("content-type"),
                       .content_encoding = joined_value(answer.head().fields, "content-encoding"),
                       .drop_usage_chunk = call_.ask_for_usage.has_value() && is_success(facts_.status),
                       .reads_usage = reads_usage});
    RelayJob job = make_relay_job(tap, std::move(first));
    const RelayResult result = co_await relay(job);
    record_.streamed = tap.is_stream();
    note_end(result);
}

void Exchange::note_end(const RelayResult& result) {
    facts_.ending = result.ending;
    record_.status = facts_.status;
    record_.answer_bytes = result.body_bytes;
    record_.outcome = result.ending == Ending::whole ? observe::Outcome::served : outcome_of(result.error);
    if (!stored_response_.empty()) {
        report_stored_answer();
        facts_.usage = {};
    }
    if (result.ending == Ending::whole) return;
    close_ = true;
    if (result.ending == Ending::client_gone) return;
    worker_.metrics.upstream_errors.add();
    log_of_upstream(result.error.message() + " after " + std::to_string(result.body_bytes) +
                    " bytes of its answer");
}

/// Somebody fetched, cancelled or deleted what was begun in the background: that is when its usage is known,
/// or that nobody will ever know it.
void Exchange::report_stored_answer() {
    EndingFacts facts = facts_;
    const bool is_gone = facts.status == 404 || facts.status == 410 ||
                         (is_success(facts.status) && request_.head.method == "DELETE");
    const bool is_told = is_success(facts.status) && facts.usage.ended && !facts.usage.unfinished;
    if (!is_gone && !is_told) return;
    facts.status = 200;
    facts.cached_input_weight = worker_.background->weight_of(stored_response_).value_or(1.0);
    // It is worked on no more, and nobody says what it has produced: the rest of the lease just runs out.
    const bool was_stopped = is_gone || request_.head.method == "POST";
    if (was_stopped && !facts.usage.output_tokens) facts.ending = Ending::client_gone;
    worker_.background->report(stored_response_, facts);
}

RelayJob Exchange::make_relay_job(llm::UsageTap& tap, std::vector<std::string_view> first) {
    const AnswerReader& answer = attempt_->answer();
    const ResponseHead& head = answer.head();
    const bool may_drop = call_.ask_for_usage.has_value() && is_success(head.status);
    const bool has_body = answer_has_body(request_.head.method, head.status);
    const BodyFraming framing =
        answer_framing(answer.framing(), request_.head.version, has_body, !may_drop && !tap.decodes());
    if (framing == BodyFraming::until_close) close_ = true;
    // An event of weir's own would be no part of what a coding holds.
    const bool is_readable = tap.decodes() || head.fields.value("content-encoding").empty();
    const bool keep_theirs = !is_metered() || head.status == 429;
    std::string client_head = make_answer_head({.head = head,
                                                .upstream = upstream().url,
                                                .upstream_framing = answer.framing(),
                                                .framing = framing,
                                                .close = closes_after(),
                                                .client_version = request_.head.version,
                                                .request_id = record_.request_id,
                                                .rate_limits = keep_theirs ? shadow_ : rate_limits_,
                                                .replace_rate_limits = !keep_theirs,
                                                .cors = cors_,
                                                .body_is_decoded = tap.decodes()});
    return {.client = client_,
            .reader = attempt_->answer(),
            .tap = tap,
            .usage = facts_.usage,
            .head = std::move(client_head),
            .framing = framing,
            .first = std::move(first),
            .between_bytes_ms = config().timeouts.between_bytes_ms,
            .dialect = dialect_,
            .has_protocol = is_metered() && is_success(head.status) && is_readable,
            .says_broken = head.status == 200};
}

UpstreamMessage Exchange::make_message() const {
    // Only what is spliced goes on decoded: its coding would have to be made anew.
    const bool is_spliced = call_.ask_for_usage.has_value();
    const std::string_view body = is_spliced ? body_.text() : body_.bytes();
    UpstreamMessage message;
    message.body = {body, {}, {}};
    if (is_spliced) {
        const llm::Splice& splice = *call_.ask_for_usage;
        message.body = {body.substr(0, splice.offset), splice.insert,
                        body.substr(splice.offset + splice.erase)};
    }
    std::size_t body_bytes = 0;
    for (const std::string_view piece : message.body) body_bytes += piece.size();
    message.head = make_upstream_head(
        {.head = request_.head,
         .path_and_query = request_.path_and_query,
         .upstream = upstream(),
         .dialect = dialect_,
         .credential = credential_,
         .injects_key = subject_.has_value(),
         .readable_answer = is_metered() || request_.head.method == "POST",
         .body_is_decoded = is_spliced && body_.is_decoded(),
         .body_is_changed = is_spliced,
         .has_body = request_.framing.chunked || request_.framing.content_length.has_value(),
         .body_bytes = body_bytes,
         .client_address = request_.client_address,
         .client_tls = client_.transport().is_tls(),
         .request_id = record_.request_id,
         .decided_at_us = record_.decided_at_us});
    return message;
}

}  // namespace weir::proxy
