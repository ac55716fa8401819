// Which answers teach, and what of them.
#include "proxy/learned.hpp"

#include <algorithm>

#include "llm/estimate.hpp"
#include "proxy/http_names.hpp"

namespace weir::proxy {

namespace {

/// What the request itself says, not what such answers take at the most.
std::optional<std::int64_t> own_bound(const llm::Call& call) noexcept {
    return call.output_bound_is_guessed ? std::nullopt : call.output_bound;
}

bool may_have_output(const llm::Call& call) noexcept {
    return call.api != llm::Api::unmetered && call.output_bound != std::int64_t{0};
}

void learn_input(Learned& learned, const llm::Call& call, const CallOf& of, std::int64_t input_tokens,
                 std::int64_t now_us) {
    const std::int64_t text = text_of_estimate(call, llm::estimate_input(call, llm::EstimateMode::fitted));
    const std::int64_t others = call.input.exact_tokens + call.input.media_tokens;
    const bool is_one_model = call.further_models.empty();  // else nobody knows whose tokenizer counted
    if (!is_one_model || call.input.media_tokens_guessed > 0 || text < others) return;
    learned.calibration.learn(of.model_name(), text, input_tokens - others, now_us);
}

void learn_output(Learned& learned, const llm::Call& call, const CallOf& of, const EndingFacts& facts) {
    const llm::TappedUsage& usage = facts.usage;
    if (usage.output_tokens) {
        learned.output_lengths.learn(of.answer_of(), *usage.output_tokens, own_bound(call));
    } else if (facts.ending != Ending::whole && usage.output_seen > 0) {
        learned.output_lengths.learn_at_least(of.answer_of(), usage.output_seen, own_bound(call));
    }
}

}  // namespace

std::int64_t text_of_estimate(const llm::Call& call, std::int64_t estimated) noexcept {
    if (call.api == llm::Api::unmetered) return 0;
    return std::max<std::int64_t>(estimated - call.input.exact_tokens - call.input.media_tokens, 0);
}

Experience experience_with(const Learned& learned, const config::Config& config, const config::Tier& tier,
                           const llm::Call& call, const CallOf& of) {
    Experience experience;
    if (call.api == llm::Api::unmetered || tier.estimate_bound) return experience;
    if (config.calibrate) experience.input_factor = learned.calibration.factor(of.model_name().key());
    if (tier.reserve == config::Reserve::learned && may_have_output(call)) {
        experience.output_tokens =
            learned.output_lengths.quantile(of.answer_of(), tier.reserve_quantile, own_bound(call));
    }
    return experience;
}

void learn_from_answer(Learned& learned, const llm::Call& call, const CallOf& of, const EndingFacts& facts,
                       std::int64_t now_us) {
    const llm::TappedUsage& usage = facts.usage;
    if (!is_success(facts.status) || usage.failed || usage.has_error) return;
    if (usage.input_tokens) learn_input(learned, call, of, *usage.input_tokens, now_us);
    if (may_have_output(call)) learn_output(learned, call, of, facts);
}

}  // namespace weir::proxy
