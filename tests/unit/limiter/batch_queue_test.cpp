// What leaves with the next call, and in which order.
#include "limiter/batch_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace weir {
namespace {

using ::testing::ElementsAre;

std::vector<LedgerLimits> limited_to(std::int64_t requests) {
    std::vector<LedgerLimits> ledgers(1);
    ledgers[0].ledger = "key:a:60000000";
    ledgers[0].limits.set(Dimension::requests, requests);
    return ledgers;
}

class BatchQueueTest : public ::testing::Test {
protected:
    /// The waiters are numbers in order of arrival.
    Reserve& add_demand(const std::vector<LedgerLimits>& asked) {
        operations_.push_back({.set = "a", .what = Reserve{{1, 0, 0}, asked}});
        queue.push(operations_.back(), count_++);
        return std::get<Reserve>(operations_.back().what);
    }
    void add_correction() {
        operations_.push_back({.set = "a", .what = Correct{&correction_, &charges_}});
        queue.push(operations_.back(), count_++);
    }
    static std::vector<int> waiters_of(const BatchQueue<int>::Entries& entries) {
        std::vector<int> waiters;
        for (const auto& entry : entries) waiters.push_back(entry.waiter.value_or(-1));
        return waiters;
    }

    const std::vector<LedgerLimits> ledgers = limited_to(10);
    BatchQueue<int> queue;

private:
    int count_ = 0;
    std::deque<Operation> operations_;
    Correction correction_{};
    std::vector<Charge> charges_{1};
};

TEST_F(BatchQueueTest, CorrectionsGoFirstAndThenDemandsAsTheyCame) {
    add_demand(ledgers);
    add_correction();
    add_demand(ledgers);
    add_correction();
    EXPECT_THAT(waiters_of(queue.take()), ElementsAre(1, 3, 0, 2));
    EXPECT_TRUE(queue.empty());
}

TEST_F(BatchQueueTest, OneCallTakesSixtyFourAndTheRestWaits) {
    for (int i = 0; i < 40; ++i) add_demand(ledgers);
    for (int i = 0; i < 60; ++i) add_correction();
    const auto first = waiters_of(queue.take());
    EXPECT_EQ(first.size(), 64U);
    EXPECT_EQ(first[59], 99);
    EXPECT_EQ(first[60], 0);
    EXPECT_EQ(waiters_of(queue.take()).front(), 4);
    EXPECT_TRUE(queue.empty());
}

TEST_F(BatchQueueTest, CorrectionsAloneFillACall) {
    add_demand(ledgers);
    for (int i = 0; i < 70; ++i) add_correction();
    EXPECT_EQ(waiters_of(queue.take()).back(), 64);
    EXPECT_THAT(waiters_of(queue.take()), ElementsAre(65, 66, 67, 68, 69, 70, 0));
}

TEST_F(BatchQueueTest, ACallHasOneSetOfLimits) {
    const std::vector<LedgerLimits> reloaded = limited_to(20);
    add_demand(ledgers);
    add_demand(ledgers);
    add_demand(reloaded);
    add_demand(ledgers);
    EXPECT_THAT(waiters_of(queue.take()), ElementsAre(0, 1));
    EXPECT_THAT(waiters_of(queue.take()), ElementsAre(2));
    EXPECT_THAT(waiters_of(queue.take()), ElementsAre(3));
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
    EXPECT_THAT(waiters_of(queue.take()), ElementsAre(0, 2));
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

TEST(OperationsTest, BecomeOneCallWithPlacesAsTheyAreWhenItLeaves) {
    const std::vector<LedgerLimits> ledgers = limited_to(10);
    Correction correction;
    correction.produced = 7;
    std::vector<Charge> charges(1);
    charges[0].ledger = ledgers[0].ledger;
    const Operation settles{.set = set_name(charges), .what = Correct{&correction, &charges}};
    const Operation asks{.set = set_name(ledgers), .what = Reserve{{1, 2, 3}, ledgers}};
    EXPECT_EQ(settles.set, asks.set);
    charges[0].place.lease_bucket = 99;

    const std::vector<const Operation*> operations{&settles, &asks};
    const WindowCall call = call_for(operations);
    ASSERT_EQ(call.ledgers.size(), 1U);
    EXPECT_EQ(call.ledgers[0].name, ledgers[0].ledger);
    EXPECT_EQ(call.ledgers[0].limits.of(Dimension::requests), 10);
    ASSERT_EQ(call.changes.size(), 1U);
    EXPECT_EQ(call.changes[0].correction.produced, 7);
    EXPECT_EQ(call.changes[0].places.at(0).lease_bucket, 99);
    EXPECT_THAT(call.demands, ElementsAre(Demand{1, 2, 3}));
}

TEST(OperationsTest, CorrectionsAloneAskForNoLimits) {
    Correction correction;
    correction.produced = 7;
    std::vector<Charge> charges(1);
    charges[0].ledger = "key:a:60000000";
    charges[0].window_us = 60'000'000;
    const Operation settles{.set = set_name(charges), .what = Correct{&correction, &charges}};
    const std::vector<const Operation*> operations{&settles, &settles};
    const WindowCall call = call_for(operations);
    EXPECT_EQ(call.changes.size(), 2U);
    EXPECT_EQ(call.ledgers.at(0).window_us, 60'000'000);
    EXPECT_EQ(call.ledgers.at(0).limits, Limits{});
}

}  // namespace
}  // namespace weir
