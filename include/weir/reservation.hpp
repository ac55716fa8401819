// An admitted demand until it is settled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/limit.hpp"

namespace weir {

struct Charge;

/// Move-only; `Limiter::settle` consumes it. Where it was charged is known to limiters alone, by
/// ledger/reservation_access.hpp.
///
/// Dropping one without settling is a bug, which the destructor counts (`dropped()`). The charge then stays
/// until it expires by itself: the safe side.
class Reservation {
public:
    Reservation(Reservation&& other) noexcept;
    Reservation& operator=(Reservation&& other) noexcept;
    Reservation(const Reservation&) = delete;
    Reservation& operator=(const Reservation&) = delete;
    ~Reservation();

    const Demand& demand() const noexcept { return demand_; }
    /// Output charged as produced so far, in every ledger alike.
    std::int64_t produced() const noexcept { return produced_; }
    /// Output that is reserved still: what the demand, or the last progress, keeps free for what is to come.
    std::int64_t held() const noexcept { return held_; }
    /// Progress is due before so much time has passed since the reservation or the last progress:
    /// a third of the shortest lease.
    std::int64_t progress_due_us() const noexcept { return lease_us_ / 3; }

    /// How many were dropped unsettled since the process started. Any thread.
    static std::uint64_t dropped() noexcept;

private:
    friend struct ReservationAccess;
    Reservation(const Demand& demand, std::vector<Charge> charges, std::size_t own_charges,
                std::int64_t lease_us);

    Demand demand_;
    std::vector<Charge> charges_;
    std::size_t own_charges_ = 0;  ///< the first ones; behind them are the candidate's
    std::int64_t lease_us_ = 0;
    std::int64_t produced_ = 0;
    std::int64_t held_ = 0;
    bool live_ = false;
};

}  // namespace weir
