// Few parts of few ledgers: looked for one by one.
#include "limiter/slot_parts.hpp"

#include <algorithm>
#include <utility>

#include "ledger/decide.hpp"
#include "ledger/reservation_access.hpp"

namespace weir {

namespace {

template <typename Part>
Part& part_of(std::vector<Part>& parts, std::uint16_t slot) {
    for (Part& part : parts) {
        if (part.slot == slot) return part;
    }
    return parts.emplace_back(Part{.slot = slot});
}

bool is_none(const Charge& charge) noexcept {
    return charge.window_us == 0;
}

/// In the order of the whole set.
std::vector<Charge> joined_charges(const std::vector<SlotPart>& parts, std::vector<Decision>& decisions) {
    std::vector<Charge> joined;
    for (std::size_t p = 0; p < decisions.size(); ++p) {
        std::vector<Charge>& charges = ReservationAccess::charges(*decisions[p].reservation);
        for (std::size_t i = 0; i < charges.size(); ++i) {
            joined.resize(std::max(joined.size(), parts[p].indexes[i] + 1));
            joined[parts[p].indexes[i]] = std::move(charges[i]);
        }
        ReservationAccess::close(*decisions[p].reservation);
    }
    return joined;
}

Reservation joined_reservation(const Demand& demand, const LedgerSet& ledgers,
                               const std::vector<SlotPart>& parts, std::vector<Decision>& decisions) {
    std::vector<Charge> charges = joined_charges(parts, decisions);
    const std::size_t own_end = std::min(ledgers.own().end, charges.size());
    const auto not_charged =
        std::count_if(charges.begin(), charges.begin() + static_cast<std::ptrdiff_t>(own_end), is_none);
    // Where all is admitted without being charged, there are none; nor are there any of other candidates.
    std::erase_if(charges, is_none);
    return ReservationAccess::make(demand, std::move(charges),
                                   own_end - static_cast<std::size_t>(not_charged));
}

}  // namespace

std::vector<SlotPart> parts_of(const LedgerSet& ledgers, const SlotOwners& owners) {
    return parts_of(ledgers, {0, ledgers.size()}, owners);
}

std::vector<SlotPart> parts_of(const LedgerSet& ledgers, LedgerSet::Range range, const SlotOwners& owners) {
    std::vector<SlotPart> parts;
    for (std::size_t i = range.begin; i < range.end; ++i) {
        SlotPart& part = part_of(parts, owners.slot_of(ledgers[i].ledger));
        part.ledgers.add(ledgers[i]);
        part.indexes.push_back(i);
    }
    return parts;
}

std::vector<ChargePart> parts_of(const std::vector<Charge>& charges, const SlotOwners& owners) {
    std::vector<ChargePart> parts;
    for (std::size_t i = 0; i < charges.size(); ++i) {
        ChargePart& part = part_of(parts, owners.slot_of(charges[i].ledger));
        part.charges.push_back(charges[i]);
        part.indexes.push_back(i);
    }
    return parts;
}

Decision join(const Demand& demand, const LedgerSet& ledgers, const std::vector<SlotPart>& parts,
              std::vector<Decision>& decisions, std::size_t candidate) {
    Decision& last = decisions.back();
    const bool is_admitted = last.verdict == Verdict::admitted;
    std::vector<Level> levels;
    Decision joined;
    joined.candidate = candidate;
    joined.decided_by = last.decided_by;
    for (std::size_t p = 0; p < decisions.size(); ++p) {
        const bool is_undone = !is_admitted && p + 1 < decisions.size();
        for (const std::optional<Level>& tightest : decisions[p].tightest) {
            if (!tightest) continue;
            Level level = *tightest;
            level.ledger_index = parts[p].indexes[level.ledger_index];
            if (is_undone) {
                const Limits& limits = ledgers[level.ledger_index].limits;
                level.used -= demand_on(limits, demand).of(level.dimension);
            }
            levels.push_back(level);
        }
        if (decisions[p].decided_by != StoreMode::redis) joined.decided_by = decisions[p].decided_by;
    }
    joined.verdict = last.verdict;
    joined.decided_at_us = last.decided_at_us;
    joined.tightest = tightest_of(levels, ledgers, candidate);
    joined.candidate_levels = levels_of_candidates(levels, ledgers);
    if (is_admitted) {
        joined.reservation = joined_reservation(demand, ledgers, parts, decisions);
    } else {
        joined.refusal = last.refusal;
        joined.refusal.ledger_index = parts[decisions.size() - 1].indexes[last.refusal.ledger_index];
    }
    return joined;
}

}  // namespace weir
