// What limiters alone know and change of a reservation.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "ledger/charge.hpp"
#include "weir/reservation.hpp"
#include "weir/window.hpp"

namespace weir {

/// For implementations of Limiter, and tests of them.
struct ReservationAccess {
    /// Its lease is the shortest that any of the charges has. So many of them are its own, the first ones;
    /// the others are a candidate's.
    static Reservation make(const Demand& demand, std::vector<Charge> charges, std::size_t own_charges) {
        const std::int64_t shortest_us = shortest_lease_us(charges);
        return {demand, std::move(charges), own_charges, shortest_us};
    }
    static Reservation make(const Demand& demand, std::vector<Charge> charges) {
        const std::size_t count = charges.size();
        return make(demand, std::move(charges), count);
    }
    /// What the candidate was charged, as a reservation by itself; the rest stays.
    static Reservation take_candidate(Reservation& reservation) {
        std::vector<Charge>& charges = reservation.charges_;
        const auto first = charges.begin() + static_cast<std::ptrdiff_t>(reservation.own_charges_);
        std::vector<Charge> taken(std::make_move_iterator(first), std::make_move_iterator(charges.end()));
        charges.erase(first, charges.end());
        return make(reservation.demand_, std::move(taken));
    }
    /// Its slots of requests in flight, as a reservation by themselves; the rest stays.
    static Reservation take_slots(Reservation& reservation) {
        std::vector<Charge> slots, others;
        std::size_t own_others = 0;
        for (std::size_t i = 0; i < reservation.charges_.size(); ++i) {
            Charge& charge = reservation.charges_[i];
            if (!charge.in_flight && i < reservation.own_charges_) ++own_others;
            (charge.in_flight ? slots : others).push_back(std::move(charge));
        }
        reservation.charges_ = std::move(others);
        reservation.own_charges_ = own_others;
        return make(reservation.demand_, std::move(slots));
    }
    /// All of `other` becomes the candidate's.
    static void add_candidate(Reservation& reservation, Reservation other) {
        close(other);
        for (Charge& charge : other.charges_) reservation.charges_.push_back(std::move(charge));
        reservation.lease_us_ = std::min(reservation.lease_us_, other.lease_us_);
    }
    static std::vector<Charge>& charges(Reservation& reservation) noexcept { return reservation.charges_; }
    /// After a progress: so much is charged as produced, so much is reserved still.
    static void set_progress(Reservation& reservation, std::int64_t produced, std::int64_t held) noexcept {
        reservation.produced_ = produced;
        reservation.held_ = held;
    }
    /// It has been settled, or its charge is deliberately left to expire.
    static void close(Reservation& reservation) noexcept { reservation.live_ = false; }
    static void close(Reservation&& reservation) noexcept { close(reservation); }

private:
    static std::int64_t shortest_lease_us(const std::vector<Charge>& charges) noexcept {
        std::int64_t shortest_us = lease_us_max;
        for (const Charge& charge : charges) shortest_us = std::min(shortest_us, lease_us(charge.window_us));
        return shortest_us;
    }
};

}  // namespace weir
