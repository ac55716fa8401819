// Which refusals hold, and for which demands.
#include "limiter/refusal_cache.hpp"

#include <algorithm>

namespace weir {

namespace {

bool same_limits(const LedgerSet& ledgers, const std::vector<Limits>& limits) noexcept {
    return std::equal(ledgers.begin(), ledgers.end(), limits.begin(), limits.end(),
                      [](const LedgerLimits& ledger, const Limits& known) { return ledger.limits == known; });
}

std::ptrdiff_t count_limiting(const std::vector<Limits>& limits, Dimension dimension) noexcept {
    return std::count_if(limits.begin(), limits.end(),
                         [&](const Limits& ledger) { return ledger.of(dimension) != unlimited; });
}

/// Where requests in flight are limited a refusal by another dimension is the longest only while it is longer
/// than what all of those would have.
std::int64_t least_wait_us(const std::vector<Limits>& limits) noexcept {
    const bool any_in_flight = std::any_of(limits.begin(), limits.end(),
                                           [](const Limits& ledger) { return ledger.counts_in_flight(); });
    return any_in_flight ? in_flight_retry_us : 0;
}

/// The wait in each dimension of each ledger grows with what is demanded of it, and a refusal names the
/// longest. So it stays the longest where nothing else is demanded more of; with several ledgers that limit
/// the refusing dimension, more of it may wait longer in another one.
bool answers(const KnownRefusal& known, const std::vector<Limits>& limits, const Demand& demand) noexcept {
    // In flight a demand takes as many slots as it has requests.
    const auto of = [](const Demand& asked, Dimension dimension) {
        return dimension == Dimension::in_flight ? asked.requests : asked.of(dimension);
    };
    return std::all_of(all_dimensions.begin(), all_dimensions.end(), [&](Dimension dimension) {
        const std::int64_t wanted = of(demand, dimension);
        const std::int64_t refused = of(known.demand, dimension);
        const std::ptrdiff_t limiting = count_limiting(limits, dimension);
        if (dimension == known.refusal.dimension) {
            return wanted >= refused && wanted - refused <= (limiting == 1 ? known.alike_more : 0);
        }
        return wanted <= refused || limiting == 0;
    });
}

}  // namespace

bool RefusalCache::holds(const KnownRefusal& refusal, std::int64_t now_us) const noexcept {
    const std::int64_t age_us = now_us - refusal.sent_us;
    return age_us >= 0 && age_us < std::min(refusal.refusal.retry_after_us, kept_us_);
}

bool RefusalCache::has_place(std::int64_t now_us) {
    if (sets_.size() < sets_max) return true;
    std::erase_if(sets_, [&](const auto& named) {
        const auto& refusals = named.second.refusals;
        return std::none_of(refusals.begin(), refusals.end(),
                            [&](const KnownRefusal& refusal) { return holds(refusal, now_us); });
    });
    return sets_.size() < sets_max;
}

void RefusalCache::learn(const std::string& set, const LedgerSet& ledgers, const KnownUnder& under,
                         const KnownRefusal& refusal) {
    // A slot may get free at any time.
    if (refusal.refusal.dimension == Dimension::in_flight) return;
    if (!holds(refusal, refusal.received_us)) return;
    auto found = sets_.find(set);
    if (found == sets_.end()) {
        if (!has_place(refusal.received_us)) return;
        found = sets_.try_emplace(set).first;
    }
    Set& known = found->second;
    if (known.under != under || !same_limits(ledgers, known.limits)) {
        known = {.under = under, .limits = {}, .refusals = {}, .oldest = 0};
        for (const LedgerLimits& ledger : ledgers) known.limits.push_back(ledger.limits);
    }
    if (known.refusals.size() < refusals_per_set_max) {
        known.refusals.push_back(refusal);
    } else {
        known.refusals[known.oldest] = refusal;
        known.oldest = (known.oldest + 1) % refusals_per_set_max;
    }
}

std::optional<KnownRefusal> RefusalCache::find(const std::string& set, const Demand& demand,
                                               const LedgerSet& ledgers, const KnownUnder& under,
                                               std::int64_t now_us) const {
    const auto found = sets_.find(set);
    if (found == sets_.end()) return std::nullopt;
    const Set& known = found->second;
    if (known.under != under || !same_limits(ledgers, known.limits)) return std::nullopt;
    const std::int64_t least_us = least_wait_us(known.limits);
    const auto refusal =
        std::find_if(known.refusals.rbegin(), known.refusals.rend(), [&](const KnownRefusal& one) {
            const std::int64_t left_us = one.refusal.retry_after_us - (now_us - one.received_us);
            return holds(one, now_us) && left_us > least_us && answers(one, known.limits, demand);
        });
    if (refusal == known.refusals.rend()) return std::nullopt;
    KnownRefusal cached = *refusal;
    // From when the answer came: whoever comes back then comes no earlier than there is room.
    const std::int64_t age_us = now_us - cached.received_us;
    cached.refusal.requested = demand.of(cached.refusal.dimension);
    cached.refusal.retry_after_us -= age_us;
    for (auto& level : cached.tightest) {
        if (level) level->reset_us = std::max<std::int64_t>(level->reset_us - age_us, 0);
    }
    return cached;
}

}  // namespace weir
