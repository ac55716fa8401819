// Averages, in floating point: a turn is an estimate, and only the store decides.
#include "proxy/wait_estimate.hpp"

namespace weir::proxy {

namespace {

Room room_of(const Level& level, const LedgerSet& ledgers, std::int64_t now_us) {
    const LedgerLimits& ledger = ledgers[level.ledger_index];
    const bool in_flight = level.dimension == Dimension::in_flight;
    return {.limit = level.limit,
            .remaining = level.remaining(),
            .window_us = in_flight ? 0 : ledger.window_us,
            .resets_at_us = in_flight ? std::numeric_limits<std::int64_t>::max() : now_us + level.reset_us};
}

bool fits(const Demand& demand, const LedgerSet& ledgers, LedgerSet::Range range) {
    for (std::size_t index = range.begin; index < range.end; ++index) {
        const LedgerLimits& ledger = ledgers[index];
        const Demand asked = demand_on(ledger.limits, demand);
        for (const Dimension dimension : all_dimensions) {
            if (ledger.enforced && asked.of(dimension) > 0 &&
                asked.of(dimension) > ledger.limits.of(dimension))
                return false;
        }
    }
    return true;
}

}  // namespace

Obstacle obstacle_of(const Decision& decision, const LedgerSet& ledgers, std::int64_t now_us) {
    const Refusal& refusal = decision.refusal;
    const LedgerLimits& ledger = ledgers[refusal.ledger_index];
    Obstacle obstacle{.ledger = ledger.ledger.key(),
                      .dimension = refusal.dimension,
                      .limit = ledger.limits.of(refusal.dimension),
                      .due_us = now_us + refusal.retry_after_us,
                      .missing = refusal.used + refusal.requested - refusal.limit,
                      .used = refusal.used,
                      .room = {.limit = refusal.limit,
                               .remaining = std::max<std::int64_t>(refusal.limit - refusal.used, 0),
                               .window_us = refusal.dimension == Dimension::in_flight ? 0 : ledger.window_us},
                      .tightest = {},
                      .levels = decision.tightest,
                      .decided_at_us = decision.decided_at_us,
                      .decided_by = decision.decided_by};
    for (const std::optional<Level>& level : decision.tightest) {
        if (!level || level->limit == unlimited) continue;
        const Room room = room_of(*level, ledgers, now_us);
        obstacle.tightest[static_cast<std::size_t>(level->dimension)] = room;
        if (level->ledger_index == refusal.ledger_index && level->dimension == refusal.dimension)
            obstacle.room.resets_at_us = room.resets_at_us;
    }
    return obstacle;
}

std::int64_t room_at_us(const Room& room, std::int64_t needed, std::int64_t first, std::int64_t first_us) {
    const std::int64_t rest = needed - first;
    if (rest <= 0 || room.window_us == 0 || room.limit <= 0) return first_us;
    const double rate_us = static_cast<double>(room.window_us) / static_cast<double>(room.limit);
    const std::int64_t at_us = first_us + static_cast<std::int64_t>(static_cast<double>(rest) * rate_us);
    if (needed > room.limit) return at_us;
    return std::min(at_us, std::max(room.resets_at_us, first_us));
}

bool may_ever_fit(const Demand& demand, const LedgerSet& ledgers) {
    if (!fits(demand, ledgers, ledgers.own())) return false;
    if (ledgers.candidate_count() == 0) return true;
    for (std::size_t number = 0; number < ledgers.candidate_count(); ++number) {
        if (fits(demand, ledgers, ledgers.candidate(number))) return true;
    }
    return false;
}

}  // namespace weir::proxy
