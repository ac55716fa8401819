// One limit on output under more load than it allows, second by second, for one policy.
#pragma once

#include <cstdint>
#include <vector>

#include "reservation/policy.hpp"
#include "reservation/workload.hpp"

namespace weir::reservation_bench {

struct Outcome {
    double usable = 0;          ///< tokens produced, by what the limit allows; the first ten minutes aside
    double overshoot = 0;       ///< of the worst minute as the provider saw it, above the limit, by the limit
    double overshoot_cold = 0;  ///< the same of the first ten minutes, which begin with nothing known
    double wrongly_refused = 0;  ///< of all requests: refused, though with its true length it had fitted
    double refused = 0;          ///< of all requests
    double exceeded = 0;         ///< of those admitted: answers longer than what was first reserved
};

/// A window of a minute (ledger/window), reservations that are renewed, exceeded and settled
/// (ledger/charging), looked after ten times a second as proxy/lease_keeper does. What is refused does not
/// come back.
Outcome simulate(const Policy& policy, const std::vector<Request>& requests, std::int64_t limit,
                 std::int64_t duration_us);

}  // namespace weir::reservation_bench
