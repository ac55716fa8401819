// What every store decides: who is admitted, who waits for how long, and what a refusal leaves behind.
#include <gmock/gmock.h>

#include "contract/contract.hpp"
#include "support/manual_clock.hpp"

namespace weir::testing {
namespace {

using enum Dimension;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t seven_seconds_us = 7 * second_us;

/// The width of a bucket: how much longer than the window a charge may count.
constexpr std::int64_t bucket_slack_us(std::int64_t window_us) {
    return window_us / 120 + (window_us % 120 == 0 ? 0 : 1);
}

TEST_P(LimiterContract, AdmitsUpToTheLimitAndNoFurther) {
    const Ledgers ledgers{ledger("a", minute_us, {{requests, 3}})};
    for (int i = 0; i < 3; ++i) spend({1, 10, 10}, ledgers);
    const Refusal refusal = refuse({1, 10, 10}, ledgers);
    EXPECT_EQ(refusal.ledger_index, 0U);
    EXPECT_EQ(refusal.dimension, requests);
    EXPECT_EQ(refusal.limit, 3);
    EXPECT_EQ(refusal.used, 3);
    EXPECT_EQ(refusal.requested, 1);
    EXPECT_EQ(refusal.retry_after_us, minute_us);
}

TEST_P(LimiterContract, ADemandAsLargeAsTheLimitFits) {
    const Ledgers ledgers{ledger(
        "a", minute_us, {{requests, 1}, {input_tokens, 100}, {output_tokens, 50}, {total_tokens, 150}})};
    spend({1, 100, 50}, ledgers);
    EXPECT_EQ(used("a"), (Amounts{1, 100, 50}));
}

TEST_P(LimiterContract, ADemandAboveTheLimitItselfNeverFits) {
    const Ledgers ledgers{ledger("a", minute_us, {{input_tokens, 100}}),
                          ledger("b", minute_us, {{output_tokens, 10}, {total_tokens, 20}})};
    const Decision decision = store.reserve({1, 50, 11}, ledgers);
    EXPECT_EQ(decision.verdict, Verdict::never_fits);
    EXPECT_FALSE(decision.reservation.has_value());
    EXPECT_EQ(decision.refusal.ledger_index, 1U);
    EXPECT_EQ(decision.refusal.dimension, output_tokens);
    EXPECT_EQ(decision.refusal.limit, 10);
    EXPECT_EQ(decision.refusal.requested, 11);
    EXPECT_EQ(decision.refusal.used, 0);
    EXPECT_EQ(decision.refusal.retry_after_us, 0);
    EXPECT_EQ(used("a"), Amounts{});
    EXPECT_EQ(used("b"), Amounts{});
}

TEST_P(LimiterContract, ALimitOfZeroBlocksAndWinsOverNeverFits) {
    const Ledgers ledgers{ledger("a", minute_us, {{input_tokens, 10}}),
                          ledger("b", minute_us, {{requests, 0}})};
    const Decision decision = store.reserve({1, 11, 0}, ledgers);
    EXPECT_EQ(decision.verdict, Verdict::blocked);
    EXPECT_EQ(decision.refusal.ledger_index, 1U);
    EXPECT_EQ(decision.refusal.dimension, requests);
    EXPECT_EQ(decision.refusal.limit, 0);
    EXPECT_EQ(decision.refusal.retry_after_us, 0);
    EXPECT_EQ(used("a"), Amounts{});
}

TEST_P(LimiterContract, ALedgerIsHeldToTheLimitsThatComeWithEachDemand) {
    const Ledgers whole{ledger("a", minute_us, {{requests, 10}})};
    const Ledgers part{ledger("a", minute_us, {{requests, 7}})};
    for (int i = 0; i < 6; ++i) spend({1, 0, 0}, whole);
    spend({1, 0, 0}, part);
    const Refusal low = refuse({1, 0, 0}, part);
    EXPECT_EQ(low.limit, 7);
    EXPECT_EQ(low.used, 7);
    for (int i = 0; i < 3; ++i) spend({1, 0, 0}, whole);
    EXPECT_EQ(refuse({1, 0, 0}, whole).limit, 10);
    EXPECT_EQ(refuse({1, 0, 0}, part).used, 10);
    EXPECT_EQ(used("a"), (Amounts{10, 0, 0}));
}

TEST_P(LimiterContract, ADimensionOfWhichNothingIsDemandedIsNotChecked) {
    const Ledgers blocked{ledger("a", minute_us, {{requests, 10}, {output_tokens, 0}})};
    spend({1, 10, 0}, blocked);
    const Ledgers limited{ledger("b", minute_us, {{output_tokens, 100}})};
    store.settle(admit({1, 10, 100}, limited),
                 {.input_tokens = 10, .output_tokens = 500, .certainty = Certainty::exact});
    EXPECT_EQ(used("b").output_tokens, 500);
    spend({1, 10, 0}, limited);
    refuse({1, 10, 1}, limited);
}

TEST_P(LimiterContract, WithoutLedgersEverythingIsAdmitted) {
    Decision decision = store.reserve({1, amount_max, amount_max}, {});
    ASSERT_EQ(decision.verdict, Verdict::admitted);
    for (const auto& level : decision.tightest) EXPECT_FALSE(level.has_value());
    store.progress(*decision.reservation, 7);
    store.settle(std::move(*decision.reservation), {.output_tokens = 9});
    EXPECT_THAT(store.peek({}), IsEmpty());
}

TEST_P(LimiterContract, ARefusalLeavesEveryLedgerAsItWas) {
    const Ledgers full{ledger("full", minute_us, {{output_tokens, 20}})};
    spend({1, 5, 20}, full);
    const LedgerLimits before = ledger("before", seven_seconds_us, {{requests, 9}, {input_tokens, 900}});
    const LedgerLimits after = ledger("after", day_us, {{requests, 9}, {total_tokens, 900}});
    spend({1, 10, 0}, {before, after});
    store.advance(second_us);
    const Ledgers ledgers{before, full.front(), after};
    const std::vector<LevelRow> untouched = rows_of(store.peek(ledgers));
    const Refusal refusal = refuse({1, 5, 1}, ledgers);
    EXPECT_EQ(refusal.ledger_index, 1U);
    EXPECT_EQ(rows_of(store.peek(ledgers)), untouched);
}

TEST_P(LimiterContract, AnAdmissionIsChargedInEveryLedgerAndDimension) {
    const Ledgers ledgers{ledger("a", second_us, {{requests, 5}}), ledger("b", minute_us, {}),
                          ledger("c", day_us, {{total_tokens, 50}})};
    const Reservation reservation = admit({1, 20, 30}, ledgers);
    EXPECT_EQ(used("a", second_us), (Amounts{1, 20, 30}));
    EXPECT_EQ(used("b", minute_us), (Amounts{1, 20, 30}));
    EXPECT_EQ(used("c", day_us), (Amounts{1, 20, 30}));
}

TEST_P(LimiterContract, RetryAfterIsExactAndTheLongestOfAllLedgersAndDimensions) {
    const LedgerLimits quick = ledger("quick", seven_seconds_us, {{requests, 1}});
    const LedgerLimits slow = ledger("slow", minute_us, {{input_tokens, 100}, {output_tokens, 40}});
    spend({0, 60, 10}, {slow});
    store.advance(20 * second_us);
    spend({0, 0, 30}, {slow});
    store.advance(30 * second_us);
    spend({1, 0, 0}, {quick});
    const Ledgers ledgers{quick, slow};
    // Requests wait 7 s, input 10 s; output needs both of its entries gone, in 30 s.
    const Refusal refusal = refuse({1, 50, 31}, ledgers);
    EXPECT_EQ(refusal.ledger_index, 1U);
    EXPECT_EQ(refusal.dimension, output_tokens);
    EXPECT_EQ(refusal.used, 40);
    EXPECT_EQ(refusal.requested, 31);
    ASSERT_EQ(refusal.retry_after_us, 30 * second_us);
    store.advance(refusal.retry_after_us - 1);
    EXPECT_EQ(refuse({1, 50, 31}, ledgers).retry_after_us, 1);
    store.advance(1);
    spend({1, 50, 31}, ledgers);
}

TEST_P(LimiterContract, RetryAfterWaitsForNoMoreThanIsNeeded) {
    const Ledgers ledgers{ledger("a", minute_us, {{input_tokens, 100}})};
    for (int i = 0; i < 4; ++i) {
        spend({1, 25, 0}, ledgers);
        store.advance(second_us);
    }
    EXPECT_EQ(refuse({1, 1, 0}, ledgers).retry_after_us, 56 * second_us);
    EXPECT_EQ(refuse({1, 25, 0}, ledgers).retry_after_us, 56 * second_us);
    EXPECT_EQ(refuse({1, 26, 0}, ledgers).retry_after_us, 57 * second_us);
    EXPECT_EQ(refuse({1, 100, 0}, ledgers).retry_after_us, 59 * second_us);
}

TEST_P(LimiterContract, OfEqualWaitsTheFirstLedgerAndDimensionIsNamed) {
    const std::initializer_list<LimitOf> limits{{requests, 1}, {input_tokens, 10}};
    const Ledgers ledgers{ledger("a", minute_us, limits), ledger("b", minute_us, limits)};
    spend({1, 10, 0}, ledgers);
    const Refusal refusal = refuse({1, 10, 0}, ledgers);
    EXPECT_EQ(refusal.ledger_index, 0U);
    EXPECT_EQ(refusal.dimension, requests);
}

TEST_P(LimiterContract, TotalTokensAreInputAndOutput) {
    const Ledgers ledgers{ledger("a", minute_us, {{total_tokens, 100}})};
    spend({1, 60, 0}, ledgers);
    store.advance(second_us);
    spend({1, 0, 40}, ledgers);
    const Refusal refusal = refuse({1, 30, 31}, ledgers);
    EXPECT_EQ(refusal.dimension, total_tokens);
    EXPECT_EQ(refusal.used, 100);
    EXPECT_EQ(refusal.requested, 61);
    EXPECT_EQ(refusal.retry_after_us, minute_us);
    EXPECT_EQ(refuse({1, 30, 30}, ledgers).retry_after_us, 59 * second_us);
}

TEST_P(LimiterContract, AKeyMayHaveWindowsOfSeveralLengths) {
    const Ledgers ledgers{ledger("k:1", second_us, {{requests, 2}}),
                          ledger("k:60", minute_us, {{requests, 3}}),
                          ledger("k:31d", 31 * day_us, {{requests, 4}})};
    spend({1, 0, 0}, ledgers);
    spend({1, 0, 0}, ledgers);
    EXPECT_EQ(refuse({1, 0, 0}, ledgers).ledger_index, 0U);
    store.advance(second_us + bucket_slack_us(second_us));
    spend({1, 0, 0}, ledgers);
    EXPECT_EQ(refuse({1, 0, 0}, ledgers).ledger_index, 1U);
    store.advance(minute_us + bucket_slack_us(minute_us));
    spend({1, 0, 0}, ledgers);
    const Refusal refusal = refuse({1, 0, 0}, ledgers);
    EXPECT_EQ(refusal.ledger_index, 2U);
    EXPECT_EQ(refusal.used, 4);
}

TEST_P(LimiterContract, AChargeCountsForTheWholeWindowAndAtMostABucketLonger) {
    for (const std::int64_t window_us : {second_us, seven_seconds_us, minute_us, 31 * day_us}) {
        store.advance(12'345'677);  // off every bucket's edge
        const std::string name = "w" + std::to_string(window_us);
        spend({1, 2, 3}, {ledger(name, window_us, {})});
        store.advance(window_us - 1);
        EXPECT_EQ(used(name, window_us), (Amounts{1, 2, 3})) << window_us;
        store.advance(1 + bucket_slack_us(window_us));
        EXPECT_EQ(used(name, window_us), Amounts{}) << window_us;
    }
}

TEST_P(LimiterContract, TheTightestLevelIsTheLeastRemainingThenTheLastToReset) {
    const Ledgers ledgers{ledger("a", second_us, {{requests, 5}, {input_tokens, 90}}),
                          ledger("b", minute_us, {{requests, 9}, {input_tokens, 50}}),
                          ledger("c", seven_seconds_us, {{requests, 5}, {output_tokens, 70}})};
    Decision decision = store.reserve({1, 20, 30}, ledgers);
    ASSERT_EQ(decision.verdict, Verdict::admitted);
    const auto tightest = [&](Dimension dimension) {
        return row_of(decision.tightest.at(static_cast<std::size_t>(dimension)).value());
    };
    const Level& of_requests = decision.tightest.at(0).value();
    EXPECT_EQ(of_requests.ledger_index, 2U);
    EXPECT_EQ(of_requests.remaining(), 4);
    EXPECT_GE(of_requests.reset_us, seven_seconds_us);
    EXPECT_EQ(tightest(input_tokens), (LevelRow{1, "input_tokens", 50, 20, minute_us}));
    EXPECT_EQ(std::get<3>(tightest(output_tokens)), 30);
    EXPECT_FALSE(decision.tightest.at(static_cast<std::size_t>(total_tokens)).has_value());
    store.settle(std::move(*decision.reservation), exactly({1, 20, 30}));
}

TEST_P(LimiterContract, ARefusalTellsTheLevelsToo) {
    const Ledgers ledgers{ledger("a", minute_us, {{requests, 2}, {input_tokens, 100}})};
    spend({2, 30, 0}, ledgers);
    const Decision decision = store.reserve({1, 10, 0}, ledgers);
    EXPECT_EQ(decision.verdict, Verdict::refused);
    EXPECT_EQ(row_of(decision.tightest.at(0).value()), (LevelRow{0, "requests", 2, 2, minute_us}));
    EXPECT_EQ(row_of(decision.tightest.at(1).value()), (LevelRow{0, "input_tokens", 100, 30, minute_us}));
}

TEST_P(LimiterContract, DecisionsAreDatedByTheStoresClock) {
    const Ledgers ledgers{ledger("a", minute_us, {{requests, 1}})};
    store.advance(123'456);
    const Decision admitted = store.reserve({1, 0, 0}, ledgers);
    EXPECT_EQ(admitted.decided_at_us, some_minute_us + 123'456);
    store.advance(1);
    EXPECT_EQ(store.reserve({1, 0, 0}, ledgers).decided_at_us, some_minute_us + 123'457);
    EXPECT_EQ(store.reserve({2, 0, 0}, ledgers).decided_at_us, some_minute_us + 123'457);
}

TEST_P(LimiterContract, PeekListsEachLimitedDimensionInOrderAlsoOfUnknownLedgers) {
    spend({1, 10, 5}, {ledger("known", minute_us, {})});
    const Ledgers ledgers{ledger("unknown", day_us, {{total_tokens, 7}, {requests, 0}}),
                          ledger("known", minute_us, {{output_tokens, 4}, {input_tokens, 20}}),
                          ledger("unlimited", minute_us, {})};
    EXPECT_THAT(rows_of(store.peek(ledgers)),
                ElementsAre(LevelRow{0, "requests", 0, 0, 0}, LevelRow{0, "total_tokens", 7, 0, 0},
                            LevelRow{1, "input_tokens", 20, 10, minute_us},
                            LevelRow{1, "output_tokens", 4, 5, minute_us}));
}

TEST_P(LimiterContract, ResetIsWhenTheLastChargeOfTheDimensionExpires) {
    const Ledgers ledgers{ledger("a", minute_us, {{requests, 9}, {input_tokens, 90}, {output_tokens, 90}})};
    spend({1, 10, 0}, ledgers);
    store.advance(10 * second_us);
    spend({1, 0, 0}, ledgers);
    EXPECT_THAT(rows_of(store.peek(ledgers)), ElementsAre(LevelRow{0, "requests", 9, 2, minute_us},
                                                          LevelRow{0, "input_tokens", 90, 10, 50 * second_us},
                                                          LevelRow{0, "output_tokens", 90, 0, 0}));
}

TEST_P(LimiterContract, ALedgerIsReadBucketByBucket) {
    using Entry = LedgerContents::Entry;
    const Ledgers ledgers{ledger("a", minute_us, {{requests, 9}})};
    const LedgerContents nothing = store.read(ledgers.front());
    EXPECT_EQ(nothing.epoch, 0);
    EXPECT_EQ(nothing.sums, Amounts{});
    EXPECT_THAT(nothing.entries, IsEmpty());

    spend({1, 10, 5}, ledgers);
    spend({1, 1, 0}, ledgers);
    store.advance(10 * second_us);
    const Reservation in_flight = admit({1, 20, 40}, ledgers);
    store.advance(second_us);
    store.settle(admit({1, 7, 7}, ledgers),
                 {.requests = 0, .certainty = Certainty::exact, .unproduced = Unproduced::release});
    const Entry first{some_minute_us + minute_us, {2, 11, 5}};
    const Entry second{some_minute_us + 70 * second_us, {1, 20, 40}};
    LedgerContents read = store.read(ledgers.front());
    EXPECT_EQ(read.now_us, store.now_us());
    EXPECT_EQ(read.sums, (Amounts{3, 31, 45}));
    EXPECT_EQ(read.epoch > 0, read.kept_by == StoreMode::redis);
    EXPECT_THAT(read.entries, ElementsAre(second, first));

    // What has expired is left out, and nobody had to write for that.
    store.advance(49 * second_us);
    read = store.read(ledgers.front());
    EXPECT_EQ(read.sums, (Amounts{1, 20, 40}));
    EXPECT_THAT(read.entries, ElementsAre(second));
    EXPECT_EQ(store.read(ledgers.front()).entries, read.entries);
    EXPECT_EQ(used("a"), read.sums);
}

TEST_P(LimiterContract, AmountsOfOneCallAreClamped) {
    const Ledgers ledgers{ledger("a", minute_us, {})};
    Reservation reservation = admit({amount_max + 5, INT64_MAX, INT64_MAX / 2}, ledgers);
    EXPECT_EQ(used("a"), (Amounts{amount_max, amount_max, amount_max}));
    EXPECT_EQ(reservation.demand(), (Demand{amount_max, amount_max, amount_max}));
    store.settle(std::move(reservation),
                 {.requests = 0, .certainty = Certainty::exact, .unproduced = Unproduced::release});
    EXPECT_EQ(used("a"), Amounts{});
    store.settle(admit({-5, INT64_MIN, -1}, ledgers), {.requests = 0});
    EXPECT_EQ(used("a"), Amounts{});
}

TEST_P(LimiterContract, WhenTimeStepsBackChargesStayAndExpireAWindowFromThere) {
    const Ledgers ledgers{ledger("a", minute_us, {{requests, 1}})};
    spend({1, 10, 5}, ledgers);
    store.advance(-day_us);
    EXPECT_EQ(used("a"), (Amounts{1, 10, 5}));
    EXPECT_EQ(refuse({1, 0, 0}, ledgers).retry_after_us, minute_us);
    store.advance(minute_us - 1);
    refuse({1, 0, 0}, ledgers);
    store.advance(1);
    spend({1, 0, 0}, ledgers);
}

TEST_P(LimiterContract, ADroppedReservationIsCountedAndStaysCharged) {
    const std::uint64_t dropped = Reservation::dropped();
    const Ledgers ledgers{ledger("a", minute_us, {{requests, 1}})};
    { const Reservation reservation = admit({1, 10, 20}, ledgers); }
    EXPECT_EQ(Reservation::dropped(), dropped + 1);
    EXPECT_EQ(used("a"), (Amounts{1, 10, 20}));
    store.advance(minute_us);
    spend({1, 0, 0}, ledgers);
    EXPECT_EQ(Reservation::dropped(), dropped + 1);
}

}  // namespace
}  // namespace weir::testing
