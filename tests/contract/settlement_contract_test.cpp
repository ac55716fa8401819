// What every store makes of a request's end, and of the time until then.
#include <gmock/gmock.h>

#include "contract/contract.hpp"
#include "support/manual_clock.hpp"

namespace weir::testing {
namespace {

using enum Dimension;

constexpr Demand demand{1, 100, 40};

struct Row {
    const char* what;
    Usage usage;
    Amounts at_once;      ///< what the ledger holds after the settlement
    Amounts after_lease;  ///< what is left when the lease has run out
};

/// The refund table, as the usage that the proxy settles by. 10 of 40 output tokens were seen.
const std::vector<Row> refund_table{
    {"connection never made",
     {.requests = 0, .certainty = Certainty::exact, .unproduced = Unproduced::release},
     {0, 0, 0},
     {0, 0, 0}},
    {"upstream refused",
     {.certainty = Certainty::exact, .unproduced = Unproduced::release},
     {1, 0, 0},
     {1, 0, 0}},
    {"upstream failed before the answer",
     {.certainty = Certainty::lower_bound, .unproduced = Unproduced::release},
     {1, 100, 0},
     {1, 100, 0}},
    {"upstream broke while it streamed",
     {.output_tokens = 10, .certainty = Certainty::lower_bound, .unproduced = Unproduced::release},
     {1, 100, 10},
     {1, 100, 10}},
    {"client left",
     {.output_tokens = 10, .certainty = Certainty::lower_bound, .unproduced = Unproduced::run_out},
     {1, 100, 40},
     {1, 100, 10}},
    {"whole, unreported",
     {.output_tokens = 10, .certainty = Certainty::lower_bound, .unproduced = Unproduced::charge},
     {1, 100, 40},
     {1, 100, 40}},
    {"whole, unreported, longer than reserved",
     {.input_tokens = 120, .output_tokens = 70, .unproduced = Unproduced::charge},
     {1, 120, 70},
     {1, 120, 70}},
    {"whole, reported, less than estimated",
     {.input_tokens = 80,
      .output_tokens = 10,
      .certainty = Certainty::exact,
      .unproduced = Unproduced::release},
     {1, 80, 10},
     {1, 80, 10}},
    {"whole, reported, more than estimated",
     {.input_tokens = 130,
      .output_tokens = 55,
      .certainty = Certainty::exact,
      .unproduced = Unproduced::release},
     {1, 130, 55},
     {1, 130, 55}},
};

TEST_P(LimiterContract, EveryRowOfTheRefundTable) {
    for (const Row& row : refund_table) {
        SCOPED_TRACE(row.what);
        const std::string hour = std::string("hour ") + row.what;
        const std::string day = std::string("day ") + row.what;
        const Ledgers ledgers{ledger(hour, 60 * minute_us, {}), ledger(day, day_us, {})};
        Reservation reservation = admit(demand, ledgers);
        store.advance(second_us);
        store.settle(std::move(reservation), row.usage);
        EXPECT_EQ(used(hour, 60 * minute_us), row.at_once);
        EXPECT_EQ(used(day, day_us), row.at_once);
        store.advance(30 * minute_us);
        EXPECT_EQ(used(hour, 60 * minute_us), row.after_lease);
        EXPECT_EQ(used(day, day_us), row.after_lease);
    }
}

TEST_P(LimiterContract, EveryRowOfTheRefundTableAfterProgress) {
    for (const Row& row : refund_table) {
        if (row.usage.output_tokens < 10) continue;  // what was seen is at least what progress said
        SCOPED_TRACE(row.what);
        const Ledgers ledgers{ledger(row.what, 60 * minute_us, {})};
        Reservation reservation = admit(demand, ledgers);
        store.advance(40 * second_us);
        store.progress(reservation, 4);
        store.advance(40 * second_us);
        store.progress(reservation, 7);
        EXPECT_EQ(used(row.what, 60 * minute_us), demand);
        store.settle(std::move(reservation), row.usage);
        EXPECT_EQ(used(row.what, 60 * minute_us), row.at_once);
        store.advance(10 * minute_us);
        EXPECT_EQ(used(row.what, 60 * minute_us), row.after_lease);
    }
}

TEST_P(LimiterContract, SettlingLeavesTheChargesOfOthers) {
    const Ledgers ledgers{ledger("a", minute_us, {})};
    spend({1, 7, 3}, ledgers);
    Reservation settled = admit(demand, ledgers);
    const Reservation other = admit({1, 11, 5}, ledgers);
    store.settle(std::move(settled),
                 {.requests = 0, .certainty = Certainty::exact, .unproduced = Unproduced::release});
    EXPECT_EQ(used("a"), (Amounts{2, 18, 8}));
}

TEST_P(LimiterContract, GivenBackRoomAdmitsAtOnce) {
    const Ledgers ledgers{ledger("a", minute_us, {{total_tokens, 150}})};
    Reservation reservation = admit(demand, ledgers);
    refuse({1, 11, 0}, ledgers);
    store.settle(std::move(reservation), exactly({1, 100, 39}));
    spend({1, 11, 0}, ledgers);
    refuse({1, 1, 0}, ledgers);
}

TEST_P(LimiterContract, OverdraftIsKeptAsDebtUntilItHasSlidOut) {
    const Ledgers ledgers{ledger("a", minute_us, {{output_tokens, 100}})};
    spend({1, 0, 50}, ledgers);
    Reservation reservation = admit({1, 0, 50}, ledgers);
    store.advance(10 * second_us);
    store.settle(std::move(reservation), exactly({1, 0, 950}));
    const std::vector<LevelRow> levels = rows_of(store.peek(ledgers));
    EXPECT_EQ(levels.front(), (LevelRow{0, "output_tokens", 100, 1000, minute_us}));
    store.advance(5 * second_us);
    const Refusal refusal = refuse({1, 0, 1}, ledgers);
    EXPECT_EQ(refusal.used, 1000);
    EXPECT_EQ(refusal.retry_after_us, 55 * second_us);
    store.advance(refusal.retry_after_us - 1);
    refuse({1, 0, 1}, ledgers);
    store.advance(1);
    spend({1, 0, 100}, ledgers);
}

TEST_P(LimiterContract, AnUnsettledLeaseRunsOutAfterTheWindowOrTwoMinutes) {
    const auto output_left = [&](const std::string& name, std::int64_t window_us) {
        return used(name, window_us).output_tokens;
    };
    for (const std::int64_t window_us : {7 * second_us, minute_us, 10 * minute_us, 31 * day_us}) {
        const std::int64_t lease_us = std::min(window_us, 2 * minute_us);
        const std::string name = "w" + std::to_string(window_us);
        { const Reservation lost = admit(demand, {ledger(name, window_us, {})}); }
        store.advance(lease_us - 1);
        EXPECT_EQ(output_left(name, window_us), 40) << window_us;
        store.advance(1 + (window_us + 119) / 120);
        EXPECT_EQ(output_left(name, window_us), 0) << window_us;
        const Amounts rest = used(name, window_us);
        EXPECT_EQ(rest, (window_us > 2 * minute_us ? Amounts{1, 100, 0} : Amounts{})) << window_us;
    }
}

TEST_P(LimiterContract, AnAnswerLongerThanTheWindowStaysReservedAndCounted) {
    const Ledgers ledgers{ledger("a", second_us, {}), ledger("b", minute_us, {})};
    Reservation reservation = admit({1, 10, 100}, ledgers);
    EXPECT_EQ(reservation.progress_due_us(), second_us / 3);
    std::int64_t produced = 0;
    for (int i = 0; i < 20; ++i) {
        store.advance(reservation.progress_due_us() - 1);
        produced += 5;
        store.progress(reservation, produced);
        EXPECT_GE(used("a", second_us).output_tokens, 100 - produced);
        EXPECT_EQ(used("b", minute_us), (Amounts{1, 10, 100}));
    }
    EXPECT_LE(used("a", second_us).output_tokens, 20) << "what was produced slides out";
    EXPECT_GE(used("a", second_us).output_tokens, 15);
    store.settle(std::move(reservation), exactly({1, 10, 100}));
    EXPECT_EQ(used("b", minute_us), (Amounts{1, 10, 100}));
}

TEST_P(LimiterContract, ProgressBeyondWhatWasReservedIsCharged) {
    const Ledgers ledgers{ledger("a", minute_us, {})};
    Reservation reservation = admit(demand, ledgers);
    store.progress(reservation, 65);
    EXPECT_EQ(used("a"), (Amounts{1, 100, 65}));
    store.progress(reservation, 60);
    EXPECT_EQ(used("a"), (Amounts{1, 100, 65})) << "progress never takes back";
    store.settle(std::move(reservation), {.output_tokens = 80, .unproduced = Unproduced::release});
    EXPECT_EQ(used("a"), (Amounts{1, 100, 80}));
}

TEST_P(LimiterContract, WhatIsStillToComeIsReservedAsItGoes) {
    const Ledgers ledgers{ledger("a", minute_us, {{output_tokens, 100}}), ledger("b", day_us, {})};
    Reservation reservation = admit(demand, ledgers);
    store.advance(second_us);
    store.progress(reservation, 50, 45);
    EXPECT_EQ(reservation.held(), 45);
    EXPECT_EQ(used("a"), (Amounts{1, 100, 95}));
    EXPECT_EQ(store.reserve({1, 1, 6}, ledgers).verdict, Verdict::refused) << "there is room for 5";
    store.progress(reservation, 80, 90);
    EXPECT_EQ(used("a"), (Amounts{1, 100, 170})) << "whether there is room or not";
    store.advance(60 * minute_us);
    EXPECT_EQ(used("b", day_us), (Amounts{1, 100, 80})) << "it is a lease like any other";
    store.progress(reservation, 81);
    EXPECT_EQ(used("b", day_us), (Amounts{1, 100, 170}));
    store.settle(std::move(reservation), exactly({1, 100, 85}));
    EXPECT_EQ(used("b", day_us), (Amounts{1, 100, 85}));
}

TEST_P(LimiterContract, AnExactEndMayCorrectWhatProgressChargedLast) {
    const Ledgers ledgers{ledger("a", minute_us, {})};
    Reservation guessed = admit(demand, ledgers);
    store.progress(guessed, 30);
    store.settle(std::move(guessed), exactly({1, 100, 12}));
    EXPECT_EQ(used("a"), (Amounts{1, 100, 12}));
    Reservation bounded = admit(demand, ledgers);
    store.progress(bounded, 30);
    store.settle(std::move(bounded), {.output_tokens = 12, .unproduced = Unproduced::release});
    EXPECT_EQ(used("a"), (Amounts{2, 200, 42}));
}

TEST_P(LimiterContract, ProgressAfterTheLeaseRanOutReservesTheRestAgain) {
    const Ledgers ledgers{ledger("a", day_us, {})};
    Reservation reservation = admit(demand, ledgers);
    store.advance(60 * minute_us);
    EXPECT_EQ(used("a", day_us), (Amounts{1, 100, 0}));
    store.progress(reservation, 10);
    EXPECT_EQ(used("a", day_us), demand);
    store.advance(60 * minute_us);
    EXPECT_EQ(used("a", day_us), (Amounts{1, 100, 10}));
    store.settle(std::move(reservation), exactly({1, 100, 25}));
    EXPECT_EQ(used("a", day_us), (Amounts{1, 100, 25}));
}

TEST_P(LimiterContract, InputIsCorrectedWhereItWasCharged) {
    const Ledgers ledgers{ledger("a", minute_us, {{input_tokens, limit_max}})};
    Reservation more = admit({1, 100, 0}, ledgers);
    store.advance(50 * second_us);
    store.settle(std::move(more), exactly({1, 130, 0}));
    EXPECT_EQ(store.peek(ledgers).front().used, 130);
    EXPECT_EQ(store.peek(ledgers).front().reset_us, 10 * second_us);
    store.advance(10 * second_us);
    EXPECT_EQ(used("a").input_tokens, 0);
}

TEST_P(LimiterContract, InputIsRaisedNowWhereItsBucketIsGoneAndNeverRefunded) {
    const Ledgers ledgers{ledger("a", minute_us, {{input_tokens, limit_max}})};
    Reservation more = admit({1, 100, 0}, ledgers);
    Reservation less = admit({1, 100, 0}, ledgers);
    store.advance(minute_us);
    spend({1, 7, 0}, ledgers);
    store.settle(std::move(less), exactly({1, 10, 0}));
    EXPECT_EQ(used("a"), (Amounts{1, 7, 0}));
    store.settle(std::move(more), exactly({1, 130, 0}));
    EXPECT_EQ(store.peek(ledgers).front().used, 37);
    EXPECT_EQ(store.peek(ledgers).front().reset_us, minute_us);
}

TEST_P(LimiterContract, InputOfARequestThatDemandedNothingIsChargedWhenItWasAdmitted) {
    const Ledgers ledgers{ledger("a", minute_us, {{input_tokens, limit_max}})};
    Reservation nothing = admit({0, 0, 0}, ledgers);
    store.advance(50 * second_us);
    store.progress(nothing, 1);
    store.settle(std::move(nothing), exactly({0, 30, 1}));
    EXPECT_EQ(store.peek(ledgers).front().used, 30);
    EXPECT_EQ(store.peek(ledgers).front().reset_us, 10 * second_us);
}

TEST_P(LimiterContract, SettlingAfterEverythingRanOutChargesTheOutputOnly) {
    const Ledgers ledgers{ledger("a", second_us, {})};
    Reservation reservation = admit(demand, ledgers);
    store.advance(minute_us);
    EXPECT_EQ(used("a", second_us), Amounts{});
    store.settle(std::move(reservation), exactly(demand));
    EXPECT_EQ(used("a", second_us), (Amounts{0, 0, 40}));
}

TEST_P(LimiterContract, OutputIsDatedWhenItWasProduced) {
    const Ledgers ledgers{ledger("a", minute_us, {{output_tokens, limit_max}})};
    Reservation reservation = admit(demand, ledgers);
    store.advance(15 * second_us);
    store.progress(reservation, 10);
    store.advance(15 * second_us);
    store.settle(std::move(reservation), exactly({1, 100, 30}));
    EXPECT_EQ(store.peek(ledgers).front().reset_us, minute_us);
    store.advance(45 * second_us);
    EXPECT_EQ(store.peek(ledgers).front().used, 20);
    store.advance(15 * second_us);
    EXPECT_EQ(store.peek(ledgers).front().used, 0);
}

TEST_P(LimiterContract, UsageIsNotTrustedBeyondTheLargestAmount) {
    const Ledgers ledgers{ledger("a", minute_us, {})};
    store.settle(admit(demand, ledgers),
                 {.requests = 7, .input_tokens = INT64_MAX, .output_tokens = INT64_MAX});
    EXPECT_EQ(used("a"), (Amounts{1, amount_max, amount_max}));
    store.settle(admit(demand, ledgers), {.requests = INT64_MIN,
                                          .input_tokens = INT64_MIN,
                                          .output_tokens = -1,
                                          .certainty = Certainty::exact,
                                          .unproduced = Unproduced::release});
    EXPECT_EQ(used("a"), (Amounts{1, amount_max, amount_max}));
}

TEST_P(LimiterContract, ASettledReservationIsNotCountedAsDropped) {
    const std::uint64_t dropped = Reservation::dropped();
    spend(demand, {ledger("a", minute_us, {})});
    EXPECT_EQ(Reservation::dropped(), dropped);
}

}  // namespace
}  // namespace weir::testing
