// The cluster that tests are given, and what the client reads of it: slots, redirections, ASKING.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>

#include "redis/redirect.hpp"
#include "redis/slot_map.hpp"
#include "redis/slots.hpp"
#include "support/raw_client.hpp"
#include "support/redis_cluster.hpp"
#include "support/running_redis_connection.hpp"

namespace weir::testing {
namespace {

using redis::slot_of;
using ::testing::HasSubstr;
using ::testing::Optional;
using ::testing::StartsWith;

class RedisClusterTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisCluster::available()) GTEST_SKIP() << "redis-server or redis-cli is not installed";
    }
};

RedisAddress address_of(const RedisCluster& cluster, std::size_t index) {
    return {.host = "127.0.0.1", .port = cluster.port(index)};
}

std::optional<std::vector<redis::SlotRange>> slots_by(const RedisCluster& cluster, std::size_t index) {
    RunningRedisConnection redis(address_of(cluster, index));
    if (!redis.becomes_ready()) return std::nullopt;
    const auto reply = redis.ask(redis::ask_for_slots());
    return reply ? redis::read_slots(*reply, cluster.server(index)) : std::nullopt;
}

std::vector<redis::SlotRange> in_order(std::optional<std::vector<redis::SlotRange>> ranges) {
    if (!ranges) return {};
    std::sort(ranges->begin(), ranges->end(),
              [](const auto& one, const auto& other) { return one.first < other.first; });
    return *ranges;
}

/// Of a cluster of three masters and three replicas as it begins.
std::vector<redis::SlotRange> ranges_of(const RedisCluster& cluster) {
    const auto server = [&](std::size_t index) { return cluster.server(index); };
    return {{.first = 0, .last = 5'460, .master = server(0), .replicas = {server(3)}},
            {.first = 5'461, .last = 10'921, .master = server(1), .replicas = {server(4)}},
            {.first = 10'922, .last = 16'383, .master = server(2), .replicas = {server(5)}}};
}

TEST_F(RedisClusterTest, EverySlotIsServedAndReplicated) {
    RedisCluster cluster;
    ASSERT_EQ(cluster.size(), 6U);
    EXPECT_EQ(cluster.master_of(0), 0U);
    EXPECT_EQ(cluster.master_of(5'461), 1U);
    EXPECT_EQ(cluster.master_of(16'383), 2U);
    cluster.flush();  // a replica is named as one once it has been told something
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        EXPECT_THAT(cluster.command(i, {"ROLE"}), StartsWith(i < 3 ? "master" : "slave"));
        EXPECT_THAT(cluster.command(i, {"CLUSTER", "INFO"}), HasSubstr("cluster_slots_ok:16384"));
        EXPECT_TRUE(eventually([&] { return in_order(slots_by(cluster, i)) == ranges_of(cluster); })) << i;
    }
    const std::string host = "127.0.0.1:";
    EXPECT_THAT(cluster.url(),
                StartsWith("cluster://" + host + std::to_string(cluster.port(0)) + "," + host));
}

TEST_F(RedisClusterTest, SlotsAreThoseOfRedis) {
    RedisCluster cluster({.masters = 1, .replicas_each = 0});
    std::mt19937 random(1);
    std::uniform_int_distribution<int> byte(0, 255), size(0, 40), brace(0, 5);
    for (int i = 0; i < 1'000; ++i) {
        std::string key;
        for (int left = size(random); left > 0; --left) {
            const int kind = brace(random);
            key += kind == 0 ? '{' : kind == 1 ? '}' : static_cast<char>(byte(random));
        }
        ASSERT_EQ(cluster.command(0, {"CLUSTER", "KEYSLOT", key}), std::to_string(slot_of(key))) << key;
    }
    // A server that has met nobody does not know its own host.
    EXPECT_THAT(slots_by(cluster, 0),
                Optional(std::vector{redis::SlotRange{
                    .first = 0, .last = 16'383, .master = cluster.server(0), .replicas = {}}}));
}

TEST_F(RedisClusterTest, SlotsMoveWithTheirKeys) {
    RedisCluster cluster({.masters = 2, .replicas_each = 1, .password = "hunter2"});
    const std::string key = "weir:1:{ae2e}";
    constexpr std::uint16_t slot = 9;
    ASSERT_EQ(slot_of(key), slot);
    EXPECT_EQ(cluster.command(0, {"SET", key, "v"}), "OK");
    cluster.reshard(0, 1, slot + 1);
    cluster.wait_until_ok();
    EXPECT_EQ(cluster.master_of(slot), 1U);
    EXPECT_EQ(cluster.master_of(slot + 1), 0U);
    EXPECT_EQ(cluster.command(1, {"GET", key}), "v");
    EXPECT_EQ(redis::read_redirect(cluster.command(0, {"GET", key}), cluster.server(0)),
              (redis::Redirect{redis::Redirect::Kind::moved, slot, cluster.server(1)}));
    cluster.flush();
    EXPECT_EQ(cluster.command(1, {"GET", key}), "");
}

TEST_F(RedisClusterTest, WhoAsksIsAnsweredByTheServerThatASlotMovesTo) {
    RedisCluster cluster({.masters = 2, .replicas_each = 0});
    const std::string slot = "0", key = "{06S}", other_key = "{06S}other";
    ASSERT_EQ(slot_of(key), 0U);
    EXPECT_EQ(cluster.command(1, {"CLUSTER", "SETSLOT", slot, "IMPORTING", cluster.id(0)}), "OK");
    EXPECT_EQ(cluster.command(0, {"CLUSTER", "SETSLOT", slot, "MIGRATING", cluster.id(1)}), "OK");
    RunningRedisConnection from(address_of(cluster, 0)), to(address_of(cluster, 1));
    ASSERT_TRUE(from.becomes_ready() && to.becomes_ready());
    const auto error = from.ask({"INCR", key});
    ASSERT_TRUE(error && error->error() != nullptr);
    EXPECT_EQ(redis::read_redirect(error->error()->text, cluster.server(0)),
              (redis::Redirect{redis::Redirect::Kind::ask, 0, cluster.server(1)}));
    // Each ASKING is for the one command behind it, whatever else is on the way.
    std::vector<RunningRedisConnection::Answer> asking, without;
    for (int i = 0; i < 100; ++i) {
        asking.push_back(to.start({"INCR", key}, 20'000, redis::Asking::yes));
        without.push_back(to.start({"INCR", key}));
    }
    for (std::size_t i = 0; i < 100; ++i) {
        EXPECT_EQ(said(asking[i].get()), std::to_string(i + 1));
        EXPECT_THAT(said(without[i].get()), StartsWith("error: MOVED 0 "));
    }
    EXPECT_THAT(said(to.ask({"MGET", key, other_key}, 20'000, redis::Asking::yes)),
                StartsWith("error: TRYAGAIN"));
}

TEST_F(RedisClusterTest, AReplicaTakesItsMastersPlace) {
    RedisCluster cluster;
    const std::uint16_t slot = 0;
    EXPECT_EQ(cluster.command(0, {"SET", "{06S}", "v"}), "OK");
    cluster.fail_over(3);
    cluster.wait_until_ok();
    EXPECT_EQ(cluster.master_of(slot), 3U);
    EXPECT_THAT(cluster.command(0, {"ROLE"}), StartsWith("slave"));
    EXPECT_EQ(cluster.command(3, {"GET", "{06S}"}), "v");

    cluster.kill(3);  // the others notice it, and elect
    cluster.wait_until_ok();
    EXPECT_EQ(cluster.master_of(slot), 0U);
    cluster.restart(3);
    cluster.wait_until_ok();
    EXPECT_THAT(cluster.command(3, {"ROLE"}), StartsWith("slave"));
    EXPECT_EQ(cluster.command(0, {"GET", "{06S}"}), "v");

    cluster.pause(0);
    cluster.wait_until_ok();
    EXPECT_EQ(cluster.master_of(slot), 3U);
    cluster.resume(0);
    cluster.wait_until_ok();
    EXPECT_THAT(cluster.command(0, {"ROLE"}), StartsWith("slave"));
}

}  // namespace
}  // namespace weir::testing
