// The rules of charging on one window: where each amount lies after reserve, progress and settle.
#include "ledger/charging.hpp"

#include <gtest/gtest.h>

#include "ledger/reservation_access.hpp"
#include "support/manual_clock.hpp"

namespace weir::testing {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t minute_us = 60 * second_us;
constexpr std::int64_t hour_us = 60 * minute_us;
constexpr Demand demand{1, 100, 40};

/// One request on one window of an hour, whose lease runs out long before its other charges.
class Charging : public ::testing::Test {
protected:
    ~Charging() override { ReservationAccess::close(reservation); }

    void pass(std::int64_t duration_us) {
        now_us += duration_us;
        window.trim(now_us);
    }
    void progress(std::int64_t produced, std::int64_t expected_more = 0) {
        const Correction correction =
            renewal(reservation, {.output_tokens = produced, .expected_more = expected_more});
        apply(window, made, correction, now_us);
        note_renewal(made, window.window_us(), correction, now_us);
        note_progress(reservation, correction);
    }
    void settle(const Usage& usage) { apply(window, made, settlement(reservation, usage), now_us); }
    /// What is left when only what expires later than `after_us` from now counts.
    Amounts left_after(std::int64_t after_us) const {
        Window later = window;
        later.trim(now_us + after_us);
        return later.sum();
    }

    std::int64_t now_us = some_minute_us;
    Window window{hour_us};
    Place made = charge(window, demand, now_us);
    Reservation reservation = ReservationAccess::make(demand, {{.window_us = hour_us}});
};

TEST_F(Charging, RequestAndInputStayForTheWindowOutputForTheLease) {
    EXPECT_EQ(window.sum(), demand);
    EXPECT_EQ(left_after(2 * minute_us - 1), demand);
    EXPECT_EQ(left_after(2 * minute_us), (Amounts{1, 100, 0}));
    EXPECT_EQ(left_after(hour_us - 1), (Amounts{1, 100, 0}));
    EXPECT_EQ(left_after(hour_us), Amounts{});
}

TEST_F(Charging, ProgressDatesWhatWasProducedAndRenewsTheRest) {
    pass(minute_us);
    progress(15);
    EXPECT_EQ(window.sum(), demand);
    EXPECT_EQ(left_after(2 * minute_us - 1), demand);
    EXPECT_EQ(left_after(2 * minute_us), (Amounts{1, 100, 15}));
    EXPECT_EQ(left_after(hour_us - minute_us), (Amounts{0, 0, 15}));
    EXPECT_EQ(left_after(hour_us), Amounts{});
}

TEST_F(Charging, ProgressWithoutProductionOnlyRenews) {
    pass(minute_us);
    progress(0);
    EXPECT_EQ(window.sum(), demand);
    EXPECT_EQ(left_after(2 * minute_us - 1), demand);
    EXPECT_EQ(left_after(2 * minute_us), (Amounts{1, 100, 0}));
    EXPECT_EQ(made.produced_in_bucket, 0);
}

TEST_F(Charging, ProgressInOneBucketIsRememberedTogether) {
    progress(5);
    progress(9);
    EXPECT_EQ(made.produced_in_bucket, 9);
    pass(minute_us);
    progress(12);
    EXPECT_EQ(made.produced_in_bucket, 3);
}

TEST_F(Charging, ProgressAfterTheLeaseTakesNobodysOutput) {
    pass(3 * minute_us);
    charge(window, {1, 0, 30}, now_us);
    progress(10);
    EXPECT_EQ(window.sum(), (Amounts{2, 100, 70}));
}

TEST_F(Charging, ExactSettlesBothWays) {
    pass(second_us);
    settle({.input_tokens = 60,
            .output_tokens = 25,
            .certainty = Certainty::exact,
            .unproduced = Unproduced::release});
    EXPECT_EQ(window.sum(), (Amounts{1, 60, 25}));
    EXPECT_EQ(left_after(hour_us - second_us), (Amounts{0, 0, 25})) << "output is dated when it was produced";
}

TEST_F(Charging, ExactRaises) {
    settle({.input_tokens = 160,
            .output_tokens = 95,
            .certainty = Certainty::exact,
            .unproduced = Unproduced::release});
    EXPECT_EQ(window.sum(), (Amounts{1, 160, 95}));
}

TEST_F(Charging, ExactTakesBackWhatProgressChargedLastAndNoMore) {
    progress(10);
    pass(minute_us);
    progress(30);
    settle({.input_tokens = 100,
            .output_tokens = 2,
            .certainty = Certainty::exact,
            .unproduced = Unproduced::release});
    EXPECT_EQ(window.sum(), (Amounts{1, 100, 10}));
}

TEST_F(Charging, ALowerBoundRaisesAndNeverRefunds) {
    progress(10);
    settle({.input_tokens = 60, .output_tokens = 5, .unproduced = Unproduced::release});
    EXPECT_EQ(window.sum(), (Amounts{1, 100, 10}));
    settle({.input_tokens = 130, .output_tokens = 55, .unproduced = Unproduced::release});
    EXPECT_EQ(window.sum(), (Amounts{1, 130, 55}));
}

TEST_F(Charging, ReleaseGivesBackTheWholeLease) {
    settle({.output_tokens = 10, .unproduced = Unproduced::release});
    EXPECT_EQ(window.sum(), (Amounts{1, 100, 10}));
    EXPECT_EQ(left_after(2 * minute_us), (Amounts{1, 100, 10}));
}

TEST_F(Charging, RunOutLeavesTheLeaseAndDatesWhatWasSeen) {
    pass(second_us);
    settle({.output_tokens = 10, .unproduced = Unproduced::run_out});
    EXPECT_EQ(window.sum(), demand);
    EXPECT_EQ(left_after(2 * minute_us), (Amounts{1, 100, 10}));
}

TEST_F(Charging, RunOutWithMoreThanReservedLeavesNoLease) {
    settle({.output_tokens = 50, .unproduced = Unproduced::run_out});
    EXPECT_EQ(window.sum(), (Amounts{1, 100, 50}));
    EXPECT_EQ(left_after(2 * minute_us), (Amounts{1, 100, 50}));
}

TEST_F(Charging, ChargeTakesTheReservationForProduced) {
    progress(10);
    settle({.output_tokens = 12, .unproduced = Unproduced::charge});
    EXPECT_EQ(window.sum(), demand);
    EXPECT_EQ(left_after(2 * minute_us), demand);
}

TEST_F(Charging, AfterTheLeaseOutputIsChargedAllTheSame) {
    pass(3 * minute_us);
    charge(window, {0, 0, 30}, now_us);
    settle({.input_tokens = 100,
            .output_tokens = 40,
            .certainty = Certainty::exact,
            .unproduced = Unproduced::release});
    EXPECT_EQ(window.sum(), (Amounts{1, 100, 70})) << "somebody else's lease is untouched";
}

TEST_F(Charging, InputIsCorrectedInItsBucket) {
    pass(hour_us - second_us);
    settle({.input_tokens = 130, .certainty = Certainty::exact, .unproduced = Unproduced::release});
    EXPECT_EQ(window.sum(), (Amounts{1, 130, 0}));
    EXPECT_EQ(left_after(second_us), Amounts{});
}

TEST_F(Charging, InputWhoseBucketIsGoneIsRaisedNow) {
    pass(hour_us);
    settle({.input_tokens = 130, .certainty = Certainty::exact, .unproduced = Unproduced::release});
    EXPECT_EQ(window.sum(), (Amounts{0, 30, 0}));
    EXPECT_EQ(left_after(hour_us - 1), (Amounts{0, 30, 0}));
}

TEST_F(Charging, InputWhoseBucketIsGoneIsNotRefunded) {
    pass(hour_us);
    charge(window, {1, 50, 0}, now_us);
    settle({.input_tokens = 10, .certainty = Certainty::exact, .unproduced = Unproduced::release});
    EXPECT_EQ(window.sum(), (Amounts{1, 50, 0}));
}

TEST_F(Charging, NoRequestsRefundsTheRequest) {
    charge(window, {1, 0, 0}, now_us);
    settle({.requests = 0, .certainty = Certainty::exact, .unproduced = Unproduced::release});
    EXPECT_EQ(window.sum(), (Amounts{1, 0, 0}));
}

TEST(Clamping, EveryAmountIsWithinZeroAndTheLargest) {
    EXPECT_EQ(clamp_amount(-1), 0);
    EXPECT_EQ(clamp_amount(amount_max), amount_max);
    EXPECT_EQ(clamp_amount(amount_max + 1), amount_max);
    EXPECT_EQ(clamp_demand({-1, INT64_MAX, 5}), (Demand{0, amount_max, 5}));
    const Usage usage = clamp_usage({.requests = 2, .input_tokens = -7, .output_tokens = INT64_MAX});
    EXPECT_EQ(usage.requests, 1);
    EXPECT_EQ(usage.input_tokens, 0);
    EXPECT_EQ(usage.output_tokens, amount_max);
    EXPECT_EQ(clamp_usage({.requests = -3}).requests, 0);
}

TEST_F(Charging, BeyondTheReservationMoreIsReservedAsItGoes) {
    progress(demand.output_tokens + 10, 25);
    EXPECT_EQ(window.sum(), (Amounts{1, 100, 75}));
    EXPECT_EQ(reservation.held(), 25);
    EXPECT_EQ(reservation.demand(), demand) << "what was asked for stays what it was";
    pass(minute_us);
    progress(60, 5);
    EXPECT_EQ(window.sum(), (Amounts{1, 100, 75})) << "less than is held is no news";
    EXPECT_EQ(reservation.held(), 15);
    EXPECT_EQ(left_after(2 * minute_us - 1), (Amounts{1, 100, 75}));
    EXPECT_EQ(left_after(2 * minute_us), (Amounts{1, 100, 60})) << "what died runs out";
    settle({.input_tokens = 100, .output_tokens = 62, .certainty = Certainty::exact});
    EXPECT_EQ(window.sum(), (Amounts{1, 100, 62}));
}

TEST_F(Charging, WhatWasReservedAsItWentIsNotChargedWhereNobodySaysHowLongItWas) {
    progress(60, 30);
    settle({.input_tokens = 100, .output_tokens = 61, .unproduced = Unproduced::charge});
    EXPECT_EQ(window.sum(), (Amounts{1, 100, 61}));
}

TEST_F(Charging, WhatWasReservedAsItWentIsLeftToRunOut) {
    progress(60, 30);
    settle({.input_tokens = 100, .output_tokens = 70, .unproduced = Unproduced::run_out});
    EXPECT_EQ(window.sum(), (Amounts{1, 100, 90}));
    EXPECT_EQ(left_after(2 * minute_us), (Amounts{1, 100, 70}));
}

TEST(ChargingInFlight, ASlotIsRenewedAndAlwaysGivenBack) {
    const Demand two{2, 100, 40};
    const Charge slots{.window_us = in_flight_lease_us, .in_flight = true};
    const Charge usage{.window_us = minute_us};
    Reservation reservation = ReservationAccess::make(two, {usage, slots});
    EXPECT_EQ(demand_for(slots, two), (Demand{0, 0, 2}));
    EXPECT_EQ(demand_for(usage, two), two);
    const Correction renewed = correction_for(slots, renewal(reservation, {.output_tokens = 15}));
    EXPECT_EQ(renewed.lease_back, 2);
    EXPECT_EQ(renewed.lease_again, 2);
    EXPECT_EQ(renewed.produced, 0);
    for (const Unproduced unproduced : {Unproduced::release, Unproduced::run_out, Unproduced::charge}) {
        const Usage ended{.requests = 0, .input_tokens = 500, .output_tokens = 70, .unproduced = unproduced};
        const Correction settled = correction_for(slots, settlement(reservation, ended));
        EXPECT_EQ(settled.lease_back, 2);
        EXPECT_EQ(settled.lease_again, 0);
        EXPECT_EQ(settled.produced, 0);
        EXPECT_EQ(settled.input_more, 0);
        EXPECT_EQ(settled.admission_back, Amounts{});
    }
    ReservationAccess::close(reservation);
}

}  // namespace
}  // namespace weir::testing
