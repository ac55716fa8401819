// Requests in flight over every store: a slot is taken with the other limits, lasts as long as the request,
// and is free once that has ended, however it ended.
#include <string>
#include <vector>

#include "contract/contract.hpp"
#include "ledger/reservation_access.hpp"

namespace weir::testing {

namespace {

constexpr auto in_flight = Dimension::in_flight;
constexpr auto requests = Dimension::requests;
constexpr Demand demand{1, 100, 40};
constexpr std::int64_t lease_us = in_flight_lease_us;

LedgerLimits slots(const std::string& name, std::int64_t limit, const std::string& tenant = "0") {
    LedgerLimits made = ledger("", lease_us, {{in_flight, limit}});
    made.ledger = LedgerName(name + ":in_flight", tenant);
    return made;
}

class InFlightContract : public LimiterContract {
protected:
    std::int64_t taken(const LedgerLimits& ledger) { return store.peek({&ledger, 1}).at(0).used; }
    static void leave(Reservation reservation) { ReservationAccess::close(reservation); }
};

TEST_P(InFlightContract, AsManyAsTheLimitAndOneMoreWhenOneHasEnded) {
    const Ledgers ledgers{slots("key:a", 2)};
    Reservation first = admit(demand, ledgers);
    Reservation second = admit(demand, ledgers);
    const Refusal refusal = refuse(demand, ledgers);
    EXPECT_EQ(refusal.dimension, in_flight);
    EXPECT_EQ(refusal.limit, 2);
    EXPECT_EQ(refusal.used, 2);
    EXPECT_EQ(refusal.requested, 1);
    EXPECT_EQ(refusal.retry_after_us, second_us);
    store.settle(std::move(first), exactly(demand));
    // At once: a refusal by requests in flight is never repeated from memory.
    Reservation third = admit(demand, ledgers);
    EXPECT_EQ(refuse(demand, ledgers).used, 2);
    store.settle(std::move(second), exactly(demand));
    store.settle(std::move(third), exactly(demand));
    EXPECT_EQ(taken(ledgers[0]), 0);
}

TEST_P(InFlightContract, ASlotIsFreeHoweverTheRequestEnded) {
    const Ledgers ledgers{slots("key:a", 1), ledger("key:a:60000000", minute_us, {{requests, 1'000}})};
    for (const Certainty certainty : {Certainty::exact, Certainty::lower_bound}) {
        for (const Unproduced unproduced : {Unproduced::release, Unproduced::run_out, Unproduced::charge}) {
            for (const std::int64_t output : {0, 10, 70}) {
                Reservation reservation = admit(demand, ledgers);
                if (output > 0) store.progress(reservation, output / 2);
                EXPECT_EQ(taken(ledgers[0]), 1);
                store.settle(std::move(reservation), {.requests = output % 3,
                                                      .input_tokens = 500,
                                                      .output_tokens = output,
                                                      .certainty = certainty,
                                                      .unproduced = unproduced});
                EXPECT_EQ(taken(ledgers[0]), 0);
            }
        }
    }
    EXPECT_EQ(used("key:a:in_flight"), Amounts{});
}

TEST_P(InFlightContract, ItHoldsAsManySlotsAsADemandHasRequestsWhateverItsTokens) {
    const Ledgers ledgers{slots("key:a", 3)};
    EXPECT_EQ(store.reserve({4, 0, 0}, ledgers).verdict, Verdict::never_fits);
    Reservation two = admit({2, 1'000'000, 1'000'000}, ledgers);
    EXPECT_EQ(refuse({2, 0, 0}, ledgers).requested, 2);
    Reservation none = admit({0, 10, 10}, ledgers);
    EXPECT_EQ(taken(ledgers[0]), 2);
    store.settle(std::move(none), {});
    EXPECT_EQ(taken(ledgers[0]), 2);
    store.settle(std::move(two), {});
    EXPECT_EQ(taken(ledgers[0]), 0);
}

TEST_P(InFlightContract, ALimitOfZeroBlocks) {
    const Decision decision = store.reserve(demand, Ledgers{slots("key:a", 0)});
    EXPECT_EQ(decision.verdict, Verdict::blocked);
    EXPECT_EQ(decision.refusal.dimension, in_flight);
}

TEST_P(InFlightContract, ProgressKeepsTheSlotHoweverLongTheAnswer) {
    const Ledgers ledgers{slots("key:a", 1),
                          ledger("key:a:3600000000", 60 * minute_us, {{Dimension::output_tokens, 100}})};
    Reservation reservation = admit(demand, ledgers);
    EXPECT_EQ(reservation.progress_due_us(), lease_us / 3);
    for (std::int64_t passed_us = 0; passed_us < 10 * lease_us; passed_us += lease_us / 3) {
        store.advance(lease_us / 3);
        store.progress(reservation, passed_us / lease_us);
        EXPECT_EQ(refuse(demand, {ledgers[0]}).used, 1) << passed_us;
    }
    store.settle(std::move(reservation), exactly({1, 100, 12}));
    EXPECT_EQ(taken(ledgers[0]), 0);
    EXPECT_EQ(used("key:a:3600000000", 60 * minute_us), (Amounts{1, 100, 12}));
    leave(admit(demand, {ledgers[0]}));
}

TEST_P(InFlightContract, WhatADeadNodeHeldIsFreeWhenTheLeaseHasRunOut) {
    const Ledgers ledgers{slots("key:a", 2)};
    leave(admit(demand, ledgers));
    store.advance(lease_us / 2);
    leave(admit(demand, ledgers));
    store.advance(lease_us / 2 - 1);
    EXPECT_EQ(refuse(demand, ledgers).retry_after_us, second_us);
    store.advance(1);
    EXPECT_EQ(taken(ledgers[0]), 1);
    leave(admit(demand, ledgers));
    EXPECT_EQ(refuse(demand, ledgers).used, 2);
}

TEST_P(InFlightContract, ASlotThatRanOutIsNotTakenBackFromSomebodyElse) {
    const Ledgers ledgers{slots("key:a", 1)};
    Reservation late = admit(demand, ledgers);
    store.advance(lease_us);
    Reservation other = admit(demand, ledgers);
    store.settle(std::move(late), exactly(demand));
    EXPECT_EQ(taken(ledgers[0]), 1);
    store.settle(std::move(other), exactly(demand));
    EXPECT_EQ(taken(ledgers[0]), 0);
}

TEST_P(InFlightContract, TheLongestWaitIsTold) {
    const LedgerLimits few = slots("key:a", 1);
    const LedgerLimits second = ledger("key:a:1000000", second_us, {{requests, 1}});
    const LedgerLimits minute = ledger("key:a:60000000", minute_us, {{requests, 1}});
    leave(admit(demand, {few, second, minute}));
    store.advance(second_us / 2);
    EXPECT_EQ(refuse(demand, {second, few}).dimension, in_flight) << "half a second, and a second";
    EXPECT_EQ(refuse(demand, {few, minute}).dimension, requests) << "a second, and a minute";
    EXPECT_EQ(refuse(demand, {few, minute}).retry_after_us, minute_us - second_us / 2);
    // Nothing was taken from the others.
    EXPECT_EQ(taken(few), 1);
    EXPECT_EQ(taken(minute), 1);
}

TEST_P(InFlightContract, LevelsSayHowManyAndNoTime) {
    const Ledgers ledgers{slots("key:a", 5), ledger("key:a:60000000", minute_us, {{requests, 9}})};
    Reservation first = admit(demand, ledgers);
    Decision second = store.reserve(demand, ledgers);
    const std::vector<LevelRow> expected{{0, "in_flight", 5, 2, 0}, {1, "requests", 9, 2, minute_us}};
    EXPECT_EQ(rows_of(store.peek(ledgers)), expected);
    const auto& tightest = second.tightest.at(static_cast<std::size_t>(in_flight));
    ASSERT_TRUE(tightest);
    EXPECT_EQ(row_of(*tightest), expected[0]);
    EXPECT_EQ(store.read(ledgers[0]).sums, (Amounts{0, 0, 2}));
    store.settle(std::move(*second.reservation), exactly(demand));
    store.settle(std::move(first), exactly(demand));
    EXPECT_EQ(rows_of(store.peek(ledgers)).at(0), (LevelRow{0, "in_flight", 5, 0, 0}));
}

TEST_P(InFlightContract, TheFirstCandidateThatHasASlotIsTaken) {
    const LedgerLimits own = slots("key:a", 9);
    const LedgerLimits first = slots("upstream:b", 1, "b"), second = slots("upstream:c", 1, "c");
    LedgerSet set;
    set.add(own);
    for (const LedgerLimits* candidate : {&first, &second}) {
        set.begin_candidate();
        set.add(*candidate);
    }
    Decision to_first = store.reserve_from(demand, set);
    Decision to_second = store.reserve_from(demand, set);
    EXPECT_EQ(to_first.candidate, 0U);
    EXPECT_EQ(to_second.candidate, 1U);
    const Decision none = store.reserve_from(demand, set);
    EXPECT_EQ(none.verdict, Verdict::refused);
    EXPECT_EQ(none.refusal.dimension, in_flight);
    EXPECT_EQ(none.refusal.ledger_index, 1U);
    EXPECT_EQ(none.refusal.retry_after_us, second_us);
    EXPECT_EQ(taken(own), 2);
    store.settle(std::move(*to_first.reservation), exactly(demand));
    Decision again = store.reserve_from(demand, set);
    EXPECT_EQ(again.candidate, 0U);
    store.settle(std::move(*again.reservation), exactly(demand));
    store.settle(std::move(*to_second.reservation), exactly(demand));
    for (const LedgerLimits& ledger : {own, first, second}) EXPECT_EQ(taken(ledger), 0);
}

TEST_P(InFlightContract, AMoveFreesTheSlotAndTakesTheNext) {
    const LedgerLimits own = slots("key:a", 9);
    const LedgerLimits first = slots("upstream:b", 1, "b"), second = slots("upstream:c", 1, "c");
    LedgerSet set, next;
    set.add(own);
    set.begin_candidate();
    set.add(first);
    next.begin_candidate();
    next.add(second);
    Decision decision = store.reserve_from(demand, set);
    ASSERT_TRUE(decision.reservation);
    const Usage counted{.requests = 1, .certainty = Certainty::lower_bound};
    EXPECT_EQ(store.move(*decision.reservation, counted, next).verdict, Verdict::admitted);
    EXPECT_EQ(taken(first), 0);
    EXPECT_EQ(taken(second), 1);
    EXPECT_EQ(taken(own), 1);
    store.settle(std::move(*decision.reservation), exactly(demand));
    EXPECT_EQ(taken(second), 0);
    EXPECT_EQ(taken(own), 0);
}

TEST_P(InFlightContract, WhatEndsBeforeItsUsageIsKnownGivesItsSlotsBackAlone) {
    const LedgerLimits own = slots("key:a", 1), candidate = slots("upstream:b", 1, "b");
    const LedgerLimits tokens = ledger("key:a:60000000", minute_us, {{Dimension::output_tokens, 100}});
    LedgerSet set, next;
    set.add(own);
    set.add(tokens);
    set.begin_candidate();
    set.add(candidate);
    Decision decision = store.reserve_from(demand, set);
    ASSERT_TRUE(decision.reservation);
    store.end_flight(*decision.reservation);
    EXPECT_EQ(taken(own), 0);
    EXPECT_EQ(taken(candidate), 0);
    EXPECT_EQ(used("key:a:60000000"), demand);
    store.progress(*decision.reservation, 5);
    EXPECT_EQ(taken(own), 0);
    store.settle(std::move(*decision.reservation), exactly({1, 100, 12}));
    EXPECT_EQ(taken(own), 0);
    EXPECT_EQ(used("key:a:60000000"), (Amounts{1, 100, 12}));
}

TEST_P(InFlightContract, WhatAnotherLedgerRefusesTakesNoSlot) {
    const LedgerLimits few = slots("key:a", 2);
    const LedgerLimits full = slots("upstream:b", 1, "b");
    leave(admit(demand, {full}));
    EXPECT_EQ(refuse(demand, {few, full}).ledger_index, 1U);
    EXPECT_EQ(taken(few), 0);
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Stores, InFlightContract, ::testing::ValuesIn(store_kinds()),
                         [](const auto& of_test) { return of_test.param.name; });

}  // namespace weir::testing
