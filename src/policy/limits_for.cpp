// From a subject, a model and the upstreams that may serve it to the ledgers that apply.
#include <algorithm>
#include <iterator>
#include <limits>

#include "policy/index.hpp"
#include "policy/ledgers.hpp"
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
    const std::string_view name = ledger.ledger.name();
    const std::size_t first = name.find(':');
    const std::size_t last = name.rfind(':');
    // A store's overflow ledger has no owner.
    if (first == std::string_view::npos || first == last) return {};
    return name.substr(first + 1, last - first - 1);
}

void append_ledgers(std::vector<LedgerLimits>& ledgers, const LedgerOwner& owner,
                    const config::LimitSet& limits) {
    const auto first = static_cast<std::ptrdiff_t>(ledgers.size());
    const auto find = [&](std::int64_t window_us, bool in_flight, bool enforced) {
        return std::find_if(ledgers.begin() + first, ledgers.end(), [&](const LedgerLimits& ledger) {
            return ledger.window_us == window_us && ledger.limits.counts_in_flight() == in_flight &&
                   ledger.enforced == enforced;
        });
    };
    const std::string tag = tenant_tag(owner.tenant);
    for (const config::LimitSpec& spec : limits) {
        const bool enforced = owner.enforced && spec.enforced;
        const bool in_flight = spec.dimension == Dimension::in_flight;
        auto ledger = find(spec.window_us, in_flight, enforced);
        if (ledger == ledgers.end()) {
            std::string name(to_string(owner.scope));
            name.append(":").append(owner.id).append(":");
            name.append(in_flight ? std::string(to_string(Dimension::in_flight))
                                  : std::to_string(spec.window_us));
            ledger = ledgers.insert(ledger, LedgerLimits{.ledger = LedgerName(name, tag),
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
        const bool in_flight = ledger->limits.counts_in_flight();
        const bool has_both = !ledger->enforced && find(ledger->window_us, in_flight, true) != ledgers.end();
        if (has_both)
            ledger->ledger = LedgerName(std::string(ledger->ledger.name()).append(shadow_suffix), tag);
    }
}

namespace {

std::string_view tenant_of(const Subject& subject) noexcept {
    return subject.group != nullptr ? std::string_view(subject.group->name) : subject.ledger_id;
}

}  // namespace

std::vector<LedgerLimits> ledgers_of_key(const Subject& subject) {
    std::vector<LedgerLimits> ledgers;
    const bool is_unknown = subject.key == nullptr;
    const LedgerOwner owner{Scope::key, subject.ledger_id, tenant_of(subject), is_unknown,
                            subject.tier->enforced};
    append_ledgers(
        ledgers, owner,
        is_unknown ? subject.tier->limits : replace_by_dimension(subject.tier->limits, subject.key->limits));
    return ledgers;
}

namespace {

/// A limit that is none stays none; only 0 blocks.
config::LimitSet cut_to_ceiling(config::LimitSet limits, double ceiling) {
    if (ceiling >= 1) return limits;
    for (config::LimitSpec& spec : limits) {
        const auto part = static_cast<std::int64_t>(static_cast<double>(spec.limit) * ceiling);
        if (spec.limit > 0) spec.limit = std::max<std::int64_t>(part, 1);
    }
    return limits;
}

}  // namespace

std::vector<LedgerLimits> ledgers_of_group(const config::Group& group, double ceiling) {
    std::vector<LedgerLimits> ledgers;
    append_ledgers(ledgers, {Scope::group, group.name, group.name}, cut_to_ceiling(group.limits, ceiling));
    return ledgers;
}

std::vector<LedgerLimits> ledgers_of_upstream(const config::Upstream& upstream, double ceiling) {
    std::vector<LedgerLimits> ledgers;
    append_ledgers(ledgers, {Scope::upstream, upstream.name, upstream.name},
                   cut_to_ceiling(upstream.limits, ceiling));
    return ledgers;
}

std::vector<LedgerLimits> ledgers_on_model(const Subject& subject, const config::ModelLimits& model) {
    std::vector<LedgerLimits> ledgers;
    const std::string id = subject.ledger_id + "/" + model.pattern;
    append_ledgers(
        ledgers,
        {Scope::key_on_model, id, tenant_of(subject), subject.key == nullptr, subject.tier->enforced},
        model.limits);
    return ledgers;
}

namespace {

void add_all(LedgerSet& set, const std::vector<LedgerLimits>& ledgers) {
    for (const LedgerLimits& ledger : ledgers) set.add(ledger);
}

/// Without limits in shadow mode: they must not send a request to another upstream.
void add_candidate(LedgerSet& set, const std::vector<LedgerLimits>& ledgers) {
    set.begin_candidate();
    for (const LedgerLimits& ledger : ledgers) {
        if (ledger.enforced) set.add(ledger);
    }
}

void make(Applicable& applicable, std::vector<LedgerLimits> ledgers) {
    add_all(applicable.ledgers, applicable.made.emplace_back(std::move(ledgers)));
}

void append_subject(Applicable& applicable, const Subject& subject) {
    if (subject.compiled != nullptr) {
        add_all(applicable.ledgers, subject.compiled->own);
        if (subject.compiled->of_group != nullptr) add_all(applicable.ledgers, *subject.compiled->of_group);
        return;
    }
    applicable.made.reserve(3);  // key, group, model
    make(applicable, ledgers_of_key(subject));
    if (subject.group != nullptr) make(applicable, ledgers_of_group(*subject.group, subject.tier->ceiling));
}

void append_model(Applicable& applicable, const Subject& subject, const config::ModelLimits& model) {
    if (subject.compiled == nullptr || subject.compiled->by_model.empty())
        return make(applicable, ledgers_on_model(subject, model));
    const auto index = static_cast<std::size_t>(&model - subject.tier->models.data());
    add_all(applicable.ledgers, subject.compiled->by_model[index]);
}

/// Each that matches once, and not the one that is there already.
void append_further_models(Applicable& applicable, const Subject& subject,
                           std::span<const std::string> models, const config::ModelLimits* present) {
    std::vector<const config::ModelLimits*> seen{present, nullptr};
    for (const std::string& model : models) {
        const config::ModelLimits* limits = match_model(subject.tier->models, model);
        if (std::find(seen.begin(), seen.end(), limits) != seen.end()) continue;
        seen.push_back(limits);
        append_model(applicable, subject, *limits);
    }
}

/// Of each dimension, over the ledgers that are enforced.
Limits tightest_of(const LedgerSet& ledgers, LedgerSet::Range range) noexcept {
    Limits tightest;
    for (std::size_t i = range.begin; i < range.end; ++i) {
        if (!ledgers[i].enforced) continue;
        for (const Dimension dimension : all_dimensions)
            tightest.set(dimension, std::min(tightest.of(dimension), ledgers[i].limits.of(dimension)));
    }
    return tightest;
}

/// What a request with any output can be cut to; 0: it is blocked.
std::int64_t output_bound_of(const Limits& limits) noexcept {
    return *std::min_element(limits.by_dimension.begin(), limits.by_dimension.end()) == 0
               ? 0
               : std::min(limits.of(Dimension::output_tokens), limits.of(Dimension::total_tokens));
}

void cut_to_limits(Applicable& applicable, std::int64_t output_default) {
    // A limit of 0 blocks what is demanded: of a demand cut to 0 it would see nothing.
    const auto cut_to = [&](std::int64_t limit) {
        if (limit > 0) applicable.output_default = std::min(applicable.output_default, limit);
    };
    applicable.output_default = output_default;
    const LedgerSet& ledgers = applicable.ledgers;
    const Limits own = tightest_of(ledgers, ledgers.own());
    applicable.input_limit = own.of(Dimension::input_tokens);
    applicable.output_limit = own.of(Dimension::output_tokens);
    applicable.total_limit = own.of(Dimension::total_tokens);
    cut_to(own.of(Dimension::output_tokens));
    cut_to(applicable.total_limit);
    std::int64_t most_allowed = 0;
    for (std::size_t number = 0; number < ledgers.candidate_count(); ++number) {
        const Limits limits = tightest_of(ledgers, ledgers.candidate(number));
        most_allowed = std::max(most_allowed, output_bound_of(limits));
    }
    cut_to(most_allowed);
}

/// The most of that dimension that one of them allows beside so much of the other; without any there is no
/// end.
std::int64_t room_of_candidates(const LedgerSet& ledgers, Dimension dimension,
                                std::int64_t of_other) noexcept {
    if (ledgers.candidate_count() == 0) return unlimited;
    std::int64_t most = std::numeric_limits<std::int64_t>::min();
    for (std::size_t number = 0; number < ledgers.candidate_count(); ++number) {
        const Limits limits = tightest_of(ledgers, ledgers.candidate(number));
        if (limits.of(Dimension::requests) == 0) continue;  // it takes nothing at all
        most = std::max(most, std::min(limits.of(dimension), limits.of(Dimension::total_tokens) - of_other));
    }
    return most;
}

}  // namespace

std::int64_t Applicable::input_room(std::int64_t output_tokens) const noexcept {
    const std::int64_t own = std::min(input_limit, total_limit - output_tokens);
    return std::min(own, room_of_candidates(ledgers, Dimension::input_tokens, output_tokens));
}

std::int64_t Applicable::output_room(std::int64_t input_tokens) const noexcept {
    const std::int64_t own = std::min(output_limit, total_limit - input_tokens);
    return std::min(own, room_of_candidates(ledgers, Dimension::output_tokens, input_tokens));
}

Applicable Policy::limits_for(const Subject& subject, std::string_view model,
                              std::span<const std::size_t> upstreams,
                              std::span<const std::string> further_models) const {
    Applicable applicable;
    append_subject(applicable, subject);
    const config::ModelLimits* limits_of_model = match_model(subject.tier->models, model);
    if (limits_of_model != nullptr) append_model(applicable, subject, *limits_of_model);
    if (!further_models.empty()) {
        append_further_models(applicable, subject, further_models, limits_of_model);
    }
    const auto& of_upstreams = index_->shared.at(subject.tier->ceiling).upstreams;
    if (upstreams.size() == 1) {
        add_all(applicable.ledgers, of_upstreams[upstreams.front()]);
    } else {
        for (const std::size_t upstream : upstreams)
            add_candidate(applicable.ledgers, of_upstreams[upstream]);
    }
    cut_to_limits(applicable, subject.tier->output_default);
    return applicable;
}

std::vector<LedgerLimits> Policy::ledgers_of(const Subject& subject) const {
    std::vector<LedgerLimits> ledgers = ledgers_of_key(subject);
    const auto append = [&](std::vector<LedgerLimits> more) {
        std::move(more.begin(), more.end(), std::back_inserter(ledgers));
    };
    if (subject.group != nullptr) append(ledgers_of_group(*subject.group, subject.tier->ceiling));
    for (const config::ModelLimits& model : subject.tier->models) append(ledgers_on_model(subject, model));
    for (const std::vector<LedgerLimits>& of_upstream : index_->shared.at(subject.tier->ceiling).upstreams)
        append(of_upstream);
    return ledgers;
}

std::span<const LedgerLimits> Policy::upstream_ledgers(std::size_t upstream) const noexcept {
    return index_->shared.at(1.0).upstreams[upstream];
}

LedgerSet Policy::candidates(const Subject& subject, std::span<const std::size_t> upstreams) const {
    const auto& of_upstreams = index_->shared.at(subject.tier->ceiling).upstreams;
    LedgerSet set;
    for (const std::size_t upstream : upstreams) add_candidate(set, of_upstreams[upstream]);
    return set;
}

}  // namespace weir::policy
