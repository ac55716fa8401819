// One verdict out of several ledgers. Pure.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "weir/ledger_set.hpp"
#include "weir/limit.hpp"
#include "weir/window.hpp"

namespace weir {

/// The demand could never be admitted, whatever the ledgers hold.
std::optional<Impossible> find_impossible(const Demand& demand, const LedgerSet& ledgers) noexcept;

/// All ledgers have room, or the refusal of the one that has to wait longest. `windows` in the order of
/// `ledgers`, trimmed; nullptr for a ledger that holds nothing.
std::optional<Refusal> find_refusal(const Demand& demand, const LedgerSet& ledgers,
                                    std::span<const Window* const> windows, std::int64_t now_us);

/// A level for each limited dimension of one ledger.
void append_levels(std::vector<Level>& levels, std::size_t ledger_index, const LedgerLimits& ledger,
                   const Window* window, std::int64_t now_us);

/// Of each dimension the level with the least remaining; of equal ones that which resets last. Of the ledgers
/// that are enforced: the others hold nobody up.
std::array<std::optional<Level>, dimension_count> tightest_of(std::span<const Level> levels,
                                                              const LedgerSet& ledgers);

}  // namespace weir
