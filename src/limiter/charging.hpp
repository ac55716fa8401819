// What reserve, progress and settle do to one window. Pure; the stores call it with their time.
#pragma once

#include <cstdint>

#include "weir/limiter.hpp"
#include "weir/window.hpp"

namespace weir {

/// `value` within 0 and amount_max.
std::int64_t clamp_amount(std::int64_t value) noexcept;
Demand clamp_demand(const Demand& demand) noexcept;
Usage clamp_usage(Usage usage) noexcept;

/// Adds an admitted demand: request and input to the current bucket, output to the lease's.
Charge charge(Window& window, const Demand& demand, std::int64_t now_us);

/// Charges what was produced since the last time and renews the lease on the rest. The reservation's own
/// totals are the caller's to update, after all ledgers.
void renew(Window& window, Charge& charge, const Reservation& reservation, std::int64_t produced,
           std::int64_t now_us);

/// Corrects the charge to what was used.
void correct(Window& window, const Charge& charge, const Reservation& reservation, const Usage& usage,
             std::int64_t now_us);

}  // namespace weir
