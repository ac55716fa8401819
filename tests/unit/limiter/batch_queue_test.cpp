// What leaves with the next call, and in which order.
#include "limiter/batch_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace weir {
namespace {

using ::testing::ElementsAre;

std::vector<LedgerLimits> limited_to(std::int64_t requests, std::string_view name = "key:a:60000000") {
    std::vector<LedgerLimits> ledgers(1);
    ledgers[0].ledger = name;
    ledgers[0].limits.set(Dimension::requests, requests);
    return ledgers;
}

class BatchQueueTest : public ::testing::Test {
protected:
    /// The waiters are numbers in order of arrival.
    Reserve& add_demand(const std::vector<LedgerLimits>& asked) {
        operations_.push_back({.what = Reserve{{1, 0, 0}, asked}});
        queue.push(operations_.back(), count_++);
        return std::get<Reserve>(operations_.back().what);
    }
    void add_correction() { add_correction_of("key:a:60000000"); }
    void add_correction_of(std::string_view ledger) {
        std::vector<Charge>& charges = charges_.emplace_back(1);
        charges.front().ledger = ledger;
        operations_.push_back({.what = Correct{&correction_, &charges}});
        queue.push(operations_.back(), count_++);
    }
    std::vector<int> take() { return waiters_of(queue.take().entries); }
    static std::vector<int> waiters_of(const BatchQueue<int>::Entries& entries) {
        std::vector<int> waiters;
        for (const auto& entry : entries) waiters.push_back(entry.waiter);
        return waiters;
    }

    const std::vector<LedgerLimits> ledgers = limited_to(10);
    BatchQueue<int> queue;

private:
    int count_ = 0;
    std::deque<Operation> operations_;
    Correction correction_{};
    std::deque<std::vector<Charge>> charges_;
};

TEST_F(BatchQueueTest, CorrectionsGoFirstAndThenDemandsAsTheyCame) {
    add_demand(ledgers);
    add_correction();
    add_demand(ledgers);
    add_correction();
    EXPECT_THAT(take(), ElementsAre(1, 3, 0, 2));
    EXPECT_TRUE(queue.empty());
}

TEST_F(BatchQueueTest, OneCallTakesSixtyFourAndTheRestWaits) {
    for (int i = 0; i < 40; ++i) add_demand(ledgers);
    for (int i = 0; i < 60; ++i) add_correction();
    const auto first = take();
    EXPECT_EQ(first.size(), 64U);
    EXPECT_EQ(first[59], 99);
    EXPECT_EQ(first[60], 0);
    EXPECT_EQ(take().front(), 4);
    EXPECT_TRUE(queue.empty());
}

TEST_F(BatchQueueTest, CorrectionsAloneFillACall) {
    add_demand(ledgers);
    for (int i = 0; i < 70; ++i) add_correction();
    EXPECT_EQ(take().back(), 64);
    EXPECT_THAT(take(), ElementsAre(65, 66, 67, 68, 69, 70, 0));
}

TEST_F(BatchQueueTest, ACallHasOneSetOfLimitsForALedger) {
    const std::vector<LedgerLimits> reloaded = limited_to(20);
    add_demand(ledgers);
    add_demand(ledgers);
    add_demand(reloaded);
    add_demand(ledgers);
    EXPECT_THAT(take(), ElementsAre(0, 1, 3));
    EXPECT_THAT(take(), ElementsAre(2));
}

TEST_F(BatchQueueTest, TiersOfDifferentCeilingsTakeTurnsAndKeepTheirOrder) {
    const std::vector<LedgerLimits> low = limited_to(7);
    for (int i = 0; i < 50; ++i) {
        add_demand(low);
        add_demand(ledgers);
    }
    const std::vector<int> first = take(), second = take();
    EXPECT_TRUE(queue.empty());
    ASSERT_EQ(first.size(), 50U);
    for (std::size_t i = 0; i < first.size(); ++i) {
        EXPECT_EQ(first[i], 2 * static_cast<int>(i));
        EXPECT_EQ(second[i], 2 * static_cast<int>(i) + 1);
    }
}

TEST_F(BatchQueueTest, WhoeverWasPassedOverIsFirstInTheNextCall) {
    const std::vector<LedgerLimits> low = limited_to(7);
    add_demand(ledgers);
    add_demand(low);
    for (int i = 0; i < 100; ++i) add_demand(ledgers);
    EXPECT_EQ(take().size(), operations_max);
    EXPECT_THAT(take(), ElementsAre(1));
    EXPECT_EQ(take().size(), 37U);
}

TEST_F(BatchQueueTest, DifferentLedgersShareACall) {
    const std::vector<LedgerLimits> others = limited_to(20, "key:b:60000000");
    add_demand(ledgers);
    add_demand(others);
    add_demand(ledgers);
    EXPECT_THAT(take(), ElementsAre(0, 1, 2));
}

TEST_F(BatchQueueTest, CorrectionsThatDoNotFitGoBeforeAnyDemand) {
    add_demand(ledgers);
    for (std::size_t i = 0; i < call_ledgers_max + 1; ++i) add_correction_of("key:" + std::to_string(i));
    EXPECT_EQ(take().size(), operations_max);
    EXPECT_EQ(take().size(), operations_max);
    EXPECT_THAT(take(), ElementsAre(call_ledgers_max + 1, 0));
}

TEST_F(BatchQueueTest, SixtyFourFillACall) {
    for (int i = 0; i < 32; ++i) add_demand(ledgers);
    for (int i = 0; i < 31; ++i) add_correction();
    EXPECT_FALSE(queue.fills_a_call());
    add_correction();
    EXPECT_TRUE(queue.fills_a_call());
}

TEST_F(BatchQueueTest, WhatNobodyWaitsForAnyMoreIsTakenOut) {
    bool gone = false;
    add_demand(ledgers);
    add_demand(ledgers).withdrawal = Withdrawal(gone);
    add_demand(ledgers);
    EXPECT_TRUE(queue.take_withdrawn().empty());
    gone = true;
    EXPECT_THAT(waiters_of(queue.take_withdrawn()), ElementsAre(1));
    EXPECT_THAT(take(), ElementsAre(0, 2));
}

TEST_F(BatchQueueTest, WhoCannotBeNextIsNotLookedAt) {
    const bool gone = true;
    for (std::size_t i = 0; i < 4 * operations_max; ++i) add_demand(ledgers);
    add_demand(ledgers).withdrawal = Withdrawal(gone);
    EXPECT_TRUE(queue.take_withdrawn().empty());
    EXPECT_EQ(take().size(), operations_max);
    EXPECT_THAT(waiters_of(queue.take_withdrawn()), ElementsAre(4 * operations_max));
}

TEST_F(BatchQueueTest, ItIsFullAtSomePoint) {
    for (std::size_t i = 0; i < BatchQueue<int>::waiting_max; ++i) {
        EXPECT_FALSE(queue.full());
        add_demand(ledgers);
    }
    EXPECT_TRUE(queue.full());
    EXPECT_EQ(queue.take_all().size(), BatchQueue<int>::waiting_max);
    EXPECT_TRUE(queue.empty());
}

class CallBuilderTest : public ::testing::Test {
protected:
    Operation correction_of(const std::vector<Charge>& charges) const {
        return {.what = Correct{&correction, &charges}};
    }

    Correction correction{};
    CallBuilderTest() { correction.produced = 7; }
    CallBuilder builder;
};

std::vector<Charge> charges_of(std::initializer_list<std::string_view> ledgers) {
    std::vector<Charge> charges;
    for (const std::string_view ledger : ledgers)
        charges.push_back({.ledger = ledger, .window_us = 60'000'000});
    return charges;
}

TEST_F(CallBuilderTest, PlacesAreAsTheyAreWhenTheCallLeaves) {
    const std::vector<LedgerLimits> ledgers = limited_to(10);
    std::vector<Charge> charges = charges_of({"key:a:60000000"});
    Operation settles = correction_of(charges);
    Operation asks{.what = Reserve{{1, 2, 3}, ledgers}};
    charges[0].place.lease_bucket = 99;
    ASSERT_TRUE(builder.add(settles) && builder.add(asks));

    const WindowCall call = builder.take();
    ASSERT_EQ(call.ledgers.size(), 1U);
    EXPECT_EQ(*call.ledgers[0].name, ledgers[0].ledger);
    EXPECT_EQ(call.ledgers[0].limits.of(Dimension::requests), 10);
    ASSERT_EQ(call.changes.size(), 1U);
    EXPECT_EQ(call.changes[0].correction.produced, 7);
    EXPECT_EQ(call.changes[0].places.at(0).lease_bucket, 99);
    ASSERT_EQ(call.demands.size(), 1U);
    EXPECT_EQ(call.demands[0].demand, (Demand{1, 2, 3}));
}

TEST_F(CallBuilderTest, CorrectionsAloneAskForNoLimits) {
    const std::vector<Charge> charges = charges_of({"key:a:60000000"});
    Operation first = correction_of(charges), second = correction_of(charges);
    ASSERT_TRUE(builder.add(first) && builder.add(second));
    const WindowCall call = builder.take();
    EXPECT_EQ(call.changes.size(), 2U);
    EXPECT_EQ(call.ledgers.at(0).window_us, 60'000'000);
    EXPECT_EQ(call.ledgers.at(0).limits, Limits{});
}

TEST_F(CallBuilderTest, EachOperationKnowsItsLedgers) {
    const std::vector<Charge> of_b_and_a = charges_of({"b", "a"});
    std::vector<LedgerLimits> of_c_and_a = limited_to(10, "c");
    of_c_and_a.push_back(limited_to(20, "a").front());
    Operation settles = correction_of(of_b_and_a);
    Operation asks{.what = Reserve{{1, 0, 0}, of_c_and_a}};
    ASSERT_TRUE(builder.add(settles) && builder.add(asks));
    EXPECT_THAT(settles.ledgers, ElementsAre(0, 1));
    EXPECT_THAT(asks.ledgers, ElementsAre(2, 1));
    const WindowCall call = builder.take();
    EXPECT_EQ(call.ledgers.at(1).limits.of(Dimension::requests), 20);
    EXPECT_EQ(call.demands.at(0).ledgers, asks.ledgers);
}

TEST_F(CallBuilderTest, WhatDoesNotFitChangesNothing) {
    std::vector<LedgerLimits> many;
    for (std::size_t i = 0; i < call_ledgers_max; ++i)
        many.push_back(limited_to(1, "many:" + std::to_string(i)).front());
    const std::vector<LedgerLimits> one = limited_to(1);
    Operation asks_many{.what = Reserve{{1, 0, 0}, many}}, asks_one{.what = Reserve{{1, 0, 0}, one}};
    ASSERT_TRUE(builder.add(asks_one));
    EXPECT_FALSE(builder.add(asks_many));
    EXPECT_EQ(builder.take().ledgers.size(), 1U);
    EXPECT_TRUE(builder.add(asks_many));
    EXPECT_EQ(builder.take().ledgers.size(), call_ledgers_max);
}

using ::testing::ElementsAreArray;

std::vector<std::string> words_of(Operation& operation) {
    CallBuilder builder;
    EXPECT_TRUE(builder.add(operation));
    return encode(builder.take(), "sha");
}

TEST(CallWords, OfAnOrdinaryDemandAreAsTheyEverWere) {
    const std::vector<LedgerLimits> ledgers = limited_to(10);
    Operation operation{.what = Reserve{{1, 20, 30}, ledgers}};
    EXPECT_THAT(words_of(operation),
                ElementsAreArray({"EVALSHA", "sha", "1", "weir:2:{0}:key:a:60000000", "0", "0", "1", "0", "1",
                                  "60000000", "10", "", "", "", "r", "1", "20", "30", "0"}));
}

TEST(CallWords, RequestsInFlightAreARunOfTheirOwnLimitedInThePlaceOfOutput) {
    std::vector<LedgerLimits> ledgers = limited_to(10);
    ledgers.push_back({.ledger = "key:a:in_flight", .window_us = in_flight_lease_us, .limits = {}});
    ledgers[1].limits.set(Dimension::in_flight, 8);
    Operation operation{.what = Reserve{{1, 20, 30}, ledgers}};
    EXPECT_THAT(words_of(operation), ElementsAreArray({"EVALSHA",
                                                       "sha",
                                                       "2",
                                                       "weir:2:{0}:key:a:60000000",
                                                       "weir:2:{0}:key:a:in_flight",
                                                       "0",
                                                       "0",
                                                       "1",
                                                       "0",
                                                       "1",
                                                       "60000000",
                                                       "10",
                                                       "",
                                                       "",
                                                       "",
                                                       "-1",
                                                       "60000000",
                                                       "",
                                                       "",
                                                       "8",
                                                       "",
                                                       "r",
                                                       "1",
                                                       "20",
                                                       "30",
                                                       "0"}));
}

TEST(CallWords, SlotsAreCorrectedApartFromWhatWasUsed) {
    std::vector<Charge> charges(3);
    charges[0] = {.ledger = "key:a:60000000", .window_us = 60'000'000, .place = {5, 5, 0, 0, 7}};
    charges[1] = {
        .ledger = "key:a:in_flight", .window_us = 60'000'000, .place = {0, 6, 0, 0, 8}, .in_flight = true};
    charges[2] = {.ledger = "upstream:u:60000000", .window_us = 60'000'000, .place = {5, 5, 0, 0, 9}};
    Correction correction;
    correction.lease_back = 30;
    correction.produced = 12;
    correction.slots_back = 1;
    Operation operation{.what = Correct{&correction, &charges}};
    const std::vector<std::string> words = words_of(operation);
    EXPECT_THAT(std::vector(words.begin() + 16, words.end()),
                ElementsAreArray({"c", "0", "0", "0", "30", "12", "0", "2", "1", "7", "5", "5", "3", "9",
                                  "5", "5", "c", "0", "0",  "0",  "1", "0", "0", "1", "2", "8", "0", "6"}));
    EXPECT_THAT(operation.ledgers, ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace weir
