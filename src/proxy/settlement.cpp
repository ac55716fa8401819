// The refund table, row by row.
#include "proxy/settlement.hpp"

#include <algorithm>
#include <cmath>

#include "proxy/http_names.hpp"

namespace weir::proxy {

namespace {

std::int64_t weighted_input(const llm::TappedUsage& usage, double cached_input_weight) noexcept {
    const std::int64_t input = usage.input_tokens.value_or(0);
    const std::int64_t cached = std::clamp<std::int64_t>(usage.cached_input_tokens, 0, input);
    const double forgiven = static_cast<double>(cached) * (1.0 - cached_input_weight);
    return input - static_cast<std::int64_t>(std::floor(forgiven));
}

/// The upstream did not work on it, or only to say so: the request counts, its tokens do not.
bool is_refusal(const EndingFacts& facts) noexcept {
    if (facts.status >= 300 && facts.status < 500) return true;
    if (facts.status == 503 || facts.status == overloaded_status) return true;
    return is_success(facts.status) && facts.usage.failed && !may_be_worked_on(facts);
}

/// Of output that was reserved, and that nobody reported.
Unproduced unproduced_after(const EndingFacts& facts, bool success) noexcept {
    if (may_be_worked_on(facts)) return Unproduced::charge;
    switch (facts.ending) {
        case Ending::whole:
            // An upstream that says it has failed is at it no more.
            return success && !facts.usage.has_error ? Unproduced::charge : Unproduced::release;
        case Ending::upstream_silent:
        case Ending::client_gone:
            return Unproduced::run_out;
        case Ending::upstream_broken:
        case Ending::never_sent:
            return Unproduced::release;
    }
    return Unproduced::charge;
}

}  // namespace

bool may_be_worked_on(const EndingFacts& facts) noexcept {
    const bool may_be_taken = facts.status == 0 || is_success(facts.status);
    if (!facts.in_background || facts.ending == Ending::never_sent || !may_be_taken) return false;
    const bool says_end = facts.usage.ended || facts.usage.output_tokens;
    return facts.usage.unfinished || !says_end;
}

Usage settle_by(const EndingFacts& facts) noexcept {
    if (facts.ending == Ending::never_sent) {
        return {.requests = 0, .certainty = Certainty::exact, .unproduced = Unproduced::release};
    }
    if (is_refusal(facts)) return {.certainty = Certainty::exact, .unproduced = Unproduced::release};

    const bool success = is_success(facts.status);
    const bool knows_output = success && facts.usage.output_tokens.has_value() && !may_be_worked_on(facts);
    Usage usage;
    usage.input_tokens = weighted_input(facts.usage, facts.cached_input_weight);
    usage.output_tokens = knows_output
                              ? *facts.usage.output_tokens
                              : std::max(facts.usage.output_tokens.value_or(0), facts.usage.output_seen);
    const bool is_exact = knows_output && facts.usage.input_tokens.has_value();
    usage.certainty = is_exact ? Certainty::exact : Certainty::lower_bound;
    // Where only the input was left out, it stays as estimated, and the output is what was reported.
    usage.unproduced = knows_output ? Unproduced::release : unproduced_after(facts, success);
    return usage;
}

Spent spent_by(const EndingFacts& facts, const Demand& reserved) noexcept {
    if (facts.ending == Ending::never_sent || is_refusal(facts)) return {};
    const auto bounded = [](std::int64_t tokens) { return std::clamp<std::int64_t>(tokens, 0, amount_max); };
    const Usage usage = settle_by(facts);
    Spent spent = spent_as_reserved(reserved);
    if (facts.usage.input_tokens) {
        spent.input_tokens = bounded(*facts.usage.input_tokens);
        spent.weighted_input_tokens = bounded(usage.input_tokens);
        spent.cached_input_tokens =
            std::clamp<std::int64_t>(facts.usage.cached_input_tokens, 0, spent.input_tokens);
    }
    const bool is_charged = usage.unproduced == Unproduced::charge;
    spent.output_tokens =
        bounded(is_charged ? std::max(usage.output_tokens, reserved.output_tokens) : usage.output_tokens);
    return spent;
}

Amounts given_back_by(const Usage& usage, const Spent& spent, const Demand& reserved) noexcept {
    const bool runs_out = usage.unproduced == Unproduced::run_out;
    return {.requests = std::max<std::int64_t>(reserved.requests - usage.requests, 0),
            .input_tokens = std::max<std::int64_t>(reserved.input_tokens - spent.weighted_input_tokens, 0),
            .output_tokens =
                runs_out ? 0 : std::max<std::int64_t>(reserved.output_tokens - spent.output_tokens, 0)};
}

Spent spent_as_reserved(const Demand& reserved) noexcept {
    return {.input_tokens = reserved.input_tokens,
            .cached_input_tokens = 0,
            .weighted_input_tokens = reserved.input_tokens,
            .output_tokens = reserved.output_tokens};
}

}  // namespace weir::proxy
