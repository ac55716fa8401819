// Ownership of an admitted demand, and the count of those that were lost.
#include "weir/reservation.hpp"

#include <atomic>
#include <utility>

#include "ledger/charge.hpp"

namespace weir {

namespace {
std::atomic<std::uint64_t> dropped_count{0};
}

Reservation::Reservation(const Demand& demand, std::vector<Charge> charges, std::size_t own_charges,
                         std::int64_t lease_us)
    : demand_(demand),
      charges_(std::move(charges)),
      own_charges_(own_charges),
      lease_us_(lease_us),
      held_(demand.output_tokens),
      live_(true) {}

Reservation::Reservation(Reservation&& other) noexcept
    : demand_(other.demand_),
      charges_(std::move(other.charges_)),
      own_charges_(other.own_charges_),
      lease_us_(other.lease_us_),
      produced_(other.produced_),
      held_(other.held_),
      live_(std::exchange(other.live_, false)) {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
    if (this == &other) return *this;
    if (live_) dropped_count.fetch_add(1, std::memory_order_relaxed);
    demand_ = other.demand_;
    charges_ = std::move(other.charges_);
    own_charges_ = other.own_charges_;
    lease_us_ = other.lease_us_;
    produced_ = other.produced_;
    held_ = other.held_;
    live_ = std::exchange(other.live_, false);
    return *this;
}

Reservation::~Reservation() {
    if (live_) dropped_count.fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t Reservation::dropped() noexcept {
    return dropped_count.load(std::memory_order_relaxed);
}

}  // namespace weir
