// Where a reservation was charged.
#pragma once

#include <cstdint>

#include "weir/ledger_name.hpp"

namespace weir {

/// In which buckets of one window a charge lies, so that it can be corrected. A bucket of 0: it lies nowhere,
/// or nobody knows where, and nothing is taken back.
struct Place {
    std::int64_t admission_bucket = 0;    ///< holds the request and its input
    std::int64_t lease_bucket = 0;        ///< holds the output that is still reserved
    std::int64_t produced_bucket = 0;     ///< the newest bucket that holds produced output
    std::int64_t produced_in_bucket = 0;  ///< how much of it
    /// Which life of the window was charged, where a window can be lost and made anew.
    std::int64_t epoch = 0;
};

/// What one ledger was charged for one request.
struct Charge {
    LedgerName ledger{};  ///< as charged: may differ from what was asked when the store was full
    std::int64_t window_us = 0;
    Place place{};
    /// It is a slot for each request of the demand, held as reserved output.
    bool in_flight = false;
    // Where the node of a shared store has the same in its local copy, see limiter/local_copy.hpp.
    Place copied{};
    Place pending{};
};

}  // namespace weir
