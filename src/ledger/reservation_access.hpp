// What limiters alone know and change of a reservation.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "ledger/charge.hpp"
#include "weir/reservation.hpp"
#include "weir/window.hpp"

namespace weir {

/// For implementations of Limiter, and tests of them.
struct ReservationAccess {
    /// Its lease is the shortest that any of the charges has.
    static Reservation make(const Demand& demand, std::vector<Charge> charges) {
        std::int64_t shortest_us = lease_us_max;
        for (const Charge& charge : charges) shortest_us = std::min(shortest_us, lease_us(charge.window_us));
        return {demand, std::move(charges), shortest_us};
    }
    static std::vector<Charge>& charges(Reservation& reservation) noexcept { return reservation.charges_; }
    static void set_produced(Reservation& reservation, std::int64_t produced) noexcept {
        reservation.produced_ = produced;
    }
    /// It has been settled, or its charge is deliberately left to expire.
    static void close(Reservation& reservation) noexcept { reservation.live_ = false; }
    static void close(Reservation&& reservation) noexcept { close(reservation); }
};

}  // namespace weir
