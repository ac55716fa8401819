// Ledgers of several slots, slot by slot. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ledger/charge.hpp"
#include "limiter/slot_owners.hpp"
#include "weir/ledger_set.hpp"
#include "weir/limiter.hpp"

namespace weir {

/// The part of a set that lies in one slot, in the order of the set.
struct SlotPart {
    std::uint16_t slot = 0;
    LedgerSet ledgers{};
    std::vector<std::size_t> indexes{};  ///< in the whole set
};
/// Of the ledgers of that range; in the order of the first ledger of each.
std::vector<SlotPart> parts_of(const LedgerSet& ledgers, LedgerSet::Range range, const SlotOwners& owners);
/// Of all ledgers, those of all candidates among them.
std::vector<SlotPart> parts_of(const LedgerSet& ledgers, const SlotOwners& owners);

/// The same of charges.
struct ChargePart {
    std::uint16_t slot = 0;
    std::vector<Charge> charges{};
    std::vector<std::size_t> indexes{};
};
std::vector<ChargePart> parts_of(const std::vector<Charge>& charges, const SlotOwners& owners);

/// One decision out of those of the first parts, as far as they were asked: all have admitted, but perhaps
/// the last. What a refusal's earlier parts had taken is not counted: it is undone. `candidate`: the one that
/// the parts are of, as in Decision.
Decision join(const Demand& demand, const LedgerSet& ledgers, const std::vector<SlotPart>& parts,
              std::vector<Decision>& decisions, std::size_t candidate = 0);

}  // namespace weir
