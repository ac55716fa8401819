// What waits together, what becomes of it when its call fails, and which refusals a node caches, over a real
// Redis.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "ledger/reservation_access.hpp"
#include "limiter/batcher.hpp"
#include "store_node.hpp"
#include "support/raw_client.hpp"

namespace weir::testing {
namespace {

constexpr Demand one{1, 0, 0};
constexpr Usage never_sent{.requests = 0, .certainty = Certainty::exact, .unproduced = Unproduced::release};

class StoreBatchesTest : public ::testing::Test {
protected:
    using Decided = std::future<result<Decision>>;

    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
        server_.emplace();
    }
    void start(std::int64_t timeout_ms) {
        RedisStoreOptions options = patient_options(*server_);
        options.nodes = 1;
        options.timeout_ms = timeout_ms;
        // No heartbeat is to notice that Redis is paused before the calls do.
        options.heartbeat_ms = std::max(timeout_ms, options.heartbeat_ms);
        node_.emplace(std::move(options));
        ASSERT_TRUE(node_->reaches_redis());
    }
    /// All of them have arrived when this returns.
    std::vector<Decided> start_reserves(std::size_t count, const LedgerLimits& ledger) {
        std::vector<Decided> decided;
        for (std::size_t i = 0; i < count; ++i) decided.push_back(node_->start_reserve(one, {ledger}));
        EXPECT_TRUE(node_->reserve(one, {}).has_value()) << "one that nobody has to be asked about";
        return decided;
    }
    /// As many, and one before them that is on the wire alone.
    std::vector<Decided> start_behind_one(std::size_t count, const LedgerLimits& ledger) {
        std::vector<Decided> decided = start_reserves(1, ledger);
        for (Decided& behind : start_reserves(count, ledger)) decided.push_back(std::move(behind));
        return decided;
    }
    static std::int64_t decided_by(std::vector<Decided>& all, StoreMode whom) {
        std::int64_t count = 0;
        for (Decided& one_of_them : all) {
            auto decision = one_of_them.get();
            EXPECT_TRUE(decision && decision->reservation);
            if (decision->decided_by == whom) ++count;
            ReservationAccess::close(*decision->reservation);
        }
        return count;
    }
    static void give_back(StoreNode& node, Reservation reservation) {
        node.settle(std::move(reservation), never_sent);
    }

    std::optional<RedisServer> server_;
    std::optional<StoreNode> node_;
};

TEST_F(StoreBatchesTest, WhatArrivesDuringACallGoesOutTogether) {
    start(60'000);
    const LedgerLimits ledger = ledger_named("k", 1'000);
    const RedisStoreStatistics before = node_->statistics();
    server_->pause();
    std::vector<Decided> all = start_reserves(1 + operations_max, ledger);
    server_->resume();
    EXPECT_EQ(decided_by(all, StoreMode::redis), 65);
    EXPECT_EQ(node_->statistics().calls - before.calls, 2U);
    EXPECT_EQ(node_->statistics().operations - before.operations, 65U);
    EXPECT_EQ(stored_sum(*server_, ledger).requests, 65);
}

TEST_F(StoreBatchesTest, WhatOneHandlerStartsGoesOutTogether) {
    start(60'000);
    const LedgerLimits ledger = ledger_named("k", 1'000);
    const RedisStoreStatistics before = node_->statistics();
    std::vector<Decided> all;
    node_->in_one_handler([&] {
        for (int i = 0; i < 10; ++i) all.push_back(node_->start_reserve(one, {ledger}));
    });
    EXPECT_EQ(decided_by(all, StoreMode::redis), 10);
    EXPECT_EQ(node_->statistics().calls - before.calls, 1U);
}

TEST_F(StoreBatchesTest, ASettlementGoesWithTheNextDemand) {
    start(60'000);
    const LedgerLimits ledger = ledger_named("k", 1);
    Reservation reservation = node_->admitted(one, {ledger});
    const RedisStoreStatistics before = node_->statistics();
    std::future<bool> settled;
    Decided decided;
    node_->in_one_handler([&] {
        settled = node_->start_settle(std::move(reservation), never_sent);
        decided = node_->start_reserve(one, {ledger});
    });
    auto decision = decided.get();
    ASSERT_TRUE(decision && decision->reservation) << "it finds what was given back";
    EXPECT_TRUE(settled.get());
    EXPECT_EQ(node_->statistics().calls - before.calls, 1U);
    node_->settle(std::move(*decision->reservation), never_sent);
    EXPECT_EQ(node_->statistics().calls - before.calls, 2U) << "alone, where no demand comes";
}

TEST_F(StoreBatchesTest, TellsWaitingFromTheRoundTrip) {
    start(60'000);
    const LedgerLimits ledger = ledger_named("k", 1'000);
    const auto total = [](const LatencyCounts& counted) {
        return std::accumulate(counted.counts.begin(), counted.counts.end(), std::uint64_t{0});
    };
    const RedisStoreStatistics before = node_->statistics();
    server_->pause();
    std::vector<Decided> all = start_behind_one(3, ledger);
    server_->resume();
    for (Decided& decided : all) node_->settle(std::move(*decided.get()->reservation), never_sent);
    const RedisStoreStatistics after = node_->statistics();
    EXPECT_EQ(total(after.queue) - total(before.queue), 4U) << "each reserve, and no settlement";
    EXPECT_EQ(total(after.round_trip) - total(before.round_trip), after.calls - before.calls);
    EXPECT_GT(after.queue.sum_us, before.queue.sum_us) << "three have waited for the first";
    EXPECT_GT(after.round_trip.sum_us, before.round_trip.sum_us);
}

TEST_F(StoreBatchesTest, OtherLedgersShareTheCall) {
    start(60'000);
    server_->pause();
    const RedisStoreStatistics before = node_->statistics();
    std::vector<LedgerLimits> ledgers;
    for (int i = 0; i < 5; ++i) ledgers.push_back(ledger_named("k" + std::to_string(i), 10));
    std::vector<Decided> all;
    for (const LedgerLimits& ledger : ledgers) {
        for (Decided& decided : start_reserves(2, ledger)) all.push_back(std::move(decided));
    }
    server_->resume();
    EXPECT_EQ(decided_by(all, StoreMode::redis), 10);
    EXPECT_EQ(node_->statistics().calls - before.calls, 2U);
    for (const LedgerLimits& ledger : ledgers) EXPECT_EQ(stored_sum(*server_, ledger).requests, 2);
}

TEST_F(StoreBatchesTest, WhatNobodyWaitsForIsWithdrawnAndNotSent) {
    start(60'000);
    const LedgerLimits ledger = ledger_named("k", 1'000);
    const RedisStoreStatistics before = node_->statistics();
    server_->pause();
    std::vector<Decided> all = start_reserves(1, ledger);
    const bool gone = true;
    Decided left = node_->start_reserve(one, {ledger}, &gone);
    Decided also_left = node_->start_reserve(one, {ledger}, &gone);
    for (Decided& waits : start_reserves(1, ledger)) all.push_back(std::move(waits));
    server_->resume();
    EXPECT_EQ(left.get().error(), errc::withdrawn);
    EXPECT_EQ(also_left.get().error(), errc::withdrawn);
    EXPECT_EQ(decided_by(all, StoreMode::redis), 2);
    EXPECT_EQ(node_->statistics().operations - before.operations, 2U);
    EXPECT_EQ(stored_sum(*server_, ledger).requests, 2);
}

TEST_F(StoreBatchesTest, OnlySoManyWait) {
    constexpr std::size_t too_many = 3;
    start(60'000);
    const LedgerLimits ledger = ledger_named("k", 1'000'000);
    server_->pause();
    constexpr std::size_t in_full_calls = (Batcher::calls_max - 1) * operations_max;
    std::vector<Decided> waiting = start_behind_one(in_full_calls + BatchQueue<int>::waiting_max, ledger);
    std::vector<Decided> rest = start_reserves(too_many, ledger);
    EXPECT_EQ(decided_by(rest, StoreMode::local), 3) << "answered while the others wait";
    EXPECT_EQ(node_->statistics().overflows, too_many);
    server_->resume();
    EXPECT_EQ(decided_by(waiting, StoreMode::redis), static_cast<std::int64_t>(waiting.size()));
}

TEST_F(StoreBatchesTest, ACallThatFailsTakesWithItWhatWaits) {
    start(300);
    const LedgerLimits ledger = ledger_named("k", 1'000, 600'000'000);
    const RedisStoreStatistics before = node_->statistics();
    server_->pause();
    std::vector<Decided> all = start_behind_one(199, ledger);
    EXPECT_EQ(decided_by(all, StoreMode::local), 200);
    EXPECT_EQ(node_->statistics().operations - before.operations, 193U)
        << "one, and three full calls: what waited behind them was never sent";
    server_->resume();
    ASSERT_TRUE(node_->reaches_redis());
    EXPECT_TRUE(eventually([&] { return stored_sum(*server_, ledger).requests == 200; }, 30'000))
        << "told when Redis is back, and once: " << stored_sum(*server_, ledger).requests;
}

TEST_F(StoreBatchesTest, ARefusalIsRepeatedWithoutAsking) {
    start(60'000);
    const LedgerLimits ledger = ledger_named("k", 1, 600'000'000);
    ReservationAccess::close(node_->admitted(one, {ledger}));
    const auto first = node_->reserve(one, {ledger});
    const RedisStoreStatistics before = node_->statistics();
    // Polled, because it is cached for a moment only, and then asked for again.
    ASSERT_TRUE(eventually(
        [&] {
            const auto again = node_->reserve(one, {ledger});
            EXPECT_EQ(again->verdict, Verdict::refused);
            return node_->statistics().cached_refusals > before.cached_refusals;
        },
        30'000));
    EXPECT_EQ(first->verdict, Verdict::refused);
}

TEST_F(StoreBatchesTest, WhatThisNodeGivesBackIsThereAtOnce) {
    start(60'000);
    const LedgerLimits ledger = ledger_named("k", 1, 600'000'000);
    for (int i = 0; i < 50; ++i) {
        Reservation held = node_->admitted(one, {ledger});
        EXPECT_EQ(node_->reserve(one, {ledger})->verdict, Verdict::refused);
        give_back(*node_, std::move(held));
    }
}

TEST_F(StoreBatchesTest, WhatAnotherNodeGivesBackIsThereSoon) {
    start(60'000);
    RedisStoreOptions options = patient_options(*server_);
    options.nodes = 1;
    StoreNode other(std::move(options));
    ASSERT_TRUE(other.reaches_redis());
    const LedgerLimits ledger = ledger_named("k", 1, 600'000'000);
    Reservation held = other.admitted(one, {ledger});
    EXPECT_EQ(node_->reserve(one, {ledger})->verdict, Verdict::refused);
    give_back(other, std::move(held));
    EXPECT_TRUE(eventually(
        [&] {
            auto decision = node_->reserve(one, {ledger});
            if (decision->reservation) ReservationAccess::close(*decision->reservation);
            return decision->verdict == Verdict::admitted;
        },
        30'000));
}

}  // namespace
}  // namespace weir::testing
