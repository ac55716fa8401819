// From a subject, a model and an upstream to the ledgers that apply.
#include <algorithm>

#include "policy/policy.hpp"

namespace weir::policy {

config::LimitSet replace_by_dimension(const config::LimitSet& tier, const config::LimitSet& own) {
    config::LimitSet limits = own;
    for (const config::LimitSpec& spec : tier) {
        const bool replaced = std::any_of(own.begin(), own.end(), [&](const config::LimitSpec& other) {
            return other.dimension == spec.dimension;
        });
        if (!replaced) limits.push_back(spec);
    }
    return limits;
}

const config::ModelLimits* match_model(const std::vector<config::ModelLimits>& models,
                                       std::string_view model) {
    const config::ModelLimits* best = nullptr;
    for (const config::ModelLimits& candidate : models) {
        const std::string_view pattern = candidate.pattern;
        const bool matches = !pattern.empty() && pattern.back() == '*'
                                 ? model.starts_with(pattern.substr(0, pattern.size() - 1))
                                 : model == pattern;
        if (matches && (best == nullptr || pattern.size() > best->pattern.size())) best = &candidate;
    }
    return best;
}

void append_ledgers(std::vector<LedgerLimits>& ledgers, Scope scope, std::string_view id,
                    const config::LimitSet& limits, bool may_overflow) {
    const std::size_t first = ledgers.size();
    for (const config::LimitSpec& spec : limits) {
        auto ledger =
            std::find_if(ledgers.begin() + static_cast<std::ptrdiff_t>(first), ledgers.end(),
                         [&](const LedgerLimits& other) { return other.window_us == spec.window_us; });
        if (ledger == ledgers.end()) {
            std::string name(to_string(scope));
            name.append(":").append(id).append(":").append(std::to_string(spec.window_us));
            ledger = ledgers.insert(ledger,
                                    LedgerLimits{std::move(name), scope, spec.window_us, {}, may_overflow});
        }
        ledger->limits.set(spec.dimension, std::min(ledger->limits.of(spec.dimension), spec.limit));
    }
}

namespace {

/// The key's own ledgers and its group's.
void append_subject(std::vector<LedgerLimits>& ledgers, const Subject& subject) {
    if (subject.key == nullptr) {
        append_ledgers(ledgers, Scope::key, subject.ledger_id, subject.tier->limits, true);
    } else {
        append_ledgers(ledgers, Scope::key, subject.ledger_id,
                       replace_by_dimension(subject.tier->limits, subject.key->limits), false);
    }
    if (subject.group != nullptr) {
        append_ledgers(ledgers, Scope::group, subject.group->name, subject.group->limits, false);
    }
}

void append_model(std::vector<LedgerLimits>& ledgers, const Subject& subject,
                  const config::ModelLimits& model) {
    append_ledgers(ledgers, Scope::key_on_model, subject.ledger_id + "/" + model.pattern, model.limits,
                   subject.key == nullptr);
}

}  // namespace

Applicable Policy::limits_for(const Subject& subject, std::string_view model,
                              const config::Upstream& upstream) const {
    Applicable applicable;
    applicable.ledgers.reserve(4);
    append_subject(applicable.ledgers, subject);
    if (const config::ModelLimits* limits = match_model(subject.tier->models, model)) {
        append_model(applicable.ledgers, subject, *limits);
    }
    append_ledgers(applicable.ledgers, Scope::upstream, upstream.name, upstream.limits, false);

    applicable.output_default = subject.tier->output_default;
    for (const LedgerLimits& ledger : applicable.ledgers) {
        for (const Dimension dimension : {Dimension::output_tokens, Dimension::total_tokens}) {
            applicable.output_default = std::min(applicable.output_default, ledger.limits.of(dimension));
        }
    }
    return applicable;
}

std::vector<LedgerLimits> Policy::ledgers_of(const Subject& subject, const config::Upstream& upstream) const {
    std::vector<LedgerLimits> ledgers;
    append_subject(ledgers, subject);
    for (const config::ModelLimits& model : subject.tier->models) append_model(ledgers, subject, model);
    append_ledgers(ledgers, Scope::upstream, upstream.name, upstream.limits, false);
    return ledgers;
}

}  // namespace weir::policy
