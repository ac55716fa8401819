// The seam between the proxy and whatever keeps the ledgers.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/awaitable.hpp"
#include "weir/error.hpp"
#include "weir/limit.hpp"

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
    std::string ledger;  ///< as charged: may differ from what was asked when the store was full
    std::int64_t window_us = 0;
    Place place;
    // Where the node of a shared store has written the same down for itself, see limiter/local_copy.hpp.
    Place held;
    Place owed;
};

/// An admitted demand until it is settled. Move-only; `Limiter::settle` consumes it.
///
/// Dropping one without settling is a bug, which the destructor counts (`dropped()`). The charge then stays
/// until it expires by itself: the safe side.
class Reservation {
public:
    Reservation(Demand demand, std::vector<Charge> charges, std::int64_t lease_us)
        : demand_(demand), charges_(std::move(charges)), lease_us_(lease_us), live_(true) {}
    Reservation(Reservation&& other) noexcept;
    Reservation& operator=(Reservation&& other) noexcept;
    Reservation(const Reservation&) = delete;
    Reservation& operator=(const Reservation&) = delete;
    ~Reservation();

    const Demand& demand() const noexcept { return demand_; }
    /// Progress is due before so much time has passed since the reservation or the last progress:
    /// a third of the shortest lease.
    std::int64_t progress_due_us() const noexcept { return lease_us_ / 3; }

    /// For implementations of Limiter.
    std::vector<Charge>& charges() noexcept { return charges_; }
    /// Output charged as produced so far, in every ledger alike.
    std::int64_t produced = 0;
    /// The reservation has been settled or its charge deliberately left to expire.
    void close() noexcept { live_ = false; }

    /// How many were dropped unsettled since the process started. Any thread.
    static std::uint64_t dropped() noexcept;

private:
    Demand demand_;
    std::vector<Charge> charges_;
    std::int64_t lease_us_ = 0;
    bool live_ = false;
};

/// What `reserve` answers.
struct Decision {
    Verdict verdict = Verdict::refused;
    /// When it was decided, in µs since the epoch of the store's clock. For blocked and never_fits, which no
    /// store is asked about, the same clock's time of the answer.
    std::int64_t decided_at_us = 0;
    std::string_view decided_by = "memory";  ///< the store, or what decided without it
    std::optional<Reservation> reservation;  ///< set when admitted
    Refusal refusal;                         ///< meaningful unless admitted
    /// After the decision, of each limited dimension the level with the least remaining, over the ledgers
    /// that are enforced. Indexed by Dimension.
    std::array<std::optional<Level>, dimension_count> tightest;
};

/// Decides whether a request may proceed, and later corrects what it was charged.
///
/// Thread safety: every function may be called from any thread; the coroutine runs on the caller's executor.
/// Spans and references must outlive the awaited call. At most one call per reservation at a time.
/// Errors: errc::store_unavailable, and client_gone of a reserve that was withdrawn; a failed settle or
/// progress leaves charged what was charged.
class Limiter {
public:
    virtual ~Limiter() = default;

    /// Takes the demand from every ledger or from none. One round trip. No ledgers: admitted.
    /// No ledger may be named twice.
    /// `gone` becomes true once nobody waits for the decision any more: what the store has not been asked by
    /// then is not asked. What it has been asked is decided, and for the caller to settle. nullptr: never.
    virtual awaitable<result<Decision>> reserve(Demand demand, std::span<const LedgerLimits> ledgers,
                                                const bool* gone = nullptr) = 0;
    /// Replaces what was reserved by what was used. May overdraw a ledger; never forgives.
    virtual awaitable<result<void>> settle(Reservation reservation, Usage usage) = 0;
    /// Part of the answer has been produced: charge it now, keep the rest reserved for another lease.
    /// Only `usage.output_tokens` is read, the total produced so far.
    virtual awaitable<result<void>> progress(Reservation& reservation, Usage so_far) = 0;
    /// Reads without charging: a level for each limited dimension of each ledger, in order.
    virtual awaitable<result<std::vector<Level>>> peek(std::span<const LedgerLimits> ledgers) = 0;
    /// Empties these ledgers: an operator forgives what was used, and what is reserved. Requests in flight
    /// are settled as usual, so that their refunds may take back what was charged since, no more than was
    /// reserved for them.
    virtual awaitable<result<void>> reset(std::span<const LedgerLimits> ledgers) = 0;
};

/// The demand could never be admitted, whatever the ledgers hold.
std::optional<Impossible> find_impossible(const Demand& demand,
                                          std::span<const LedgerLimits> ledgers) noexcept;

}  // namespace weir
