// Estimates, cut to what the limits leave where they are guesses.
#include "proxy/demand.hpp"

#include <algorithm>
#include <cmath>

#include "llm/estimate.hpp"
#include "proxy/learned.hpp"

namespace weir::proxy {

namespace {

/// What experience adds to the estimate, or takes from it.
std::int64_t correction_by(const Experience& experience, const llm::Call& call,
                           std::int64_t estimated) noexcept {
    if (experience.input_factor == 1.0) return 0;
    const auto text = static_cast<double>(text_of_estimate(call, estimated));
    return std::llround(text * (experience.input_factor - 1.0));
}

std::int64_t output_of(const llm::Call& call, const config::Tier& tier, const policy::Applicable& applicable,
                       const Experience& experience, std::int64_t input_tokens) {
    const auto fitted = llm::EstimateMode::fitted;
    const std::int64_t usual = llm::reserve_output(call, fitted, applicable.output_default);
    switch (tier.reserve) {
        case config::Reserve::output_default:
            return usual;
        case config::Reserve::max_tokens:
            return llm::reserve_output(call, fitted, applicable.output_default,
                                       llm::OutputReserve::own_bound);
        case config::Reserve::none:
            // One token: a limit on output looks at nobody who demands none.
            return std::min<std::int64_t>(usual, 1);
        case config::Reserve::learned:
            break;
    }
    if (!experience.output_tokens) return usual;
    const std::int64_t learned =
        std::min(*experience.output_tokens, call.output_bound.value_or(*experience.output_tokens));
    if (learned <= usual) return learned;
    // A guess is no reason to say that the request can never be served.
    return std::max(usual, std::min(learned, applicable.output_room(input_tokens)));
}

}  // namespace

Demand make_demand(const llm::Call& call, const config::Tier& tier, const policy::Applicable& applicable,
                   const Experience& experience) {
    Demand demand{.requests = 1};
    if (call.api == llm::Api::unmetered) return demand;
    if (tier.estimate_bound) {
        const auto bound = llm::EstimateMode::bound;
        demand.input_tokens = llm::estimate_input(call, bound);
        demand.output_tokens = llm::reserve_output(call, bound, applicable.output_default);
        return demand;
    }
    const std::int64_t estimated = llm::estimate_input(call, llm::EstimateMode::fitted);
    const std::int64_t correction = correction_by(experience, call, estimated);
    const auto corrected = [&](std::int64_t tokens) {
        return std::clamp<std::int64_t>(tokens + correction, 1, amount_max);
    };
    demand.input_tokens = corrected(estimated);
    demand.output_tokens = output_of(call, tier, applicable, experience, demand.input_tokens);
    // A guess, such as the size of an image that only its URL is known of, is no reason to say that the
    // request can never be served.
    const std::int64_t room = applicable.input_room(demand.output_tokens);
    if (demand.input_tokens > room && corrected(llm::estimate_input_least(call)) <= room)
        demand.input_tokens = room;
    return demand;
}

}  // namespace weir::proxy
