// What a node does while Redis is not there, and that it comes back by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "ledger/reservation_access.hpp"
#include "store_node.hpp"
#include "support/delaying_relay.hpp"
#include "support/raw_client.hpp"

namespace weir::testing {
namespace {

using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr Demand one{1, 10, 10};
constexpr std::int64_t long_window_us = 600'000'000;

/// Nothing listens there.
RedisStoreOptions never_started(WithoutStore policy) {
    RedisStoreOptions options;
    options.address.socket_path = "/nonexistent/redis.sock";
    options.without_store = policy;
    return options;
}

/// How many of `tries` demands are admitted; each is settled as it was estimated.
int count_admitted(StoreNode& node, const StoreNode::Ledgers& ledgers, int tries) {
    int admitted = 0;
    for (int i = 0; i < tries; ++i) {
        auto decision = node.reserve(one, ledgers);
        if (!decision || !decision->reservation) continue;
        ++admitted;
        node.settle(std::move(*decision->reservation), exact_usage(one.input_tokens, one.output_tokens));
    }
    return admitted;
}

TEST(StoreNeverThere, ClosedAnswersThatItCannotTell) {
    StoreNode node(never_started(WithoutStore::closed));
    const auto decision = node.reserve(one, {ledger_named("k", 100)});
    ASSERT_FALSE(decision);
    EXPECT_EQ(decision.error(), errc::store_unavailable);
    EXPECT_FALSE(node.statistics().ready);
    EXPECT_TRUE(eventually([&] { return !node.changes().empty(); })) << "why is said once";
    EXPECT_THAT(node.changes().front(), StartsWith("- "));
    EXPECT_EQ(node.peek({ledger_named("k", 100)}).error(), errc::store_unavailable);
}

TEST(StoreNeverThere, OpenAdmitsUnmeteredAndCounts) {
    StoreNode node(never_started(WithoutStore::open));
    EXPECT_EQ(count_admitted(node, {ledger_named("k", 30)}, 50), 50);
    EXPECT_EQ(node.read(ledger_named("k", 30)).error(), errc::store_unavailable);
    EXPECT_EQ(node.statistics().unmetered, 50U);
    EXPECT_TRUE(node.statistics().ready);
}

TEST(StoreNeverThere, LocalAdmitsItsPart) {
    RedisStoreOptions options = never_started(WithoutStore::local);
    options.nodes = 4;
    StoreNode node(std::move(options));
    LedgerLimits ledger = ledger_named("k", unlimited, long_window_us);
    ledger.limits.set(Dimension::requests, 103);
    EXPECT_EQ(count_admitted(node, {ledger}, 60), 25);
    const auto refused = node.reserve(one, {ledger});
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->decided_by, StoreMode::local);
    EXPECT_EQ(refused->verdict, Verdict::refused);
    EXPECT_GT(refused->refusal.retry_after_us, 0);
}

TEST(StoreNeverThere, LocalCannotTellWithoutTheNumberOfNodes) {
    StoreNode node(never_started(WithoutStore::local));
    EXPECT_EQ(node.reserve(one, {ledger_named("k", 100)}).error(), errc::store_unavailable);
    const RedisStoreStatistics statistics = node.statistics();
    EXPECT_FALSE(statistics.ready);
    EXPECT_EQ(statistics.mode, StoreMode::nodes_unknown);
    EXPECT_EQ(statistics.server, "unix:/nonexistent/redis.sock");
    EXPECT_GT(statistics.away_since_us, 0);
    EXPECT_EQ(statistics.fallbacks_since_away, 0U) << "nobody decided";
    EXPECT_EQ(statistics.turned_away_since_away, 1U);
    EXPECT_TRUE(eventually([&] { return node.statistics().unreachable > 0; }));
    EXPECT_TRUE(eventually([&] {
        return node.statistics().why_away.find("/nonexistent/redis.sock") != std::string::npos;
    })) << node.statistics().why_away;
    EXPECT_EQ(node.statistics().obstacle, RedisObstacle::unreachable);
}

TEST(StoreNeverThere, LocalIsItsModeWhereTheNumberOfNodesIsConfigured) {
    RedisStoreOptions options = never_started(WithoutStore::local);
    options.nodes = 2;
    StoreNode node(std::move(options));
    EXPECT_EQ(node.statistics().mode, StoreMode::local);
    EXPECT_TRUE(node.statistics().ready);
}

TEST(StoreNeverThere, WhatNothingLimitsIsAdmitted) {
    for (const WithoutStore policy : {WithoutStore::closed, WithoutStore::local}) {
        StoreNode node(never_started(policy));
        const auto decision = node.reserve(one, {});
        ASSERT_TRUE(decision);
        EXPECT_EQ(decision->verdict, Verdict::admitted);
    }
}

class StoreAwayTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
        server_.emplace();
    }

    std::optional<RedisServer> server_;
};

TEST_F(StoreAwayTest, NoCallWaitsOnceTheBreakerIsOpen) {
    RedisStoreOptions options = patient_options(*server_);
    options.timeout_ms = 200;
    options.nodes = 1;
    options.failures_max = 3;
    StoreNode node(std::move(options));
    ASSERT_TRUE(node.reaches_redis());
    const StoreNode::Ledgers ledgers{ledger_named("k", 100'000)};
    ASSERT_EQ(count_admitted(node, ledgers, 1), 1);

    server_->pause();
    const auto before = node.statistics();
    std::uint64_t waited = 0;
    while (node.asks_store()) {
        Reservation reservation = node.admitted(one, ledgers);
        ASSERT_TRUE(ReservationAccess::charges(reservation).front().place.epoch == 0);
        ASSERT_LE(++waited, 3U);
    }
    // From here on only the recovery loop's probes can wait, with a patience of their own.
    const auto opened = node.statistics();
    EXPECT_EQ(count_admitted(node, ledgers, 500), 500);
    EXPECT_LE(node.statistics().timeouts - opened.timeouts, 20U);
    EXPECT_GE(node.statistics().fallbacks - before.fallbacks, 500U);

    server_->resume();
    EXPECT_TRUE(node.becomes(StoreMode::redis));
    EXPECT_THAT(node.changes(), SizeIs(3));
    EXPECT_THAT(node.changes()[0], StartsWith("+"));
    EXPECT_THAT(node.changes()[1], StartsWith("-"));
    EXPECT_THAT(node.changes()[2], StartsWith("+"));
}

TEST_F(StoreAwayTest, WhatRedisRunsAfterItsTimeIsNotCharged) {
    RedisStoreOptions options = patient_options(*server_);
    options.timeout_ms = 300;
    options.without_store = WithoutStore::closed;
    StoreNode node(std::move(options));
    ASSERT_TRUE(node.reaches_redis());
    const LedgerLimits ledger = ledger_named("k", 1'000'000, long_window_us);
    const Reservation before = node.admitted(one, {ledger});
    const std::string stored = server_->command({"DUMP", stored_key(ledger)});

    server_->pause();
    std::deque<std::future<result<Decision>>> sent;
    for (int i = 0; i < 200; ++i) sent.push_back(node.start_reserve(one, {ledger}));
    for (auto& decision : sent) EXPECT_EQ(decision.get().error(), errc::store_unavailable);
    server_->resume();
    ASSERT_TRUE(node.reaches_redis());
    // All that had been sent on the same connection has been run before this.
    ASSERT_TRUE(eventually([&] { return node.peek({ledger}).has_value(); }));
    EXPECT_EQ(server_->command({"DUMP", stored_key(ledger)}), stored);
    EXPECT_EQ(stored_sum(*server_, ledger), one);
}

TEST_F(StoreAwayTest, ARefusalLeavesNoTrace) {
    StoreNode node(patient_options(*server_));
    ASSERT_TRUE(node.reaches_redis());
    const LedgerLimits wide = ledger_named("wide", 1'000, long_window_us);
    const LedgerLimits tight = ledger_named("tight", 25, long_window_us);
    const Reservation held = node.admitted({1, 20, 5}, {wide, tight});
    const std::string wide_stored = server_->command({"DUMP", stored_key(wide)});
    const std::string tight_stored = server_->command({"DUMP", stored_key(tight)});
    const LedgerLimits untouched = ledger_named("untouched", 1'000, long_window_us);
    for (int i = 0; i < 20; ++i) {
        const auto refused = node.reserve(one, {untouched, wide, tight});
        ASSERT_TRUE(refused);
        ASSERT_EQ(refused->verdict, Verdict::refused);
    }
    EXPECT_EQ(server_->command({"DUMP", stored_key(wide)}), wide_stored);
    EXPECT_EQ(server_->command({"DUMP", stored_key(tight)}), tight_stored);
    EXPECT_EQ(server_->command({"EXISTS", stored_key(untouched)}), "0");
}

TEST_F(StoreAwayTest, RepliesBehindTheirDeadlineAreAsGoodAsNone) {
    DelayingRelay relay(server_->port());
    RedisStoreOptions options = patient_options(*server_);
    options.address = {.host = "127.0.0.1", .port = relay.port()};
    options.timeout_ms = 150;
    options.nodes = 1;
    StoreNode node(std::move(options));
    ASSERT_TRUE(node.reaches_redis());
    const LedgerLimits ledger = ledger_named("k", 10'000, long_window_us);
    const Reservation before = node.admitted(one, {ledger});

    relay.set_delay_ms(0, 250);
    for (int i = 0; node.asks_store(); ++i) {
        ASSERT_LT(i, 6);
        const auto decision = node.reserve(one, {ledger});
        ASSERT_TRUE(decision);
        EXPECT_EQ(decision->decided_by, StoreMode::local);
    }
    // The recovery loop is more patient than a request; it must not call those back who would wait in vain.
    const std::uint64_t bytes = relay.bytes_to_client();
    ASSERT_TRUE(eventually([&] { return relay.bytes_to_client() > bytes + 4'000; }));
    EXPECT_THAT(node.changes(), SizeIs(2));
    EXPECT_FALSE(node.asks_store());

    relay.set_delay_ms(0, 0);
    EXPECT_TRUE(node.reaches_redis());
    EXPECT_EQ(node.reserve(one, {ledger})->decided_by, StoreMode::redis);
}

TEST_F(StoreAwayTest, ScriptsThatRedisHasForgottenAreLoadedAgain) {
    StoreNode node(patient_options(*server_));
    ASSERT_TRUE(node.reaches_redis());
    server_->command({"SCRIPT", "FLUSH"});
    EXPECT_EQ(node.reserve(one, {ledger_named("k", 100)})->decided_by, StoreMode::redis);
    EXPECT_EQ(node.statistics().errors, 0U);
}

TEST_F(StoreAwayTest, TheLeaseOfADeadNodeRunsOut) {
    constexpr std::int64_t window_us = 2'000'000;
    const LedgerLimits ledger = ledger_named("k", 100, window_us);
    StoreNode survivor(patient_options(*server_));
    std::optional<Reservation> open;
    {
        StoreNode killed(patient_options(*server_));
        ASSERT_TRUE(killed.reaches_redis());
        open.emplace(killed.admitted({1, 10, 90}, {ledger}));
    }
    ReservationAccess::close(*open);
    ASSERT_TRUE(survivor.reaches_redis());
    const auto refused = survivor.reserve({1, 0, 20}, {ledger});
    ASSERT_TRUE(refused);
    if (refused->verdict == Verdict::refused) {
        EXPECT_LE(refused->refusal.retry_after_us, window_us + window_us / 120 + 1);
    }
    EXPECT_TRUE(eventually([&] {
        const auto levels = survivor.peek({ledger});
        return levels && std::all_of(levels->begin(), levels->end(),
                                     [](const Level& level) { return level.used == 0; });
    }));
}

}  // namespace
}  // namespace weir::testing
