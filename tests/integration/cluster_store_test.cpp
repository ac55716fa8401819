// One node and a Redis Cluster: slots on their way, sets that lie in several slots, and masters that are away
// one by one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "cluster_store.hpp"
#include "support/raw_client.hpp"

namespace weir::testing {
namespace {

constexpr Demand one{1, 10, 30};

class ClusterStoreTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisCluster::available()) GTEST_SKIP() << "there is no redis-server, or no redis-cli";
        cluster_.emplace(RedisClusterOptions{.masters = 2, .replicas_each = 0});
        node_.emplace(options_of(*cluster_));
        ASSERT_TRUE(node_->reaches_redis());
        ASSERT_EQ(node_->statistics().masters, 2U);
    }
    /// From the first master to the second. Keys have to follow.
    void begin_to_move(std::uint16_t slot) const {
        const std::string text = std::to_string(slot);
        ASSERT_EQ(cluster_->command(1, {"CLUSTER", "SETSLOT", text, "IMPORTING", cluster_->id(0)}), "OK");
        ASSERT_EQ(cluster_->command(0, {"CLUSTER", "SETSLOT", text, "MIGRATING", cluster_->id(1)}), "OK");
    }
    void move_key(const LedgerLimits& ledger) const {
        ASSERT_EQ(cluster_->command(0, {"MIGRATE", "127.0.0.1", std::to_string(cluster_->port(1)),
                                        stored_key(ledger), "0", "5000"}),
                  "OK");
    }
    void end_move(std::uint16_t slot) const {
        for (const std::size_t server : {1, 0}) {
            ASSERT_EQ(cluster_->command(
                          server, {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", cluster_->id(1)}),
                      "OK");
        }
    }
    void expect_redis_admits(const LedgerLimits& ledger) {
        auto decision = node_->reserve(one, {ledger});
        ASSERT_TRUE(decision && decision->reservation);
        EXPECT_EQ(decision->decided_by, StoreMode::redis);
        node_->settle(std::move(*decision->reservation), exact_usage(10, 30));
    }
    std::int64_t used_of(const LedgerLimits& ledger, Dimension dimension = Dimension::requests) {
        const auto levels = node_->peek({ledger});
        if (!levels) return -1;
        for (const Level& level : *levels) {
            if (level.dimension == dimension) return level.used;
        }
        return -1;
    }

    std::optional<RedisCluster> cluster_;
    std::optional<StoreNode> node_;
    const LedgerLimits left_ = ledger_in(0, 8'191, 1'000'000), right_ = ledger_in(8'192, 16'383, 1'000'000);
};

TEST_F(ClusterStoreTest, ASlotOnItsWayIsAskedForWhereItGoes) {
    expect_redis_admits(left_);
    begin_to_move(slot_of(left_));
    expect_redis_admits(left_);
    EXPECT_EQ(node_->statistics().redirects, 0U) << "its key is still where it was";
    move_key(left_);
    expect_redis_admits(left_);
    const std::uint64_t redirects = node_->statistics().redirects;
    EXPECT_GT(redirects, 0U) << "ASK";
    EXPECT_EQ(used_of(left_), 3);
    end_move(slot_of(left_));
    expect_redis_admits(left_);
    expect_redis_admits(right_);
    EXPECT_GE(node_->statistics().redirects, redirects) << "MOVED, where nobody had told before";
    EXPECT_EQ(used_of(left_), 4);
    EXPECT_TRUE(eventually([&] { return node_->statistics().masters == 2 && node_->asks_store(); }));
    EXPECT_EQ(node_->statistics().fallbacks, 0U);
    EXPECT_EQ(node_->statistics().data_losses, 0U);
}

TEST_F(ClusterStoreTest, LedgersOfWhichOneHasMovedAreWaitedFor) {
    LedgerLimits other = left_;
    other.ledger = LedgerName("model:m:600000000", left_.ledger.tenant_tag());
    expect_redis_admits(left_);
    expect_redis_admits(other);
    begin_to_move(slot_of(left_));
    move_key(left_);
    auto waiting = node_->start_reserve(one, {left_, other});
    EXPECT_EQ(used_of(left_), 1) << "alone it is where it goes";
    move_key(other);
    auto decision = waiting.get();
    ASSERT_TRUE(decision && decision->reservation);
    EXPECT_EQ(decision->decided_by, StoreMode::redis);
    node_->settle(std::move(*decision->reservation), exact_usage(10, 30));
    end_move(slot_of(left_));
    EXPECT_EQ(used_of(left_), 2);
    EXPECT_EQ(used_of(other), 2);
}

TEST_F(ClusterStoreTest, WhatEndsWhileItsSlotMovesIsSettledWhereItIs) {
    Reservation reservation = node_->admitted(one, {left_});
    begin_to_move(slot_of(left_));
    move_key(left_);
    node_->progress(reservation, {.output_tokens = 10});
    end_move(slot_of(left_));
    node_->settle(std::move(reservation), exact_usage(4, 12));
    EXPECT_EQ(used_of(left_), 1);
    EXPECT_EQ(used_of(left_, Dimension::input_tokens), 4);
    EXPECT_EQ(used_of(left_, Dimension::output_tokens), 12);
}

TEST_F(ClusterStoreTest, ASetOfSeveralSlotsIsTakenFromAllOrNone) {
    const LedgerLimits upstream = ledger_in(8'192, 16'383, 80, "upstream");
    Reservation first = node_->admitted(one, {left_, upstream});
    Reservation second = node_->admitted(one, {left_, upstream});
    EXPECT_EQ(used_of(left_), 2);
    EXPECT_EQ(used_of(upstream, Dimension::output_tokens), 60);

    const auto refused = node_->reserve(one, {left_, upstream});
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->verdict, Verdict::refused);
    EXPECT_EQ(refused->refusal.ledger_index, 1U);
    EXPECT_GT(refused->refusal.retry_after_us, 0);
    EXPECT_EQ(used_of(left_), 2) << "undone";
    EXPECT_EQ(used_of(left_, Dimension::input_tokens), 20);
    EXPECT_EQ(used_of(left_, Dimension::output_tokens), 60);

    node_->progress(first, {.output_tokens = 5});
    EXPECT_EQ(used_of(left_, Dimension::output_tokens), 60) << "the rest of it is still reserved";
    node_->settle(std::move(first), exact_usage(7, 6));
    for (const LedgerLimits& ledger : {left_, upstream}) {
        EXPECT_EQ(used_of(ledger), 2);
        EXPECT_EQ(used_of(ledger, Dimension::input_tokens), 17);
        EXPECT_EQ(used_of(ledger, Dimension::output_tokens), 36);
    }
    node_->settle(std::move(second), exact_usage(10, 30));
}

TEST_F(ClusterStoreTest, TheFirstOfASetRefusesBeforeTheOthersAreAsked) {
    const LedgerLimits key = ledger_in(0, 8'191, 45, "full");
    node_->settle(node_->admitted(one, {key}), exact_usage(10, 30));
    const auto refused = node_->reserve(one, {key, right_});
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->refusal.ledger_index, 0U);
    EXPECT_EQ(used_of(right_), 0);
    const auto never = node_->reserve({1, 10, 2'000'000}, {key, right_});
    ASSERT_TRUE(never);
    EXPECT_EQ(never->verdict, Verdict::never_fits);
    EXPECT_EQ(used_of(key), 1);
}

TEST_F(ClusterStoreTest, AMasterThatIsNewDecidesFromItsFirstSlotOn) {
    node_.reset();
    for (std::size_t i = 0; i < 2; ++i)
        ASSERT_EQ(cluster_->command(i, {"CLUSTER", "DELSLOTSRANGE", "8192", "16383"}), "OK");
    ASSERT_EQ(cluster_->command(0, {"CLUSTER", "ADDSLOTSRANGE", "8192", "16383"}), "OK");
    cluster_->wait_until_ok();
    node_.emplace(options_of(*cluster_));
    ASSERT_TRUE(node_->reaches_redis());
    ASSERT_EQ(node_->statistics().masters, 1U);
    expect_redis_admits(left_);
    begin_to_move(slot_of(left_));
    move_key(left_);
    end_move(slot_of(left_));
    std::int64_t admitted = 1;
    EXPECT_TRUE(eventually([&] {
        expect_redis_admits(left_);
        ++admitted;
        return node_->statistics().masters == 2 && node_->asks_store();
    }));
    for (int i = 0; i < 3; ++i, ++admitted) expect_redis_admits(left_);
    EXPECT_EQ(used_of(left_), admitted) << "nothing is charged twice";
    EXPECT_EQ(node_->statistics().fallbacks, 0U);
}

TEST_F(ClusterStoreTest, AMasterThatIsAwayTakesNoOtherWithIt) {
    cluster_->kill(1);
    ASSERT_TRUE(node_->becomes(StoreMode::local));
    EXPECT_TRUE(node_->statistics().ready);
    EXPECT_EQ(node_->statistics().masters, 2U);
    EXPECT_EQ(node_->statistics().masters_away, 1U);
    EXPECT_THAT(node_->statistics().server, ::testing::HasSubstr(std::to_string(cluster_->port(1))));
    for (int i = 0; i < 3; ++i) expect_redis_admits(left_);
    auto alone = node_->reserve(one, {right_});
    ASSERT_TRUE(alone && alone->reservation);
    EXPECT_EQ(alone->decided_by, StoreMode::local);
    auto both = node_->reserve(one, {left_, right_});
    ASSERT_TRUE(both && both->reservation);
    EXPECT_EQ(both->decided_by, StoreMode::local) << "not by Redis alone";
    node_->settle(std::move(*alone->reservation), exact_usage(10, 30));
    node_->settle(std::move(*both->reservation), exact_usage(10, 30));
    EXPECT_EQ(used_of(left_), 4);
    cluster_->restart(1);  // with its slots, without its data
    ASSERT_TRUE(node_->reaches_redis());
    EXPECT_EQ(node_->statistics().masters_away, 0U);
    EXPECT_TRUE(eventually([&] { return used_of(right_) == 2; })) << "what was pending is there";
    expect_redis_admits(right_);
}

}  // namespace
}  // namespace weir::testing
