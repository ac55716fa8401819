// What weir itself answers: errors, refusals, and the caller's own limits.
#include <nlohmann/json.hpp>

#include "http/error.hpp"
#include "proxy/cors.hpp"
#include "proxy/errors.hpp"
#include "proxy/exchange.hpp"
#include "proxy/shadow.hpp"

namespace weir::proxy {

awaitable<void> Exchange::answer(const llm::Answer& answer, observe::Outcome outcome) {
    record_.outcome = outcome;
    record_.status = answer.status;
    const llm::HeaderLines own_lines = cors_ + remarks_;
    const std::string bytes = make_own_answer({.answer = answer,
                                               .request_id = record_.request_id,
                                               .now_us = worker_.clock.now_us(),
                                               .close = decides_to_close(),
                                               .head_only = request_.head.method == "HEAD",
                                               .cors = own_lines});
    record_.answer_bytes = static_cast<std::int64_t>(answer.body.size());
    net::Buffers buffers{boost::asio::buffer(bytes)};
    boost::system::error_code error = client_.write_now(buffers);
    if (!error && !buffers.empty()) error = co_await client_.write(buffers);
    if (error) close_ = true;
}

awaitable<void> Exchange::answer_error(const llm::ErrorDescription& error, observe::Outcome outcome,
                                       llm::HeaderLines more) {
    llm::Answer rendered = llm::error_answer(dialect_, error, record_.request_id);
    rendered.headers.append(more);
    if (rendered.status == 503) llm::append_header(rendered.headers, "retry-after", "1");
    co_await answer(rendered, outcome);
}

awaitable<void> Exchange::answer_error(boost::system::error_code code, std::string_view detail) {
    if (code == http_errc::client_gone) {
        record_.outcome = observe::Outcome::client_gone;
        close_ = true;
        co_return;
    }
    const llm::ErrorDescription error = describe_error(code, detail);
    co_await answer_error(error, outcome_of(code));
}

/// By a limit, or because no store decides.
awaitable<void> Exchange::refuse(const result<Decision>& decided) {
    if (!decided) co_return co_await answer_error(decided.error());
    const Decision& decision = *decided;
    const Refusal& refusal = decision.refusal;
    const LedgerLimits& ledger = applicable_.ledgers[refusal.ledger_index];
    const std::int64_t now_us = worker_.clock.now_us();
    llm::RefusalContext context;
    context.verdict = decision.verdict;
    context.refusal = refusal;
    context.scope = ledger.scope;
    context.window_us = ledger.window_us;
    context.owner = policy::owner_name(ledger);
    context.model = call_.model;
    context.tightest = decision.tightest;
    context.now_us = now_us;
    context.request_id = record_.request_id;
    if (decision.verdict == Verdict::refused &&
        worker_.refusal_rate.is_crowded(ledger.ledger.name(), now_us)) {
        std::uniform_int_distribution<std::int64_t> up_to_a_tenth(0, refusal.retry_after_us / 10);
        context.spread_us = up_to_a_tenth(worker_.random);
    }
    record_.refused_by = refused_by(ledger, refusal);
    const llm::Answer rendered = llm::refusal_answer(dialect_, context);
    co_await answer(rendered, outcome_of(decision.verdict));
}

/// Each has said itself when to come back.
awaitable<void> Exchange::refuse_while_all_sleep() {
    const std::int64_t wait_us = choice_->wakes_at_us() - worker_.clock.steady_us();
    const llm::Answer rendered = llm::pause_answer(dialect_, wait_us, record_.request_id);
    co_await answer(rendered, observe::Outcome::refused);
}

/// Before anybody looks at its key or its body. Each is told another time.
awaitable<void> Exchange::shed() {
    worker_.metrics.count(observe::LimitHit::queue);
    const std::int64_t wait_us = worker_.turns.retry_after_us();
    const llm::ErrorDescription error = describe_error(http_errc::overloaded);
    llm::Answer rendered = llm::error_answer(dialect_, error, record_.request_id);
    llm::append_retry_headers(dialect_, wait_us, rendered.headers);
    co_await answer(rendered, outcome_of(http_errc::overloaded));
}

/// What needs no key and is charged to nobody.
awaitable<void> Exchange::answer_anybody() {
    if (is_preflight(request_.head)) {
        const llm::Answer allowed = preflight_answer(config().cors, request_.head.fields);
        co_return co_await answer(allowed, observe::Outcome::answered);
    }
    if (record_.path == "/" || record_.path == "/favicon.ico") co_return co_await answer_front_page();
    const llm::ErrorDescription error = describe(no_websockets);
    co_await answer_error(error, no_websockets.outcome);
}

awaitable<void> Exchange::refuse_key() {
    const config::Key* disabled = policy_->find_disabled(credentials_.keys());
    if (disabled != nullptr) record_.key_id = disabled->id;
    const RefusalReason& reason = disabled != nullptr           ? disabled_key
                                  : credentials_.keys().empty() ? no_key
                                                                : unknown_key;
    const llm::ErrorDescription error = describe(reason, &reason == &no_key ? place_of_key(dialect_) : "");
    co_await answer_error(error, reason.outcome);
}

awaitable<void> Exchange::answer_front_page() {
    llm::Answer rendered;
    rendered.status = 200;
    llm::append_header(rendered.headers, "content-type", "text/plain; charset=utf-8");
    rendered.body =
        "weir limits LLM APIs by tokens. OpenAI clients take this address with /v1 as their base URL, those "
        "of Anthropic, "
        "Ollama and Gemini this address alone. GET /weir/limits shows a key's limits.\n";
    co_await answer(rendered, observe::Outcome::answered);
}

awaitable<void> Exchange::answer_limits() {
    const bool known = record_.path == "/weir/limits";
    const bool readable = request_.head.method == "GET" || request_.head.method == "HEAD";
    if (!known || !readable) {
        const RefusalReason& reason = known ? not_weirs_method : not_weirs_path;
        const llm::ErrorDescription error = describe(reason);
        co_return co_await answer_error(error, reason.outcome);
    }
    const std::vector<LedgerLimits> ledgers = policy_->ledgers_of(*subject_);
    const std::int64_t asked_us = worker_.clock.steady_us();
    const auto levels = co_await worker_.limiter.peek(ledgers);
    worker_.metrics.count_store_call(observe::StoreCall::peek, worker_.clock.steady_us() - asked_us);
    if (!levels) co_return co_await answer_error(levels.error());
    nlohmann::ordered_json limits = nlohmann::ordered_json::array();
    for (const Level& level : *levels) {
        const LedgerLimits& ledger = ledgers[level.ledger_index];
        limits.push_back({{"name", llm::limit_name(ledger.scope, level.dimension, ledger.window_us)},
                          {"ledger", ledger.ledger.name()},
                          {"limit", level.limit},
                          {"used", level.used},
                          {"remaining", level.remaining()},
                          {"reset_ms", (level.reset_us + 999) / 1000},
                          {"enforced", ledger.enforced}});
    }
    llm::Answer rendered;
    rendered.status = 200;
    llm::append_header(rendered.headers, "content-type", "application/json");
    rendered.body = nlohmann::ordered_json{{"key", subject_->id}, {"limits", limits}}.dump(2) + "\n";
    co_await answer(rendered, observe::Outcome::answered);
}

}  // namespace weir::proxy
