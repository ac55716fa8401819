// Estimates, cut to what the limits leave where they are guesses.
#include "proxy/demand.hpp"

#include <algorithm>

#include "llm/estimate.hpp"

namespace weir::proxy {

Demand make_demand(const llm::Call& call, const config::Tier& tier, const policy::Applicable& applicable) {
    Demand demand{.requests = 1};
    if (call.api == llm::Api::unmetered) return demand;
    const auto mode = tier.estimate_bound ? llm::EstimateMode::bound : llm::EstimateMode::fitted;
    demand.input_tokens = llm::estimate_input(call, mode);
    const auto reserve = tier.reserve == config::Reserve::max_tokens ? llm::OutputReserve::own_bound
                                                                     : llm::OutputReserve::output_default;
    demand.output_tokens = llm::reserve_output(call, mode, applicable.output_default, reserve);
    if (mode == llm::EstimateMode::bound) return demand;
    // A guess, such as the size of an image that only its URL is known of, is no reason to say that the
    // request can never be served.
    const std::int64_t certain = llm::estimate_input_least(call);
    const std::int64_t room = applicable.input_room(demand.output_tokens);
    if (demand.input_tokens > room && certain <= room) demand.input_tokens = room;
    return demand;
}

}  // namespace weir::proxy
