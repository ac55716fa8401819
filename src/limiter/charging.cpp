// The rules of charging, in the order in which the design states them.
#include "limiter/charging.hpp"

#include <algorithm>

namespace weir {

namespace {

/// Output that is still reserved.
std::int64_t lease_left(const Reservation& reservation) noexcept {
    return std::max<std::int64_t>(reservation.demand().output_tokens - reservation.produced, 0);
}

void correct_input(Window& window, const Charge& charge, const Reservation& reservation, const Usage& usage,
                   std::int64_t now_us) {
    const std::int64_t charged = reservation.demand().input_tokens;
    const bool may_fall = usage.certainty == Certainty::exact;
    const std::int64_t target = may_fall ? usage.input_tokens : std::max(charged, usage.input_tokens);
    if (target < charged) {
        window.remove(charge.admission_bucket, {0, charged - target, 0});
    } else {
        // Input counts when it was sent; where that bucket is gone, the debt is dated now rather than
        // forgiven.
        const bool gone = window.has_expired(charge.admission_bucket, now_us);
        const std::int64_t bucket = gone ? bucket_of(now_us, window.window_us()) : charge.admission_bucket;
        window.add(bucket, {0, target - charged, 0});
    }
}

void correct_output(Window& window, const Charge& charge, const Reservation& reservation, const Usage& usage,
                    std::int64_t now_us) {
    const std::int64_t reserved = lease_left(reservation);
    const bool may_fall = usage.certainty == Certainty::exact;
    std::int64_t total = may_fall ? usage.output_tokens : std::max(reservation.produced, usage.output_tokens);
    if (usage.unproduced == Unproduced::charge) total = std::max(total, reservation.demand().output_tokens);
    const std::int64_t unseen = total - reservation.produced;
    if (unseen < 0)
        window.remove(charge.produced_bucket, {0, 0, std::min(-unseen, charge.produced_in_bucket)});
    const std::int64_t taken_from_lease = std::clamp<std::int64_t>(unseen, 0, reserved);
    const bool runs_out = usage.unproduced == Unproduced::run_out;
    window.remove(charge.lease_bucket, {0, 0, runs_out ? taken_from_lease : reserved});
    if (unseen > 0) window.add(bucket_of(now_us, window.window_us()), {0, 0, unseen});
}

}  // namespace

std::int64_t clamp_amount(std::int64_t value) noexcept {
    return std::clamp<std::int64_t>(value, 0, amount_max);
}

Demand clamp_demand(const Demand& demand) noexcept {
    return {clamp_amount(demand.requests), clamp_amount(demand.input_tokens),
            clamp_amount(demand.output_tokens)};
}

Usage clamp_usage(Usage usage) noexcept {
    usage.requests = std::clamp<std::int64_t>(usage.requests, 0, 1);
    usage.input_tokens = clamp_amount(usage.input_tokens);
    usage.output_tokens = clamp_amount(usage.output_tokens);
    return usage;
}

Charge charge(Window& window, const Demand& demand, std::int64_t now_us) {
    Charge made;
    made.window_us = window.window_us();
    made.admission_bucket = bucket_of(now_us, window.window_us());
    made.lease_bucket = lease_bucket_of(now_us, window.window_us());
    window.add(made.admission_bucket, {demand.requests, demand.input_tokens, 0});
    window.add(made.lease_bucket, {0, 0, demand.output_tokens});
    return made;
}

void renew(Window& window, Charge& charge, const Reservation& reservation, std::int64_t produced,
           std::int64_t now_us) {
    const std::int64_t current = bucket_of(now_us, window.window_us());
    const std::int64_t lease_bucket = lease_bucket_of(now_us, window.window_us());
    window.remove(charge.lease_bucket, {0, 0, lease_left(reservation)});
    const std::int64_t fresh = produced - reservation.produced;
    if (fresh > 0) {
        window.add(current, {0, 0, fresh});
        charge.produced_in_bucket =
            charge.produced_bucket == current ? charge.produced_in_bucket + fresh : fresh;
        charge.produced_bucket = current;
    }
    window.add(lease_bucket,
               {0, 0, std::max<std::int64_t>(reservation.demand().output_tokens - produced, 0)});
    charge.lease_bucket = lease_bucket;
}

void correct(Window& window, const Charge& charge, const Reservation& reservation, const Usage& usage,
             std::int64_t now_us) {
    if (usage.requests == 0) window.remove(charge.admission_bucket, {reservation.demand().requests, 0, 0});
    correct_input(window, charge, reservation, usage, now_us);
    correct_output(window, charge, reservation, usage, now_us);
}

}  // namespace weir
