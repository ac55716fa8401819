// How many nodes share a store, by their heartbeats; and which ledgers share a slot of Redis Cluster.
#include <gtest/gtest.h>

#include <optional>
#include <sstream>

#include "ledger/reservation_access.hpp"
#include "limiter/scripts.hpp"
#include "limiter/store_keys.hpp"
#include "store_node.hpp"
#include "support/raw_client.hpp"

namespace weir::testing {
namespace {

const std::string nodes_key(store_keys::nodes);

class StoreHeartbeatsTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
        server_.emplace();
    }
    /// Those that have not said goodbye, alive or not.
    std::int64_t registered() const {
        const std::string script =
            "local n = 0 for _, f in ipairs(redis.call('HKEYS', KEYS[1])) do "
            "if string.sub(f, 1, 2) == 'n:' then n = n + 1 end end return n";
        return std::stoll(server_->command({"EVAL", script, "1", nodes_key}));
    }
    /// As the store tells whoever asks; asking is no sign of life.
    std::int64_t alive() const {
        const std::string answer =
            server_->command({"EVAL", std::string(heartbeat_script), "2", nodes_key,
                              std::string(store_keys::epoch), "observer", "600000", "1", "0", "1", "0"});
        std::istringstream lines(answer);
        std::int64_t now_us = 0, epoch = 0, alive = 0;
        lines >> now_us >> epoch >> alive;
        return alive;
    }
    bool counts(const StoreNode& node, std::int64_t nodes) const {
        return eventually([&] { return node.statistics().nodes == nodes; });
    }

    std::optional<RedisServer> server_;
};

TEST_F(StoreHeartbeatsTest, EachNodeCountsAll) {
    StoreNode first(patient_options(*server_)), second(patient_options(*server_));
    EXPECT_TRUE(counts(first, 2) && counts(second, 2));
    StoreNode third(patient_options(*server_));
    EXPECT_TRUE(counts(first, 3) && counts(second, 3) && counts(third, 3));
}

TEST_F(StoreHeartbeatsTest, ALaterVersionMaySayMore) {
    const std::int64_t now_s = std::stoll(server_->list({"TIME"}).front());
    // Of the next minute: nothing renews it, and it is to live as long as the test.
    const std::string heartbeat = std::to_string(now_s + 60) + "000000 17 and more";
    server_->command({"HSET", nodes_key, "n:of-a-later-version", heartbeat, "zone:a", "of a later version",
                      "m:", "nonsense"});
    StoreNode node(patient_options(*server_));
    EXPECT_TRUE(counts(node, 2)) << "it is a node like any other";
    EXPECT_EQ(server_->command({"HGET", nodes_key, "zone:a"}), "of a later version");
    EXPECT_EQ(server_->command({"HGET", nodes_key, "n:of-a-later-version"}), heartbeat);
}

TEST_F(StoreHeartbeatsTest, AKnownNumberOfNodesWins) {
    RedisStoreOptions options = patient_options(*server_);
    options.nodes = 7;
    StoreNode node(std::move(options));
    ASSERT_TRUE(node.reaches_redis());
    EXPECT_EQ(node.statistics().nodes, 7);
}

TEST_F(StoreHeartbeatsTest, LeavingSaysGoodbyeAndTheHoursMostStays) {
    StoreNode stays(patient_options(*server_));
    {
        StoreNode leaves(patient_options(*server_));
        ASSERT_TRUE(counts(stays, 2) && counts(leaves, 2));
        leaves.leave();
    }
    EXPECT_EQ(registered(), 1);
    StoreNode late(patient_options(*server_));
    EXPECT_TRUE(counts(late, 2));
    StoreNode later(patient_options(*server_));
    EXPECT_TRUE(counts(later, 3)) << "three at once, never four";
}

TEST_F(StoreHeartbeatsTest, AKilledNodeIsNoLongerWaitedFor) {
    StoreNode stays(patient_options(*server_));
    {
        StoreNode killed(patient_options(*server_));
        ASSERT_TRUE(counts(stays, 2) && counts(killed, 2));
    }
    EXPECT_EQ(registered(), 2) << "it said nothing";
    EXPECT_TRUE(eventually([&] { return alive() == 1; })) << "three heartbeats later";
    EXPECT_EQ(stays.statistics().nodes, 2) << "the most of the hour";
}

TEST_F(StoreHeartbeatsTest, WhatIsPendingIsWrittenBeforeLeaving) {
    const LedgerLimits ledger = ledger_named("k", 1'000, 600'000'000);
    RedisStoreOptions options = patient_options(*server_);
    options.nodes = 2;
    StoreNode node(std::move(options));
    ASSERT_TRUE(node.reaches_redis());
    server_->pause();
    // Locally until Redis is there again, which nobody waits for.
    Reservation reservation = node.admitted({1, 10, 10}, {ledger});
    ReservationAccess::close(reservation);
    server_->resume();
    ASSERT_TRUE(node.reaches_redis());
    node.leave();
    EXPECT_GE(stored_sum(*server_, ledger).requests, 1);
    EXPECT_EQ(registered(), 0);
}

TEST_F(StoreHeartbeatsTest, TheLedgersOfATenantShareASlot) {
    RedisServer cluster({.configuration = {"cluster-enabled yes"}});
    const auto slot_of = [&](const std::string& ledger, const std::string& tenant) {
        LedgerLimits limits = ledger_named("k", 1);
        limits.ledger = LedgerName(ledger, tenant);
        return cluster.command({"CLUSTER", "KEYSLOT", stored_key(limits)});
    };
    // A raw key may contain braces: the tag stands before it.
    const std::string slot = slot_of("key:sk-{b}{a}:60000000", "5f3a");
    EXPECT_EQ(slot_of("group:acme:86400000000", "5f3a"), slot);
    EXPECT_EQ(slot_of("model:sk-{b}{a}/gpt-4o:60000000", "5f3a"), slot);
    EXPECT_NE(slot_of("key:sk-{b}{a}:60000000", "5f3b"), slot);
}

}  // namespace
}  // namespace weir::testing
