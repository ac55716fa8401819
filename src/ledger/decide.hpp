// One verdict out of several ledgers. Pure.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "weir/ledger_set.hpp"
#include "weir/limit.hpp"
#include "weir/window.hpp"

namespace weir {

/// The demand could never be admitted, whatever the ledgers hold: by its own, or by any candidate.
std::optional<Impossible> find_impossible(const Demand& demand, const LedgerSet& ledgers) noexcept;

/// The same of the ledgers of one range alone.
bool is_impossible(const Demand& demand, const LedgerSet& ledgers, LedgerSet::Range range) noexcept;

/// Who admits, or why nobody does.
struct Choice {
    std::optional<Refusal> refusal = {};
    std::size_t candidate = 0;  ///< as in Decision
};

/// Its own ledgers and those of a candidate have room; or the refusal of the one that has to wait longest.
/// `windows` in the order of `ledgers`, trimmed; nullptr for a ledger that holds nothing.
/// REQUIRES: the demand is not impossible.
Choice choose(const Demand& demand, const LedgerSet& ledgers, std::span<const Window* const> windows,
              std::int64_t now_us);

/// A level for each limited dimension of one ledger.
void append_levels(std::vector<Level>& levels, std::size_t ledger_index, const LedgerLimits& ledger,
                   const Window* window, std::int64_t now_us);

/// Of each dimension the level with the least remaining; of equal ones that which resets last. Of the ledgers
/// that are enforced: the others hold nobody up. Those of other candidates than this do not count.
std::array<std::optional<Level>, dimension_count> tightest_of(std::span<const Level> levels,
                                                              const LedgerSet& ledgers,
                                                              std::size_t candidate);

/// Of `levels` those of candidates' ledgers.
std::vector<Level> levels_of_candidates(std::span<const Level> levels, const LedgerSet& ledgers);

}  // namespace weir
