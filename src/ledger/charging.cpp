// The rules of charging, in the order in which the design states them.
#include "ledger/charging.hpp"

#include <algorithm>

#include "ledger/reservation_access.hpp"

namespace weir {

namespace {

void settle_input(Correction& correction, const Reservation& reservation, const Usage& usage) noexcept {
    const std::int64_t charged = reservation.demand().input_tokens;
    const bool may_fall = usage.certainty == Certainty::exact;
    const std::int64_t target = may_fall ? usage.input_tokens : std::max(charged, usage.input_tokens);
    if (target < charged) {
        correction.admission_back.input_tokens = charged - target;
    } else {
        correction.input_more = target - charged;
    }
}

void settle_output(Correction& correction, const Reservation& reservation, const Usage& usage) noexcept {
    const std::int64_t reserved = reservation.held();
    const bool may_fall = usage.certainty == Certainty::exact;
    std::int64_t total =
        may_fall ? usage.output_tokens : std::max(reservation.produced(), usage.output_tokens);
    if (usage.unproduced == Unproduced::charge) total = std::max(total, reservation.demand().output_tokens);
    const std::int64_t unseen = total - reservation.produced();
    correction.produced = std::max<std::int64_t>(unseen, 0);
    correction.produced_back = std::max<std::int64_t>(-unseen, 0);
    const bool runs_out = usage.unproduced == Unproduced::run_out;
    correction.lease_back = runs_out ? std::min(correction.produced, reserved) : reserved;
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
    usage.expected_more = clamp_amount(usage.expected_more);
    return usage;
}

Demand demand_for(const Charge& charge, const Demand& demand) noexcept {
    return charge.in_flight ? Demand{0, 0, demand.requests} : demand;
}

Place place_of_charge(std::int64_t window_us, std::int64_t now_us) noexcept {
    return {.admission_bucket = bucket_of(now_us, window_us),
            .lease_bucket = lease_bucket_of(now_us, window_us)};
}

Place charge(Window& window, const Demand& demand, std::int64_t now_us) {
    const Place place = place_of_charge(window.window_us(), now_us);
    window.add(place.admission_bucket, {demand.requests, demand.input_tokens, 0});
    window.add(place.lease_bucket, {0, 0, demand.output_tokens});
    return place;
}

Correction renewal(const Reservation& reservation, const Usage& so_far) noexcept {
    Correction correction;
    correction.lease_back = reservation.held();
    correction.produced = std::max<std::int64_t>(so_far.output_tokens - reservation.produced(), 0);
    // Never below what is expected, nor above it but for what the reservation had held before.
    const std::int64_t left = std::max<std::int64_t>(reservation.held() - correction.produced, 0);
    correction.lease_again = std::max(left, so_far.expected_more);
    correction.slots_back = correction.slots_again = reservation.demand().requests;
    return correction;
}

void note_progress(Reservation& reservation, const Correction& renewed) noexcept {
    ReservationAccess::set_progress(reservation, reservation.produced() + renewed.produced,
                                    renewed.lease_again);
}

Correction settlement(const Reservation& reservation, const Usage& usage) noexcept {
    Correction correction;
    if (usage.requests == 0) correction.admission_back.requests = reservation.demand().requests;
    settle_input(correction, reservation, usage);
    settle_output(correction, reservation, usage);
    correction.slots_back = reservation.demand().requests;
    return correction;
}

Correction correction_for(const Charge& charge, const Correction& correction) noexcept {
    Correction part;
    if (charge.in_flight) {
        part.lease_back = correction.slots_back;
        part.lease_again = correction.slots_again;
    } else {
        part = correction;
        part.slots_back = part.slots_again = 0;
    }
    return part;
}

void apply(Window& window, const Place& place, const Correction& correction, std::int64_t now_us) {
    window.remove(place.admission_bucket, correction.admission_back);
    window.remove(place.produced_bucket,
                  {0, 0, std::min(correction.produced_back, place.produced_in_bucket)});
    window.remove(place.lease_bucket, {0, 0, correction.lease_back});
    // Input counts when it was sent; where that bucket is gone, the debt is dated now rather than forgiven.
    const std::int64_t current = bucket_of(now_us, window.window_us());
    const bool is_gone =
        window.has_expired(place.admission_bucket, now_us) || place.admission_bucket > current;
    window.add(is_gone ? current : place.admission_bucket, {0, correction.input_more, 0});
    window.add(current, {0, 0, correction.produced});
    window.add(lease_bucket_of(now_us, window.window_us()), {0, 0, correction.lease_again});
}

void note_renewal(Place& place, std::int64_t window_us, const Correction& correction,
                  std::int64_t now_us) noexcept {
    const std::int64_t current = bucket_of(now_us, window_us);
    if (correction.produced > 0) {
        const bool same = place.produced_bucket == current;
        place.produced_in_bucket = (same ? place.produced_in_bucket : 0) + correction.produced;
        place.produced_bucket = current;
    }
    place.lease_bucket = lease_bucket_of(now_us, window_us);
}

}  // namespace weir
