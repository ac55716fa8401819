// What was asked of a limiter, from where, when, and what it answered; and whether one limiter that does one
// thing after the other could have answered so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/ledger_set.hpp"
#include "weir/limit.hpp"

namespace weir::testing {

enum class Asked : std::uint8_t { reserve, progress, settle, peek };

struct HistoryEvent {
    Asked what = Asked::reserve;
    std::size_t node = 0;
    std::vector<LedgerLimits> ledgers;  ///< of reserve and peek
    std::size_t own_ledgers = 0;        ///< the first ones; each of the others is a candidate
    Demand demand;                      ///< of reserve
    std::size_t reservation = 0;        ///< of progress and settle: the event that made it
    Usage usage;
    std::int64_t date_us = 0;  ///< by the store's clock, which stands still while the event lasts
    /// Of all events, on one count: a smaller one was earlier.
    std::uint64_t invoked = 0;
    std::uint64_t returned = 0;
    bool is_lost = false;  ///< no answer came: it may have run, then or later, or not at all
    Verdict verdict = Verdict::refused;
    Refusal refusal;
    std::size_t candidate = 0;
    std::vector<Level> levels;  ///< of peek

    LedgerSet set() const;
};

using History = std::vector<HistoryEvent>;

/// What a store does not promise.
struct HistoryLeave {
    /// A node may repeat a refusal that is younger than this, unless it has itself changed one of the ledgers
    /// since.
    std::int64_t refusals_kept_us = 0;
    /// A settlement corrects one ledger after the other.
    bool settles_by_ledger = false;
};

/// Empty where there is an order that explains every answer; else the history, and how far the search came.
/// Verdicts, refusals with their times, and levels have to be those of the brute-force log.
std::string why_not_linearizable(const History& history, const HistoryLeave& leave = {});

}  // namespace weir::testing
