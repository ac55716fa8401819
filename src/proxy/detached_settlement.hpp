// Settlements that nobody waits for: a shared store is told what a request has used while its connection goes
// on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "policy/policy.hpp"
#include "weir/ledger_set.hpp"
#include "weir/limit.hpp"
#include "weir/reservation.hpp"

namespace weir::proxy {

struct Worker;

/// What outlives the request until its reservation is settled.
struct DetachedSettlement {
    Reservation reservation;
    Usage usage;
    Amounts given_back;
    policy::Applicable applicable;                 ///< those who wait for room there are told
    std::shared_ptr<const policy::Policy> policy;  ///< that `applicable` refers to
};

/// On one thread; as many as so many requests that have just ended. Each ends with its call to the store, as
/// late as that may take.
inline constexpr std::size_t detached_settlements_max = 1'024;

/// False: whoever has a reservation to settle waits for it, because the store ends at once, or because too
/// many are under way already, which is counted.
bool may_settle_detached(Worker& worker) noexcept;
/// Gets in line in front of whatever is asked of this thread's limiter next, and returns. A worker ends only
/// when none is left (`Worker::detached_settlements`).
/// REQUIRES: may_settle_detached(worker)
void settle_detached(Worker& worker, DetachedSettlement settlement);

/// Notes that a reservation has been settled: in the metrics, and for those who wait for room.
void note_settled(Worker& worker, std::int64_t asked_us, const LedgerSet& ledgers, const Amounts& given_back);

}  // namespace weir::proxy
