// The shared state on a real cluster: its one slot is found, and followed wherever it goes.
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <string>

#include "redis/slots.hpp"
#include "shared_state_side.hpp"
#include "support/raw_client.hpp"
#include "support/redis_cluster.hpp"

namespace weir::testing {
namespace {

constexpr int failover_ms = 60'000;

/// Two masters, each with a replica: the slot is in the upper half.
class SharedStateClusterTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisCluster::available()) GTEST_SKIP() << "redis-server or redis-cli is not installed";
        cluster_.emplace(RedisClusterOptions{.masters = 2, .password = "hunter2"});
        ASSERT_EQ(cluster_->master_of(slot_), upper);
    }
    RedisAddress address_by(std::initializer_list<std::uint16_t> ports) const {
        RedisAddress address{.password = "hunter2"};
        for (const std::uint16_t port : ports) address.cluster.emplace_back("127.0.0.1", port);
        return address;
    }

    /// How often the server that has the slot at first has answered an error of that name.
    int times_told(const std::string& error) const {
        const std::string info = cluster_->command(upper, {"INFO", "errorstats"});
        const std::string field = "errorstat_" + error + ":count=";
        const auto found = info.find(field);
        return found == std::string::npos ? 0 : std::stoi(info.substr(found + field.size()));
    }

    static constexpr std::size_t lower = 0, upper = 1, replica_of_lower = 2, replica_of_upper = 3;
    const std::uint16_t slot_ = redis::slot_of("weir:1:{runtime}");
    const std::uint16_t nobodys_port_ = 1;
    std::optional<RedisCluster> cluster_;
};

TEST_F(SharedStateClusterTest, WhatIsWrittenThroughOneServerIsReadThroughAnother) {
    Side one(address_by({cluster_->port(lower)}));
    Side other(address_by({nobodys_port_, cluster_->port(replica_of_lower)}));
    Side third(address_by({cluster_->port(replica_of_upper)}));
    const DocumentVersion first{1, "a"};
    EXPECT_EQ(one.write(write_of({}, first, {{"key/x", "1"}})), first);
    EXPECT_EQ(other.read({}).changes, (DocumentChanges{{"key/x", "1"}}));
    EXPECT_EQ(one.exchange(question_of(1, 0, 7)).batch, BatchFate::applied);
    EXPECT_EQ(other.exchange(question_of(2, 1, 3)).batch, BatchFate::applied);
    ASSERT_EQ(third.usage(day).size(), 1U) << "the very first question may be redirected, too";
    EXPECT_EQ(third.usage(day)[0].amounts[0], 10);
}

TEST_F(SharedStateClusterTest, TheSlotIsFollowedWhileItMoves) {
    Side one(address_by({cluster_->port(lower), cluster_->port(upper)}));
    Side other(address_by({cluster_->port(upper), cluster_->port(lower)}));
    one.write(write_of({}, {1, "a"}, {{"key/x", "1"}}));
    const std::size_t slots = slot_ - redis::slot_count / 2 + 1U;
    std::future<void> move = std::async(std::launch::async, [&] { cluster_->reshard(upper, lower, slots); });
    std::int64_t sequence = 0;
    const auto tell = [&](Side& side) {
        const auto told = side.try_exchange(question_of(sequence + 1, sequence, 1));
        EXPECT_TRUE(told) << told.error().message() << " at " << sequence;
        if (told) ++sequence;
    };
    while (move.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        tell(one);
        tell(other);
    }
    move.get();
    EXPECT_GT(sequence, 0);
    cluster_->wait_until_ok();
    ASSERT_EQ(cluster_->master_of(slot_), lower);
    tell(one);
    tell(other);
    EXPECT_EQ(other.usage(day)[0].amounts[0], sequence);
    EXPECT_EQ(other.read({}).changes, (DocumentChanges{{"key/x", "1"}}));
    Side late(address_by({cluster_->port(upper)}));
    EXPECT_EQ(late.usage(day)[0].amounts[0], sequence);
}

TEST_F(SharedStateClusterTest, ASlotThatIsHalfWayIsWaitedFor) {
    Side side(address_by({cluster_->port(upper)}));
    EXPECT_EQ(side.exchange(question_of(1, 0, 7)).batch, BatchFate::applied);
    const std::string slot = std::to_string(slot_);
    cluster_->command(lower, {"CLUSTER", "SETSLOT", slot, "IMPORTING", cluster_->id(upper)});
    cluster_->command(upper, {"CLUSTER", "SETSLOT", slot, "MIGRATING", cluster_->id(lower)});
    const auto move = [&](const std::string& key) {
        const std::string port = std::to_string(cluster_->port(lower));
        return cluster_->command(upper, {"MIGRATE", "127.0.0.1", port, key, "0", "5000", "AUTH", "hunter2"});
    };
    ASSERT_EQ(move("weir:1:{runtime}:nodes"), "OK");
    std::future<bool> rest = std::async(std::launch::async, [&] {
        const bool was_asked_twice = eventually([&] { return times_told("TRYAGAIN") >= 2; });
        move("weir:1:{runtime}:usage");
        move("weir:1:{runtime}:usage:" + std::to_string(day));
        const bool was_sent_away = eventually([&] { return times_told("ASK") >= 2; });
        for (const std::size_t server : {lower, upper})
            cluster_->command(server, {"CLUSTER", "SETSLOT", slot, "NODE", cluster_->id(lower)});
        return was_asked_twice && was_sent_away;
    });
    EXPECT_EQ(side.exchange(question_of(2, 1, 3)).batch, BatchFate::applied);
    EXPECT_TRUE(rest.get());
    EXPECT_EQ(side.usage(day)[0].amounts[0], 10);
}

TEST_F(SharedStateClusterTest, ASlotThatNobodyServesIsWaitedFor) {
    Side side(address_by({cluster_->port(upper)}));
    const std::string slot = std::to_string(slot_);
    ASSERT_EQ(cluster_->command(upper, {"CLUSTER", "DELSLOTS", slot}), "OK");
    std::future<bool> back = std::async(std::launch::async, [&] {
        const bool was_asked_twice = eventually([&] { return times_told("CLUSTERDOWN") >= 2; });
        return cluster_->command(upper, {"CLUSTER", "ADDSLOTS", slot}) == "OK" && was_asked_twice;
    });
    EXPECT_TRUE(side.try_exchange({.node = "n", .figures = "{}", .usage = {}}));
    EXPECT_TRUE(back.get());
}

TEST_F(SharedStateClusterTest, AnotherServerIsAskedWhenTheOneThatHasTheSlotIsLost) {
    Side side(address_by({cluster_->port(lower), cluster_->port(upper)}));
    EXPECT_EQ(side.exchange(question_of(1, 0, 7)).batch, BatchFate::applied);
    cluster_->fail_over(replica_of_upper);  // so that nothing is lost with the master
    cluster_->kill(upper);
    ASSERT_TRUE(eventually(
        [&] {
            const auto told = side.try_exchange(question_of(2, 1, 3));
            return told && told->batch == BatchFate::applied;
        },
        failover_ms));
    EXPECT_EQ(cluster_->master_of(slot_), replica_of_upper);
    EXPECT_EQ(side.usage(day)[0].amounts[0], 10);
}

}  // namespace
}  // namespace weir::testing
