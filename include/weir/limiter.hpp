// The seam between the proxy and whatever keeps the ledgers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "weir/awaitable.hpp"
#include "weir/error.hpp"
#include "weir/ledger_contents.hpp"
#include "weir/ledger_set.hpp"
#include "weir/limit.hpp"
#include "weir/reservation.hpp"
#include "weir/store_mode.hpp"

namespace weir {

/// Whether somebody still waits for a decision. A view of the flag of whoever asks, who keeps it until the
/// answer is there.
class Withdrawal {
public:
    Withdrawal() = default;  ///< somebody waits, whatever happens
    explicit Withdrawal(const bool& is_withdrawn) noexcept : is_withdrawn_(&is_withdrawn) {}
    bool is_withdrawn() const noexcept { return is_withdrawn_ != nullptr && *is_withdrawn_; }

private:
    const bool* is_withdrawn_ = nullptr;
};

/// What `reserve` answers.
struct Decision {
    Verdict verdict = Verdict::refused;
    /// When it was decided, in µs since the epoch of the store's clock. For blocked and never_fits, which no
    /// store is asked about, the same clock's time of the answer.
    std::int64_t decided_at_us = 0;
    StoreMode decided_by = StoreMode::memory;
    std::optional<Reservation> reservation;  ///< set when admitted
    Refusal refusal;                         ///< meaningful unless admitted
    /// The candidate that the demand was taken from; where it is refused the one that has room first. 0 where
    /// there are none.
    std::size_t candidate = 0;
    /// After the decision, of each limited dimension the level with the least remaining, over the ledgers
    /// that are enforced, of other candidates aside. Indexed by Dimension.
    std::array<std::optional<Level>, dimension_count> tightest;
    /// After the decision, the candidates' ledgers, as far as they were looked at; of a Redis Cluster those
    /// of the last candidate that was asked. Empty where there are no candidates.
    std::vector<Level> candidate_levels;
};

/// Decides whether a request may proceed, and later corrects what it was charged.
///
/// Threads: its functions are called on the one io thread whose limiter it is; an implementation that
/// threads can share says so (MemoryLimiter). At most one call per reservation at a time.
/// Lifetime: what a set refers to, and references, must outlive the awaited call.
class Limiter {
public:
    virtual ~Limiter() = default;

    /// Takes the demand from every ledger or from none; of candidates, from those of the first that has room.
    /// Where none has, the refusal is the one that has to be waited for: of the own ledgers, or of the
    /// candidate that has room first, whichever takes longer. One atomic round trip (of a Redis Cluster one
    /// for each slot). No ledgers: admitted.
    /// What is withdrawn before the store is asked is not asked. What it was asked is decided, and for the
    /// caller to settle.
    /// Errors: store_unavailable: nobody decides, see `mode`; withdrawn: the store was not asked.
    virtual awaitable<result<Decision>> reserve(Demand demand, LedgerSet ledgers, Withdrawal withdrawal) = 0;
    awaitable<result<Decision>> reserve(Demand demand, LedgerSet ledgers) {
        return reserve(demand, std::move(ledgers), Withdrawal());
    }
    /// The same where no store has to be asked, as the embedded one never has; nullopt: `reserve` is to be
    /// awaited.
    virtual std::optional<result<Decision>> reserve_at_once(const Demand& /*demand*/,
                                                            const LedgerSet& /*ledgers*/) {
        return std::nullopt;
    }
    /// The candidate that the demand was taken from does not serve it: what that was charged becomes `usage`,
    /// and the demand is taken from `ledgers` instead, of candidates from those of the first that has room.
    /// What was taken from the own ledgers stays as it is. Two round trips: what goes back and what is taken
    /// are different ledgers, about which no promise is made together. Not admitted: the reservation holds
    /// its own alone, and can be moved again. Decision::reservation is never set. Errors: as `reserve`.
    /// REQUIRES: nothing of the answer has been charged by `progress`, and nothing more reserved; no ledger
    /// is in it twice.
    awaitable<result<Decision>> move(Reservation& reservation, Usage usage, LedgerSet ledgers,
                                     Withdrawal withdrawal);
    /// Replaces what was reserved by what was used. May overdraw a ledger; never forgives. What a store can't
    /// be told now is told later; where that is impossible, what was charged runs out by itself.
    virtual awaitable<void> settle(Reservation reservation, Usage usage) = 0;
    /// The same where no store has to be told, as the embedded one never has. False: nothing was done.
    virtual bool settle_at_once(Reservation& /*reservation*/, Usage /*usage*/) { return false; }
    /// The request is over, and what it used comes to light later: gives its slots of requests in flight
    /// back. All else stays reserved.
    awaitable<void> end_flight(Reservation& reservation);
    /// Part of the answer has been produced: charge it now, keep the rest reserved for another lease, or
    /// `usage.expected_more` where that is more, and so the slots of requests in flight.
    /// Besides only `usage.output_tokens` is read, the total produced so far.
    virtual awaitable<void> progress(Reservation& reservation, Usage so_far) = 0;
    /// Somebody else has used so much of what the ledger limits: it counts from now on, whether there is room
    /// or not, and slides out like any other charge. A store that can't be told now is not told later.
    /// Errors: store_unavailable; store_timeout: it may have been counted.
    virtual awaitable<result<void>> count_foreign(const LedgerLimits& ledger, Amounts used) = 0;
    /// Reads without charging: a level for each limited dimension of each ledger, in order.
    /// Errors: store_unavailable.
    virtual awaitable<result<std::vector<Level>>> peek(LedgerSet ledgers) = 0;
    /// All that one ledger holds, whatever its limits; charges nothing. No such ledger: it holds nothing.
    /// Errors: store_unavailable, also where this node decides meanwhile.
    virtual awaitable<result<LedgerContents>> read(const LedgerLimits& ledger) = 0;
    /// Empties these ledgers: an operator forgives what was used, and what is reserved. Requests in flight
    /// are settled as usual, so that their refunds may take back what was charged since, no more than was
    /// reserved for them.
    /// Errors: store_unavailable, store_timeout: some may have been emptied.
    virtual awaitable<result<void>> reset(LedgerSet ledgers) = 0;

    /// Who decides now.
    virtual StoreMode mode() const noexcept = 0;
};

}  // namespace weir
