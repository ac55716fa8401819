// The part of an exchange that learns: what it knows beforehand, and what its answer teaches.
#include "proxy/exchange.hpp"
#include "proxy/learned.hpp"

namespace weir::proxy {

/// By the upstream that is asked first: the demand is one, whoever has room for it.
Experience Exchange::experience() const {
    const config::Upstream& first = config().upstreams[choice_->left().front()];
    return experience_with(*worker_.learned, config(), *subject_->tier, call_,
                           {record_.key_id, call_.model, first.name});
}

Growth Exchange::growth() const {
    Growth growth{.output_bound = call_.output_bound.value_or(unlimited)};
    if (!is_metered() || subject_->tier->reserve == config::Reserve::none) return growth;
    growth.lengths = &worker_.learned->output_lengths;
    growth.key_id = record_.key_id;
    growth.model = call_.model;
    return growth;
}

void Exchange::teach(const Demand& reserved) {
    if (!is_metered()) return;
    learn_from_answer(*worker_.learned, call_, {record_.key_id, call_.model, record_.upstream}, facts_,
                      worker_.clock.now_us());
    if (!is_success(facts_.status)) return;
    const llm::TappedUsage& usage = facts_.usage;
    if (usage.input_tokens) worker_.metrics.count_estimate(reserved.input_tokens, spent_.input_tokens);
    if (usage.output_tokens) worker_.metrics.count_reservation(reserved.output_tokens, spent_.output_tokens);
}

}  // namespace weir::proxy
