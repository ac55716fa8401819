// A reservation is one thing however often it moves, and losing it is noticed once.
#include <gtest/gtest.h>

#include <utility>

#include "ledger/reservation_access.hpp"

namespace weir::testing {
namespace {

Reservation some_reservation() {
    Reservation reservation = ReservationAccess::make({1, 2, 3}, {{.window_us = 9'000'000}});
    ReservationAccess::set_progress(reservation, 2, 5);
    return reservation;
}

TEST(Reservation, ProgressIsDueBeforeAThirdOfTheLease) {
    Reservation reservation = some_reservation();
    EXPECT_EQ(reservation.progress_due_us(), 3'000'000);
    ReservationAccess::close(reservation);
}

TEST(Reservation, DroppingCountsOnceHoweverItMoved) {
    const std::uint64_t before = Reservation::dropped();
    {
        Reservation first = some_reservation();
        Reservation second = std::move(first);
        EXPECT_EQ(second.produced(), 2);
        EXPECT_EQ(second.held(), 5);
        EXPECT_EQ(second.demand(), (Demand{1, 2, 3}));
    }
    EXPECT_EQ(Reservation::dropped(), before + 1);
}

TEST(Reservation, ClosedIsNotDropped) {
    const std::uint64_t before = Reservation::dropped();
    {
        Reservation reservation = some_reservation();
        ReservationAccess::close(reservation);
    }
    EXPECT_EQ(Reservation::dropped(), before);
}

TEST(Reservation, AssigningOverALiveOneDropsIt) {
    const std::uint64_t before = Reservation::dropped();
    Reservation kept = some_reservation();
    kept = ReservationAccess::make({7, 8, 9}, {{.window_us = 9'000'000}});
    EXPECT_EQ(Reservation::dropped(), before + 1);
    EXPECT_EQ(kept.demand(), (Demand{7, 8, 9}));
    EXPECT_EQ(kept.produced(), 0);
    EXPECT_EQ(kept.held(), 9);
    ReservationAccess::close(kept);
    EXPECT_EQ(Reservation::dropped(), before + 1);
}

}  // namespace
}  // namespace weir::testing
