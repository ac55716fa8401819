// What a node admits locally is pending: when Redis is back, it is there too, and nothing of anybody else's
// is gone.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "ledger/charging.hpp"
#include "store_node.hpp"
#include "support/delaying_relay.hpp"
#include "support/raw_client.hpp"

namespace weir::testing {
namespace {

constexpr std::int64_t long_window_us = 600'000'000;
constexpr Demand one{1, 10, 30};

/// Two nodes of two; one reaches Redis through a relay, where it can be cut off alone.
class StorePendingTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
        server_.emplace();
        relay_.emplace(server_->port());
        RedisStoreOptions options = patient_options(*server_);
        options.nodes = 2;
        other_.emplace(options);
        options.address = {.host = "127.0.0.1", .port = relay_->port()};
        options.timeout_ms = 300;
        node_.emplace(std::move(options));
        ASSERT_TRUE(node_->reaches_redis() && other_->reaches_redis());
    }

    void cut_off() {
        relay_->hold_to_server();
        relay_->cut();
        ASSERT_TRUE(node_->becomes(StoreMode::local));
    }
    void reconnect() {
        // What was held on the way never arrives.
        relay_->cut();
        relay_->release();
        ASSERT_TRUE(node_->reaches_redis());
    }
    Amounts stored() const { return stored_sum(*server_, ledger_); }

    std::optional<RedisServer> server_;
    std::optional<DelayingRelay> relay_;
    std::optional<StoreNode> node_, other_;
    const LedgerLimits ledger_ = ledger_named("k", 100'000, long_window_us);
};

TEST_F(StorePendingTest, WhatWasAdmittedLocallyIsStoredInItsOwnBuckets) {
    const LedgerLimits ledger = ledger_named("short", 100'000, 10'000'000);
    std::vector<std::pair<std::int64_t, std::int64_t>> decided;
    cut_off();
    for (int i = 0; i < 5; ++i) {
        auto decision = node_->reserve(one, {ledger});
        ASSERT_TRUE(decision && decision->reservation);
        EXPECT_EQ(decision->decided_by, StoreMode::local);
        decided.emplace_back(decision->decided_at_us, decision->reservation->demand().output_tokens);
        const std::int64_t bucket = bucket_of(decision->decided_at_us, ledger.window_us);
        node_->settle(std::move(*decision->reservation), exact_usage(10, 30));
        // The next one in another bucket.
        ASSERT_TRUE(
            eventually([&] { return bucket_of(SystemClock().now_us(), ledger.window_us) > bucket + 1; }));
    }
    EXPECT_EQ(stored_entries(*server_, ledger).size(), 0U);
    reconnect();
    const auto entries = stored_entries(*server_, ledger);
    ASSERT_EQ(entries.size(), decided.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const std::int64_t bucket = bucket_of(decided[i].first, ledger.window_us);
        EXPECT_EQ(entries[i].expires_us, bucket * bucket_width_us(ledger.window_us));
        EXPECT_EQ(entries[i].amounts, one);
    }
}

TEST_F(StorePendingTest, ALedgerThatHasRunOutMeanwhileIsNoLoss) {
    const LedgerLimits ledger = ledger_named("brief", 1'000'000'000, 200'000);
    node_->settle(node_->admitted(one, {ledger}), exact_usage(10, 30));
    cut_off();
    // Its key is gone in Redis, and there is something of it here again.
    ASSERT_TRUE(eventually([&] { return server_->command({"EXISTS", stored_key(ledger)}) == "0"; }));
    // As much traffic as keeps it in the window while the store comes back.
    std::atomic<bool> stop = false;
    std::thread traffic([&] {
        while (!stop) node_->settle(node_->admitted(one, {ledger}), exact_usage(10, 30));
    });
    reconnect();
    for (int i = 0; i < 20; ++i) other_->settle(other_->admitted(one, {ledger}), exact_usage(10, 30));
    stop = true;
    traffic.join();
    EXPECT_TRUE(node_->asks_store());
    EXPECT_EQ(node_->changes().back().substr(0, 1), "+") << ::testing::PrintToString(node_->changes());
    const auto changes = node_->changes();
    EXPECT_EQ(std::count_if(changes.begin(), changes.end(),
                            [](const std::string& change) { return change.starts_with("-"); }),
              1);
}

TEST_F(StorePendingTest, BothNodesKeepWhatTheyCharged) {
    const Reservation theirs = other_->admitted(one, {ledger_});
    cut_off();
    for (int i = 0; i < 3; ++i) node_->settle(node_->admitted(one, {ledger_}), exact_usage(10, 30));
    const Reservation theirs_too = other_->admitted(one, {ledger_});
    reconnect();
    EXPECT_EQ(stored(), (Amounts{5, 50, 150}));
}

TEST_F(StorePendingTest, AReservationOfBeforeIsSettledAfterwards) {
    const Reservation theirs = other_->admitted(one, {ledger_});
    Reservation mine = node_->admitted(one, {ledger_});
    cut_off();
    reconnect();
    node_->settle(std::move(mine), exact_usage(4, 7));
    EXPECT_EQ(stored(), (Amounts{2, 14, 37})) << "where it lies was known all along";
}

TEST_F(StorePendingTest, AReservationOfBeforeIsSettledMeanwhile) {
    const Reservation theirs = other_->admitted(one, {ledger_});
    Reservation mine = node_->admitted(one, {ledger_});
    cut_off();
    node_->settle(std::move(mine), exact_usage(12, 7));
    reconnect();
    // More input and what was produced are added; the lease lies where nobody takes it out any more.
    EXPECT_EQ(stored(), (Amounts{2, 22, 67}));
}

TEST_F(StorePendingTest, AReservationOfBeforeProgressesMeanwhile) {
    const Reservation theirs = other_->admitted(one, {ledger_});
    Reservation mine = node_->admitted(one, {ledger_});
    cut_off();
    node_->progress(mine, {.output_tokens = 10});
    reconnect();
    node_->settle(std::move(mine), exact_usage(10, 25));
    const Amounts sum = stored();
    EXPECT_EQ(sum.requests, 2);
    EXPECT_EQ(sum.input_tokens, 20);
    EXPECT_GE(sum.output_tokens, 30 + 25) << "never less than what was used";
    EXPECT_LE(sum.output_tokens, 30 + 25 + 30) << "its lease twice at the most";
}

TEST_F(StorePendingTest, AReservationOfMeanwhileIsSettledAfterwards) {
    const Reservation theirs = other_->admitted(one, {ledger_});
    cut_off();
    Reservation mine = node_->admitted(one, {ledger_});
    reconnect();
    EXPECT_EQ(stored(), (Amounts{2, 20, 60}));
    node_->settle(std::move(mine), exact_usage(4, 7));
    const Amounts sum = stored();
    EXPECT_EQ(sum.requests, 2);
    EXPECT_GE(sum.input_tokens, 10 + 4);
    EXPECT_GE(sum.output_tokens, 30 + 7);
    EXPECT_LE(sum.output_tokens, 30 + 7 + 30);
}

TEST_F(StorePendingTest, WhatWasSettledMeanwhileIsPendingAsItWasUsed) {
    const Reservation theirs = other_->admitted(one, {ledger_});
    cut_off();
    node_->settle(node_->admitted(one, {ledger_}), exact_usage(4, 7));
    Usage refunded = exact_usage(0, 0);
    refunded.requests = 0;
    node_->settle(node_->admitted(one, {ledger_}), refunded);
    reconnect();
    EXPECT_EQ(stored(), (Amounts{2, 14, 37}));
}

TEST_F(StorePendingTest, ASettlementWithoutAnAnswerIsNeverTakenBackTwice) {
    const Reservation theirs = other_->admitted(one, {ledger_});
    Reservation mine = node_->admitted(one, {ledger_});
    // Redis does it, and nobody hears so.
    relay_->hold_to_client();
    node_->settle(std::move(mine), exact_usage(4, 7));
    ASSERT_TRUE(eventually([&] { return stored() == Amounts{2, 14, 37}; }));
    relay_->cut();
    relay_->release();
    ASSERT_TRUE(eventually([&] { return node_->asks_store() && stored().output_tokens == 44; }))
        << "what was produced is added once more, nothing is taken";
    EXPECT_EQ(stored(), (Amounts{2, 14, 44}));
}

TEST_F(StorePendingTest, AReserveWithoutAnAnswerIsCountedTwiceAtTheMost) {
    relay_->hold_to_client();
    Reservation mine = node_->admitted(one, {ledger_});
    ASSERT_TRUE(eventually([&] { return stored() == one; })) << "Redis has done it in time";
    relay_->cut();
    relay_->release();
    ASSERT_TRUE(eventually([&] { return node_->asks_store() && stored().requests == 2; }));
    node_->settle(std::move(mine), exact_usage(10, 30));
    EXPECT_GE(stored().output_tokens, 30);
    EXPECT_EQ(stored().requests, 2);
}

TEST_F(StorePendingTest, PendingLedgersByTheHundredAllArrive) {
    constexpr int count = 200;
    std::vector<LedgerLimits> ledgers;
    for (int i = 0; i < count; ++i) {
        ledgers.push_back(ledger_named("k" + std::to_string(i), 100'000, long_window_us));
    }
    cut_off();
    for (int i = 0; i < count; ++i) {
        const auto next = static_cast<std::size_t>((i + 1) % count);
        node_->settle(node_->admitted(one, {ledgers[static_cast<std::size_t>(i)], ledgers[next]}),
                      exact_usage(10, 30));
    }
    reconnect();
    for (const LedgerLimits& ledger : ledgers) {
        ASSERT_EQ(stored_sum(*server_, ledger), (Amounts{2, 20, 60})) << ledger.ledger.name();
    }
}

}  // namespace
}  // namespace weir::testing
