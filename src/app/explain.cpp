// The steps of proxy/exchange up to the decision, told instead of taken.
#include "app/explain.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <variant>

#include "app/explain_upstreams.hpp"
#include "config/durations.hpp"
#include "llm/call.hpp"
#include "llm/dialect.hpp"
#include "proxy/demand.hpp"
#include "text/durations.hpp"

namespace weir::app {

using admin::Answered;
using admin::Problem;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::array<std::string_view, 17> api_names{
    "chat_completions", "completions",     "responses",    "embeddings",          "anthropic_messages",
    "ollama_chat",      "ollama_generate", "ollama_embed", "llama_completion",    "gemini_generate",
    "gemini_embed",     "rerank",          "images",       "audio_transcription", "audio_speech",
    "moderations",      "unmetered"};
static_assert(static_cast<std::size_t>(llm::Api::unmetered) + 1 == api_names.size());

Json decision_json(int status, std::string message) {
    return {{"admitted", status == 200},
            {"limit", nullptr},
            {"retry_after_ms", nullptr},
            {"status", status},
            {"message", std::move(message)}};
}

Json key_json(const policy::Subject& subject) {
    return {{"id", subject.id},
            {"known", subject.key != nullptr},
            {"tier", subject.tier->name},
            {"group", subject.group == nullptr ? Json(nullptr) : Json(subject.group->name)}};
}

Json request_json(llm::Api api, const llm::Call& call) {
    return {{"api", api_names[static_cast<std::size_t>(api)]},
            {"metered", api != llm::Api::unmetered},
            {"model", call.model},
            {"stream", call.stream},
            {"output_bound", call.output_bound ? Json(*call.output_bound) : Json(nullptr)},
            {"background", call.background}};
}

/// "1 message", "2 messages".
std::string counted(std::int64_t count, const char* what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// In words, how the estimate came about.
Json reasons(const llm::Call& call, llm::Api api, const config::Tier& tier, const Demand& demand,
             const proxy::Experience& experience) {
    if (api == llm::Api::unmetered)
        return Json::array({"This path is not metered: it counts as one request."});
    Json why = Json::array();
    const llm::InputSize& input = call.input;
    why.push_back("Input: " + counted(input.text.bytes, "byte") + " of text in " +
                  counted(input.messages, "message") + ", " + counted(input.tools, "tool") +
                  "; by estimate \"" + (tier.estimate_bound ? "bound" : "fitted") + "\" " +
                  std::to_string(demand.input_tokens) + " tokens.");
    if (input.media_tokens > 0) {
        why.push_back("Of these, " + std::to_string(input.media_tokens) + " for images, sound and files.");
    }
    if (experience.input_factor != 1.0) {
        why.push_back("That of its text is multiplied with " + std::to_string(experience.input_factor) +
                      ", as the model's answers teach.");
    }
    why.push_back(call.output_bound
                      ? "Output: the request allows " + std::to_string(*call.output_bound) + " tokens, " +
                            std::to_string(demand.output_tokens) + " are reserved (tier: reserve " +
                            std::string(config::reserve_names[static_cast<std::size_t>(tier.reserve)]) + ")."
                      : "Output: the request gives no bound, " + std::to_string(demand.output_tokens) +
                            " tokens are reserved (tier: reserve " +
                            std::string(config::reserve_names[static_cast<std::size_t>(tier.reserve)]) +
                            ", cut to the tightest limit).");
    if (experience.output_tokens) {
        why.push_back("Of earlier answers few took more than " + std::to_string(*experience.output_tokens) +
                      " tokens.");
    }
    return why;
}

Json ledgers_json(const LedgerSet& ledgers, const std::vector<Level>& levels, const Demand& demand) {
    Json rows = Json::array();
    for (const Level& level : levels) {
        const LedgerLimits& ledger = ledgers[level.ledger_index];
        const std::int64_t requested = demand_on(ledger.limits, demand).of(level.dimension);
        rows.push_back({{"name", llm::limit_name(ledger.scope, level.dimension, ledger.window_us)},
                        {"scope", to_string(ledger.scope)},
                        {"owner", policy::owner_name(ledger)},
                        {"dimension", to_string(level.dimension)},
                        {"window", ledger.limits.counts_in_flight() ? std::string()
                                                                    : text::window_text(ledger.window_us)},
                        {"limit", level.limit},
                        {"used", level.used},
                        {"remaining", level.remaining()},
                        {"reset_ms", (level.reset_us + 999) / 1000},
                        {"enforced", ledger.enforced},
                        {"requested", requested},
                        {"fits", requested == 0 || level.used + requested <= level.limit}});
    }
    return rows;
}

Json refusal_json(Verdict verdict, const Refusal& refusal, const LedgerSet& ledgers) {
    const LedgerLimits& ledger = ledgers[refusal.ledger_index];
    const std::string limit = llm::limit_name(ledger.scope, refusal.dimension, ledger.window_us);
    const int status = verdict == Verdict::refused ? 429 : verdict == Verdict::never_fits ? 413 : 403;
    const std::string numbers = "limit " + std::to_string(refusal.limit) + ", used " +
                                std::to_string(refusal.used) + ", requested " +
                                std::to_string(refusal.requested);
    Json decision = decision_json(
        status, verdict == Verdict::refused      ? "No room now in " + limit + ": " + numbers + "."
                : verdict == Verdict::never_fits ? "Above the limit itself of " + limit + ": " + numbers + "."
                                                 : limit + " is 0: blocked.");
    decision["limit"] = limit;
    if (verdict == Verdict::refused) decision["retry_after_ms"] = (refusal.retry_after_us + 999) / 1000;
    return decision;
}

Problem store_away() {
    return {.status = 503,
            .code = "store_unavailable",
            .message = "The store does not answer, so that nothing can be said about its ledgers.",
            .mistakes = {}};
}

/// Of a demand for which there was no room a moment ago.
awaitable<Answered<Json>> ask_when(Limiter& limiter, const Demand& demand, const LedgerSet& ledgers) {
    auto decided = co_await limiter.reserve(demand, ledgers);
    if (!decided) co_return store_away();
    if (decided->verdict != Verdict::admitted)
        co_return refusal_json(decided->verdict, decided->refusal, ledgers);
    const Usage nothing{.requests = 0, .certainty = Certainty::exact, .unproduced = Unproduced::release};
    co_await limiter.settle(std::move(*decided->reservation), nothing);
    co_return decision_json(200, "It would be admitted.");
}

std::optional<policy::Subject> subject_of(const policy::Policy& policy,
                                          const admin::ExplainQuestion& question) {
    if (!question.key_id.empty()) return policy.find(question.key_id);
    const std::array<std::string_view, 1> credentials{question.secret};
    auto identified = policy.identify(credentials);
    if (!identified) return std::nullopt;
    return std::move(identified->subject);
}

}  // namespace

awaitable<Answered<std::string>> explain(const policy::Policy& policy, const proxy::Learned& learned,
                                         Limiter& limiter, admin::ExplainQuestion question) {
    const auto subject = subject_of(policy, question);
    if (!subject && !question.key_id.empty()) {
        co_return Problem{.status = 404,
                          .code = "unknown_key",
                          .message = "No key has the id " + question.key_id + ".",
                          .mistakes = {}};
    }
    if (!subject) {
        const Json told{
            {"key", nullptr},
            {"decision", decision_json(401, "No key has this secret, and unknown keys are rejected.")}};
        co_return told.dump();
    }
    Json told{{"key", key_json(*subject)}};
    const std::string_view path = std::string_view(question.path).substr(0, question.path.find('?'));
    const llm::Api api = llm::api_of(question.method, path);
    llm::Call call;
    if (api != llm::Api::unmetered) {
        auto understood = llm::read_call(
            {.api = api, .body = question.body, .path = path, .content_type = question.content_type});
        if (const auto* mistake = std::get_if<llm::CallError>(&understood)) {
            told["decision"] = decision_json(400, mistake->message);
            co_return told.dump();
        }
        call = std::get<llm::Call>(std::move(understood));
    } else if (!policy.passes_unmetered(path)) {
        told["decision"] = decision_json(404, "This path is not served.");
        co_return told.dump();
    }
    const config::Tier& tier = *subject->tier;
    told["request"] = request_json(api, call);
    const ExplainedUpstreams upstreams = explain_upstreams(policy, path, call.model);
    told["upstreams"] = upstreams.rows;
    if (upstreams.order.empty()) {
        told["decision"] = decision_json(404, upstreams.refusal);
        co_return told.dump();
    }
    const policy::Applicable applicable =
        policy.limits_for(*subject, call.model, upstreams.order, call.further_models);
    const proxy::Experience experience = proxy::experience_with(
        learned, policy.config(), tier, call,
        {subject->id, call.model, policy.config().upstreams[upstreams.order.front()].name});
    const Demand demand = proxy::make_demand(call, tier, applicable, experience);
    told["estimate"] = {{"requests", demand.requests},
                        {"input_tokens", demand.input_tokens},
                        {"output_tokens", demand.output_tokens},
                        {"why", reasons(call, api, tier, demand, experience)}};
    const auto levels = co_await limiter.peek(applicable.ledgers);
    if (!levels) co_return store_away();
    told["ledgers"] = ledgers_json(applicable.ledgers, *levels, demand);
    if (subject->key != nullptr && subject->key->disabled) {
        told["decision"] = decision_json(401, "This key is disabled.");
    } else if (tier.estimate_bound && !call.output_bound && api != llm::Api::unmetered) {
        told["decision"] = decision_json(400, "This key requires a bound on the output.");
    } else if (candidate_with_room(applicable.ledgers, *levels, demand)) {
        told["decision"] = decision_json(200, "It would be admitted.");
    } else {
        const LedgerSet enforced = enforced_only(applicable.ledgers);
        auto when = co_await ask_when(limiter, demand, enforced);
        if (auto* problem = std::get_if<Problem>(&when)) co_return std::move(*problem);
        told["decision"] = std::get<Json>(std::move(when));
    }
    co_return told.dump();
}

}  // namespace weir::app
