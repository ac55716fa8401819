// What reserve, progress and settle do to a ledger. Pure; the stores call it with their time.
#pragma once

#include <cstdint>

#include "ledger/charge.hpp"
#include "weir/limit.hpp"
#include "weir/reservation.hpp"
#include "weir/window.hpp"

namespace weir {

/// `value` within 0 and amount_max.
std::int64_t clamp_amount(std::int64_t value) noexcept;
Demand clamp_demand(const Demand& demand) noexcept;
Usage clamp_usage(Usage usage) noexcept;

/// What the demand is to the ledger of that charge, see demand_on.
Demand demand_for(const Charge& charge, const Demand& demand) noexcept;

/// Adds an admitted demand: request and input to the current bucket, output to the lease's.
Place charge(Window& window, const Demand& demand, std::int64_t now_us);
/// Where a demand charged at `now_us` lies.
Place place_of_charge(std::int64_t window_us, std::int64_t now_us) noexcept;

/// What progress or a settlement changes in every ledger of a reservation, so that any store can apply it.
/// Slots are renewed as long as a request lasts, and all go back with its settlement, however it ended.
/// What goes back leaves its bucket, as much of it as is still there; a bucket that is gone gives nothing
/// back.
struct Correction {
    Amounts admission_back;          ///< request and input, out of the admission bucket
    std::int64_t lease_back = 0;     ///< out of the lease bucket
    std::int64_t produced_back = 0;  ///< out of the produced bucket, at most what this reservation put there
    std::int64_t input_more = 0;     ///< into the admission bucket; where that is gone, into the current one
    std::int64_t produced = 0;       ///< into the current bucket
    std::int64_t lease_again = 0;    ///< held where a lease taken now is held
    // All of the above concerns the ledgers of what is used; these those of requests in flight.
    std::int64_t slots_back = 0;   ///< out of the lease bucket
    std::int64_t slots_again = 0;  ///< held where a lease taken now is held
};

/// What of it concerns the ledger of that charge, without slots: those of requests in flight are a lease.
Correction correction_for(const Charge& charge, const Correction& correction) noexcept;

/// All of `so_far.output_tokens` is charged by now, and the lease on what is still to come is renewed: the
/// rest of what was held, or `so_far.expected_more` where that is more. Less than before is no news.
Correction renewal(const Reservation& reservation, const Usage& so_far) noexcept;
/// After a renewal was sent to all ledgers, in whatever way they took it.
void note_progress(Reservation& reservation, const Correction& renewed) noexcept;
/// The charge becomes what was used.
Correction settlement(const Reservation& reservation, const Usage& usage) noexcept;

void apply(Window& window, const Place& place, const Correction& correction, std::int64_t now_us);
/// Where the charge lies after a renewal was applied at `now_us`.
void note_renewal(Place& place, std::int64_t window_us, const Correction& correction,
                  std::int64_t now_us) noexcept;

}  // namespace weir
