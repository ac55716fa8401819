// Ownership of an admitted demand, and the count of those that were lost.
#include <atomic>
#include <utility>

#include "weir/limiter.hpp"

namespace weir {

namespace {
std::atomic<std::uint64_t> dropped_count{0};
}

Reservation::Reservation(Reservation&& other) noexcept
    : produced(other.produced),
      demand_(other.demand_),
      charges_(std::move(other.charges_)),
      lease_us_(other.lease_us_),
      live_(std::exchange(other.live_, false)) {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
    if (this == &other) return *this;
    if (live_) dropped_count.fetch_add(1, std::memory_order_relaxed);
    produced = other.produced;
    demand_ = other.demand_;
    charges_ = std::move(other.charges_);
    lease_us_ = other.lease_us_;
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
