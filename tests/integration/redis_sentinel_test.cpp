// A master, a replica and a sentinel, all real: the connection follows the master.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "support/canned_server.hpp"
#include "support/raw_client.hpp"
#include "support/raw_server.hpp"
#include "support/redis_server.hpp"
#include "support/running_redis_connection.hpp"

namespace weir::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int failover_ms = 90'000;
constexpr redis::Options brisk{.backoff_ms_max = 100};

std::string port_of(const RedisServer& server) {
    return std::to_string(server.port());
}

/// A replica of `master` that has caught up.
std::unique_ptr<RedisServer> replica_of(const RedisServer& master) {
    auto replica = std::make_unique<RedisServer>(RedisServerOptions{
        .password = "hunter2",
        .configuration = {"masterauth hunter2", "replicaof 127.0.0.1 " + port_of(master)}});
    const bool caught_up = eventually(
        [&] {
            const std::string info = replica->command({"INFO", "replication"});
            return info.find("master_link_status:up") != std::string::npos;
        },
        failover_ms);
    if (!caught_up) throw std::runtime_error("the replica does not catch up: " + replica->log());
    return replica;
}

/// Empty where it does not say: a server that changes its role drops its clients.
std::string role_of(RedisServer& server) {
    try {
        return server.command({"ROLE"});
    } catch (const std::runtime_error&) {
        return "";
    }
}

class RedisSentinelTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "redis-server is not installed";
        master_.emplace(RedisServerOptions{.password = "hunter2", .configuration = {"masterauth hunter2"}});
        replica_ = replica_of(*master_);
        sentinel_.emplace(RedisServerOptions{
            .configuration = {"sentinel monitor weir 127.0.0.1 " + port_of(*master_) + " 1",
                              "sentinel auth-pass weir hunter2", "sentinel down-after-milliseconds weir 300",
                              "sentinel failover-timeout weir 3000"},
            .sentinel = true});
        ASSERT_TRUE(eventually(
            [&] {
                const std::string known = sentinel_->command({"SENTINEL", "replicas", "weir"});
                return known.find(port_of(*replica_)) != std::string::npos;
            },
            failover_ms));
    }

    RedisAddress address() const {
        return {
            .sentinels = {{"127.0.0.1", 1}, {"127.0.0.1", sentinel_->port()}},  // nobody listens on the first
            .master = "weir",
            .password = "hunter2"};
    }

    std::optional<RedisServer> master_, sentinel_;
    std::unique_ptr<RedisServer> replica_;
};

TEST_F(RedisSentinelTest, FollowsTheMasterWhenItDies) {
    RunningRedisConnection redis(address(), brisk);
    ASSERT_TRUE(redis.becomes_ready());
    EXPECT_EQ(said(redis.ask({"INCR", "n"})), "1");
    // The write must have arrived at the replica before its master dies.
    EXPECT_EQ(said(redis.ask({"WAIT", "1", "0"})), "1");
    master_->kill();
    ASSERT_TRUE(redis.loses());
    ASSERT_TRUE(eventually([&] { return redis.times_ready() == 2; }, failover_ms)) << sentinel_->log();
    EXPECT_EQ(said(redis.ask({"INCR", "n"})), "2");
    EXPECT_THAT(replica_->command({"ROLE"}), HasSubstr("master"));
}

TEST_F(RedisSentinelTest, FollowsAMasterThatStepsDown) {
    RunningRedisConnection redis(address(), brisk);
    ASSERT_TRUE(redis.becomes_ready());
    // Refused until the sentinel has heard from the replica itself.
    ASSERT_TRUE(eventually(
        [&] {
            return sentinel_->command({"SENTINEL", "FAILOVER", "weir"}) == "OK";
        },
        failover_ms));
    // What the limiter does: a call that says READONLY gives the connection up.
    const bool moved = eventually(
        [&] {
            const auto answer = redis.ask({"INCR", "n"});
            if (answer && answer->error() != nullptr) redis.reconnect(answer->error()->text);
            return answer && answer->integer() != nullptr && role_of(*replica_).starts_with("master");
        },
        failover_ms);
    EXPECT_TRUE(moved) << sentinel_->log();
}

// Sentinels as the tests want them.

std::string bulk(const std::string& text) {
    return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

TEST(RedisSentinelTestWithCannedAnswers, AReplicaIsNotTakenForTheMaster) {
    if (!RedisServer::available()) GTEST_SKIP() << "redis-server is not installed";
    RedisServer server;
    server.command({"REPLICAOF", "127.0.0.1", "1"});
    const CannedServer stale("*2\r\n" + bulk("127.0.0.1") + bulk(port_of(server)));
    RunningRedisConnection redis({.sentinels = {{"127.0.0.1", stale.port()}}, .master = "weir"}, brisk);
    ASSERT_TRUE(redis.loses());
    EXPECT_EQ(redis.losses().front(), "the server is not a master (127.0.0.1:" + port_of(server) + ")");
    server.command({"REPLICAOF", "NO", "ONE"});
    ASSERT_TRUE(redis.becomes_ready()) << "asked again until it is right";
    EXPECT_EQ(redis.times_ready(), 1U);
}

TEST(RedisSentinelTestWithCannedAnswers, AFormerMasterThatStillServesIsLeft) {
    if (!RedisServer::available()) GTEST_SKIP() << "redis-server is not installed";
    RedisServer former, present;
    std::atomic<std::uint16_t> master{former.port()};
    const RawServer sentinel([&](RawPeer& peer) {
        std::string question;
        if (!peer.read_exactly(1, question)) return;
        peer.send("*2\r\n" + bulk("127.0.0.1") + bulk(std::to_string(master)));
        peer.wait_for_end();
    });
    redis::Options options = brisk;
    options.master_asked_ms = 20;
    RunningRedisConnection redis({.sentinels = {{"127.0.0.1", sentinel.port()}}, .master = "weir"}, options);
    ASSERT_TRUE(redis.becomes_ready());
    EXPECT_EQ(said(redis.ask({"INCR", "n"})), "1");
    ASSERT_TRUE(eventually([&] { return sentinel.connections() > 3; }));
    EXPECT_EQ(redis.times_ready(), 1U) << "as long as it is the master";

    master = present.port();
    ASSERT_TRUE(eventually([&] { return redis.times_ready() == 2; }));
    EXPECT_EQ(redis.losses().back(), "the master is 127.0.0.1:" + port_of(present) + " now");
    EXPECT_EQ(said(redis.ask({"SET", "n", "7"})), "OK");
    EXPECT_EQ(present.command({"GET", "n"}), "7");
    EXPECT_EQ(former.command({"GET", "n"}), "1");
}

TEST(RedisSentinelTestWithCannedAnswers, EverySentinelIsAskedAndEveryReasonSaid) {
    const CannedServer knows_nothing("*-1\r\n"), no_sentinel("-ERR unknown command 'SENTINEL'\r\n");
    RunningRedisConnection redis({.sentinels = {{"127.0.0.1", knows_nothing.port()},
                                                {"127.0.0.1", no_sentinel.port()},
                                                {"127.0.0.1", 1}},
                                  .master = "weir"},
                                 brisk);
    ASSERT_TRUE(redis.loses());
    EXPECT_THAT(redis.losses().front(),
                AllOf(HasSubstr("no master is named weir"), HasSubstr("unknown command 'SENTINEL'"),
                      HasSubstr("Connection refused")));
}

}  // namespace
}  // namespace weir::testing
