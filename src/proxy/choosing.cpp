// Where an exchange's request may go, and what each attempt teaches those that come after it.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "config/providers.hpp"
#include "llm/provider_limits.hpp"
#include "llm/stored_answers.hpp"
#include "proxy/errors.hpp"
#include "proxy/exchange.hpp"
#include "proxy/failover.hpp"
#include "proxy/served_dialect.hpp"

namespace weir::proxy {

namespace {

/// Of the routes that of the upstream of this name; where it is none of them, or empty, all.
void keep_only(policy::Routes& routes, const config::Config& config, std::string_view name) {
    const auto route = std::find_if(routes.begin(), routes.end(), [&](const policy::Route& each) {
        return config.upstreams[each.upstream].name == name;
    });
    if (route != routes.end()) routes = {*route};
}

}  // namespace

/// nullptr: somebody serves it; that all of them sleep, `choice_` tells.
const RefusalReason* Exchange::choose_upstreams(std::int64_t steady_us) {
    policy::Routes routes = policy_->routes_for(served_dialect(dialect_), record_.path, call_.model);
    if (!stored_response_.empty())
        keep_only(routes, config(), worker_.background->upstream_of(stored_response_));
    if (routes.empty())
        return policy_->serves_path(served_dialect(dialect_), record_.path) ? &unknown_model : &not_served;
    const std::int64_t tokens = is_metered() ? 1 : 0;
    choice_.emplace(ChoiceTerms{.config = config(),
                                .upstreams = *worker_.upstreams,
                                .known = worker_.known_upstreams(policy_),
                                .model = call_.model,
                                .demand = {1, tokens, tokens},
                                .is_kept = !is_metered() && !llm::is_of_any_provider(record_.path)},
                    routes, steady_us, worker_.random);
    return nullptr;
}

void Exchange::take_upstream(std::size_t number, std::int64_t steady_us) {
    choice_->take(number, record_.reserved, steady_us);
    record_.upstream = upstream().name;
    record_.upstream_slot = choice_->known().slot();
    ++record_.attempts;
}

/// What the next requests do better for.
void Exchange::note_attempt(AttemptEnd end) {
    const bool is_answered = end == AttemptEnd::answered;
    const int status = is_answered ? attempt_->status() : 0;
    const bool may_be_pause = status == 429 || status >= 500;
    const Sign sign = sign_of(end, status);
    const std::int64_t steady_us = sign == Sign::well && !may_be_pause ? 0 : worker_.clock.steady_us();
    const bool has_changed = choice_->note(sign, steady_us, worker_.random);
    if (has_changed) {
        const bool is_well = sign == Sign::well;
        spdlog::log(is_well ? spdlog::level::info : spdlog::level::warn, "upstream {}: {}", upstream().name,
                    is_well ? "is well again" : "keeps failing, so that others are asked before it");
    }
    if (!is_answered || !is_metered()) return;
    const bool may_teach = config::has_own_key(upstream()) && !upstream().limits.empty();
    if (!may_be_pause && !may_teach) return;
    const auto limits = llm::provider_limits(attempt_->fields(), worker_.clock.now_us());
    // What a caller's own key has left says nothing of others' keys.
    const bool is_shared_key = config::has_own_key(upstream());
    const auto sleep_us = llm::sleep_us(status, limits);
    if (sleep_us && (is_shared_key || status != 429))
        worker_.upstreams->put_to_sleep(upstream().name, choice_->model(), *sleep_us, steady_us);
    if (may_teach)
        learn_from(worker_, policy_, choice_->index(), choice_->known().foreign_use, limits, status,
                   choice_->known().in_flight());
}

}  // namespace weir::proxy
