// What is made of the seam's other functions, whatever the store.
#include "weir/limiter.hpp"

#include "ledger/reservation_access.hpp"

namespace weir {

awaitable<result<Decision>> Limiter::move(Reservation& reservation, Usage usage, LedgerSet ledgers,
                                          Withdrawal withdrawal) {
    Reservation of_candidate = ReservationAccess::take_candidate(reservation);
    co_await settle(std::move(of_candidate), usage);
    auto decided = co_await reserve(reservation.demand(), std::move(ledgers), withdrawal);
    if (decided && decided->reservation) {
        ReservationAccess::add_candidate(reservation, std::move(*decided->reservation));
        decided->reservation.reset();
    }
    co_return decided;
}

awaitable<void> Limiter::end_flight(Reservation& reservation) {
    Reservation slots = ReservationAccess::take_slots(reservation);
    co_await settle(std::move(slots), {});
}

}  // namespace weir
