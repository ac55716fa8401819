// How often this node has changed what it shares, so that what was learned before is known to be old.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "weir/ledger_name.hpp"

namespace weir {

/// A count for each ledger; several ledgers may share one, which makes knowledge old a little too often.
/// Thread safety: every function may be called from any thread.
class LedgerChanges {
public:
    void note(const LedgerName& ledger) noexcept { count_of(ledger).fetch_add(1, std::memory_order_acq_rel); }
    /// Sums of several ledgers are comparable: none falls, so that equal sums mean that nothing changed.
    std::uint64_t of(const LedgerName& ledger) noexcept {
        return count_of(ledger).load(std::memory_order_acquire);
    }

private:
    static constexpr std::size_t count_max = 4'096;
    std::atomic<std::uint64_t>& count_of(const LedgerName& ledger) noexcept {
        return counts_[ledger.hash() % count_max];
    }
    std::array<std::atomic<std::uint64_t>, count_max> counts_{};
};

}  // namespace weir
