// The refund table, row by row.
#include "proxy/settlement.hpp"

#include <algorithm>
#include <cmath>

namespace weir::proxy {

namespace {

std::int64_t weighted_input(const llm::TappedUsage& usage, double cached_input_weight) noexcept {
    const std::int64_t input = usage.input_tokens.value_or(0);
    const std::int64_t cached = std::clamp<std::int64_t>(usage.cached_input_tokens, 0, input);
    const double forgiven = static_cast<double>(cached) * (1.0 - cached_input_weight);
    return input - static_cast<std::int64_t>(std::floor(forgiven));
}

}  // namespace

Usage settle_by(const EndingFacts& facts) noexcept {
    const bool refunds_tokens = (facts.status >= 300 && facts.status < 500) || facts.status == 503;
    if (facts.ending == Ending::never_sent) {
        return {.requests = 0, .certainty = Certainty::exact, .unproduced = Unproduced::release};
    }
    if (refunds_tokens) return {.certainty = Certainty::exact, .unproduced = Unproduced::release};

    Usage usage;
    usage.input_tokens = weighted_input(facts.usage, facts.cached_input_weight);
    usage.output_tokens = std::max(facts.usage.output_tokens.value_or(0), facts.usage.output_seen);
    const bool success = facts.status >= 200 && facts.status < 300;
    if (success && facts.usage.input_tokens && facts.usage.output_tokens) {
        usage.output_tokens = *facts.usage.output_tokens;
        usage.certainty = Certainty::exact;
        usage.unproduced = Unproduced::release;
        return usage;
    }
    usage.certainty = Certainty::lower_bound;
    switch (facts.ending) {
        case Ending::whole:
            usage.unproduced = success ? Unproduced::charge : Unproduced::release;
            break;
        case Ending::upstream_broken:
            usage.unproduced = Unproduced::release;
            break;
        case Ending::upstream_silent:
        case Ending::client_gone:
            usage.unproduced = Unproduced::run_out;
            break;
        case Ending::never_sent:
            break;
    }
    return usage;
}

}  // namespace weir::proxy
