// From a subject, a model and an upstream to the ledgers that apply.
#include <algorithm>

#include "policy/policy.hpp"
#include "text/hex.hpp"

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

std::string tenant_tag(std::string_view tenant) {
    std::uint32_t hash = 2166136261U;
    for (const char c : tenant) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    std::string tag;
    text::append_hex(tag, hash, 8);
    return tag;
}

std::string_view owner_name(const LedgerLimits& ledger) noexcept {
    const std::string_view name = ledger.ledger;
    const std::size_t first = name.find(':');
    const std::size_t last = name.rfind(':');
    // A store's overflow ledger has no owner.
    if (first == std::string_view::npos || first == last) return {};
    return name.substr(first + 1, last - first - 1);
}

void append_ledgers(std::vector<LedgerLimits>& ledgers, const LedgerOwner& owner,
                    const config::LimitSet& limits) {
    const auto first = static_cast<std::ptrdiff_t>(ledgers.size());
    const auto find = [&](std::int64_t window_us, bool enforced) {
        return std::find_if(ledgers.begin() + first, ledgers.end(), [&](const LedgerLimits& ledger) {
            return ledger.window_us == window_us && ledger.enforced == enforced;
        });
    };
    for (const config::LimitSpec& spec : limits) {
        const bool enforced = owner.enforced && spec.enforced;
        auto ledger = find(spec.window_us, enforced);
        if (ledger == ledgers.end()) {
            std::string name(to_string(owner.scope));
            name.append(":").append(owner.id).append(":").append(std::to_string(spec.window_us));
            ledger = ledgers.insert(ledger, LedgerLimits{.ledger = std::move(name),
                                                         .tenant_tag = tenant_tag(owner.tenant),
                                                         .scope = owner.scope,
                                                         .window_us = spec.window_us,
                                                         .limits = {},
                                                         .may_overflow = owner.may_overflow,
                                                         .enforced = enforced});
        }
        ledger->limits.set(spec.dimension, std::min(ledger->limits.of(spec.dimension), spec.limit));
    }
    // Alone in its window, one in shadow mode has the usual name: what was used outlives a change of mode.
    for (auto ledger = ledgers.begin() + first; ledger != ledgers.end(); ++ledger) {
        const bool has_both = !ledger->enforced && find(ledger->window_us, true) != ledgers.end();
        if (has_both) ledger->ledger.append(shadow_suffix);
    }
}

namespace {

std::string_view tenant_of(const Subject& subject) noexcept {
    return subject.group != nullptr ? std::string_view(subject.group->name) : subject.ledger_id;
}

/// The key's own ledgers and its group's.
void append_subject(std::vector<LedgerLimits>& ledgers, const Subject& subject) {
    const bool is_unknown = subject.key == nullptr;
    const LedgerOwner key{Scope::key, subject.ledger_id, tenant_of(subject), is_unknown,
                          subject.tier->enforced};
    append_ledgers(
        ledgers, key,
        is_unknown ? subject.tier->limits : replace_by_dimension(subject.tier->limits, subject.key->limits));
    if (subject.group != nullptr) {
        append_ledgers(ledgers, {Scope::group, subject.group->name, subject.group->name},
                       subject.group->limits);
    }
}

void append_model(std::vector<LedgerLimits>& ledgers, const Subject& subject,
                  const config::ModelLimits& model) {
    const std::string id = subject.ledger_id + "/" + model.pattern;
    append_ledgers(
        ledgers,
        {Scope::key_on_model, id, tenant_of(subject), subject.key == nullptr, subject.tier->enforced},
        model.limits);
}

/// Each that matches once, and not the one that is there already.
void append_further_models(std::vector<LedgerLimits>& ledgers, const Subject& subject,
                           std::span<const std::string> models, const config::ModelLimits* present) {
    std::vector<const config::ModelLimits*> seen{present, nullptr};
    for (const std::string& model : models) {
        const config::ModelLimits* limits = match_model(subject.tier->models, model);
        if (std::find(seen.begin(), seen.end(), limits) != seen.end()) continue;
        seen.push_back(limits);
        append_model(ledgers, subject, *limits);
    }
}

void append_upstream(std::vector<LedgerLimits>& ledgers, const config::Upstream& upstream) {
    append_ledgers(ledgers, {Scope::upstream, upstream.name, upstream.name}, upstream.limits);
}

}  // namespace

Applicable Policy::limits_for(const Subject& subject, std::string_view model,
                              const config::Upstream& upstream,
                              std::span<const std::string> further_models) const {
    Applicable applicable;
    applicable.ledgers.reserve(4);
    append_subject(applicable.ledgers, subject);
    const config::ModelLimits* limits_of_model = match_model(subject.tier->models, model);
    if (limits_of_model != nullptr) append_model(applicable.ledgers, subject, *limits_of_model);
    if (!further_models.empty()) {
        append_further_models(applicable.ledgers, subject, further_models, limits_of_model);
    }
    append_upstream(applicable.ledgers, upstream);

    // A limit of 0 blocks what is demanded: of a demand cut to 0 it would see nothing.
    const auto cut_to = [&](std::int64_t limit) {
        if (limit > 0) applicable.output_default = std::min(applicable.output_default, limit);
    };
    applicable.output_default = subject.tier->output_default;
    for (const LedgerLimits& ledger : applicable.ledgers) {
        if (!ledger.enforced) continue;
        const Limits& limits = ledger.limits;
        applicable.input_limit = std::min(applicable.input_limit, limits.of(Dimension::input_tokens));
        applicable.total_limit = std::min(applicable.total_limit, limits.of(Dimension::total_tokens));
        cut_to(limits.of(Dimension::output_tokens));
    }
    cut_to(applicable.total_limit);
    return applicable;
}

std::vector<LedgerLimits> Policy::ledgers_of(const Subject& subject, const config::Upstream& upstream) const {
    std::vector<LedgerLimits> ledgers;
    append_subject(ledgers, subject);
    for (const config::ModelLimits& model : subject.tier->models) append_model(ledgers, subject, model);
    append_upstream(ledgers, upstream);
    return ledgers;
}

}  // namespace weir::policy
