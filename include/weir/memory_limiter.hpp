// The embedded store: ledgers in this process, for one node alone.
#pragma once

#include <cstddef>
#include <memory>

#include "weir/clock.hpp"
#include "weir/limiter.hpp"

namespace weir {

struct MemoryLimiterOptions {
    /// Ledgers kept at the most. One with unexpired entries is never evicted: above this number new ledgers
    /// that `may_overflow` share one per scope and window, the others (bounded by the configuration) are
    /// kept.
    std::size_t ledgers_max = 1'000'000;
};

struct MemoryLimiterStatistics {
    std::size_t ledgers = 0;              ///< kept now
    std::uint64_t overflow_requests = 0;  ///< reserves that were charged to a shared overflow ledger
};

/// Adds to the seam what only a store in this process can tell.
class MemoryLimiter : public Limiter {
public:
    /// Any thread; takes every lock in turn, so not for the hot path.
    virtual MemoryLimiterStatistics statistics() const = 0;
};

/// `clock` must outlive the limiter. Decisions are dated while all locks that they need are held, so that
/// each ledger sees time in the order of its decisions.
std::unique_ptr<MemoryLimiter> make_memory_limiter(const Clock& clock, MemoryLimiterOptions options = {});

}  // namespace weir
