// Somebody else may spend an upstream's quota, too: what the provider has counted beyond weir's own ledger.
#pragma once

#include <cstdint>

#include "llm/provider_limits.hpp"
#include "weir/limit.hpp"

namespace weir::llm {

/// One dimension of one ledger of an upstream, and what the provider said of it in an answer just read. Of
/// ledgers with several windows that is the one with the shortest, unless the provider says its own.
struct CountsToCompare {
    std::int64_t configured_limit = unlimited;
    std::int64_t window_us = 60'000'000;  ///< of the ledger
    std::int64_t ledger_sum = 0;          ///< what its window holds, with all that is reserved
    /// The part of that sum which is reserved and not yet answered. The provider counts it, but by rules of
    /// its own: so large a difference proves nothing.
    std::int64_t in_flight = 0;
    ProviderDimension announced = {};
    /// Nothing is too small to count: the provider has refused for want of room, or it is known that others
    /// use it.
    bool is_certain = false;
};

struct CountCorrection {
    /// To be added to the ledger, where it slides out like any other charge. 0 to what still fits under the
    /// configured limit.
    std::int64_t foreign_charge = 0;
    /// The smaller of the configured and the announced.
    std::int64_t effective_limit = unlimited;

    bool operator==(const CountCorrection&) const noexcept = default;
};

/// The charge after which the ledger has no more room than the provider has left, less what is in flight. So
/// a limit that the provider announces below the configured one holds as well. It
/// compares room and not what was used: where weir is configured to use a part of the quota, others may use
/// the rest without taking from that part, and a limit that the provider counts by the day (Groq's requests)
/// matters only once it leaves less than the minute's. A charge below 5 % of the effective limit is 0: by so
/// much providers' counts differ from ours anyway, and Anthropic rounds to thousands. Nothing is learned
/// where the provider names a window other than the ledger's. Pure; any values are taken.
CountCorrection compare_counts(const CountsToCompare& counts) noexcept;

}  // namespace weir::llm
