// Settlements that nobody waits for: a shared store is told what a request has used while its connection goes
// on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "net/wakeup.hpp"
#include "policy/policy.hpp"
#include "weir/awaitable.hpp"
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

/// Those of one worker. One thread. Each ends with its call to the store, as late as that may take.
class DetachedSettlements {
public:
    /// Of as many requests that have just ended.
    static constexpr std::size_t under_way_max = 1'024;

    /// False: whoever has a reservation to settle waits for it, because the store ends at once, or because
    /// too many are under way already, which is counted.
    bool may_begin(Worker& worker) const noexcept;
    /// Gets in line in front of whatever is asked of the worker's limiter next, and returns.
    /// REQUIRES: may_begin(worker)
    void begin(Worker& worker, DetachedSettlement settlement);

    /// A worker ends only when there are none.
    std::size_t under_way() const noexcept { return settlers_.size() - idle_.size(); }

private:
    /// A coroutine that settles one after another, since making one each time would cost every request.
    struct Settler {
        std::optional<DetachedSettlement> settlement;
        net::Wakeup given;
    };

    awaitable<void> run(Worker& worker, Settler& self);

    std::vector<std::unique_ptr<Settler>> settlers_;  ///< as many as were under way at the same time
    std::vector<Settler*> idle_;
};

/// Notes that a reservation has been settled: in the metrics, and for those who wait for room.
void note_settled(Worker& worker, std::int64_t asked_us, const LedgerSet& ledgers, const Amounts& given_back);

}  // namespace weir::proxy
