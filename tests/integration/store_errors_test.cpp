// Redis answers, but with an error: each counts as a failure, the policy decides, and when it is over Redis
// does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <optional>

#include "store_node.hpp"
#include "support/raw_client.hpp"

namespace weir::testing {
namespace {

constexpr Demand one{1, 10, 10};
const LedgerLimits ledger = ledger_named("k", 100'000, 600'000'000);

class StoreErrorsTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
    }
    void start(RedisServerOptions server_options = {}) {
        server_.emplace(std::move(server_options));
        RedisStoreOptions options = patient_options(*server_);
        options.nodes = 2;
        options.timeout_ms = 500;
        node_.emplace(std::move(options));
    }
    void ask_until_alone() {
        for (int i = 0; node_->asks_store(); ++i) {
            ASSERT_LT(i, 50);
            auto decision = node_->reserve(one, {ledger});
            ASSERT_TRUE(decision && decision->reservation);
            node_->settle(std::move(*decision->reservation), exact_usage(10, 10));
        }
        const auto alone = node_->reserve(one, {ledger});
        ASSERT_TRUE(alone && alone->reservation);
        EXPECT_EQ(alone->decided_by, StoreMode::local);
        alone_ += 1;
    }
    void expect_recovery() {
        ASSERT_TRUE(node_->reaches_redis()) << ::testing::PrintToString(node_->changes());
        auto decision = node_->reserve(one, {ledger});
        ASSERT_TRUE(decision && decision->reservation);
        EXPECT_EQ(decision->decided_by, StoreMode::redis);
        EXPECT_GE(stored_sum(*server_, ledger).requests, alone_ + 1) << "what was pending is there";
    }
    /// Something in the reasons that were given.
    bool was_told(const std::string& word) const {
        const auto changes = node_->changes();
        return std::any_of(changes.begin(), changes.end(),
                           [&](const std::string& why) { return why.find(word) != std::string::npos; });
    }

    std::optional<RedisServer> server_;
    std::optional<StoreNode> node_;
    std::int64_t alone_ = 0;
};

TEST_F(StoreErrorsTest, OutOfMemory) {
    start();
    ASSERT_TRUE(node_->reaches_redis());
    server_->command({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
    server_->command({"CONFIG", "SET", "maxmemory", "1"});
    ask_until_alone();
    EXPECT_TRUE(was_told("OOM"));
    EXPECT_GT(node_->statistics().errors, 0U);
    server_->command({"CONFIG", "SET", "maxmemory", "0"});
    expect_recovery();
}

TEST_F(StoreErrorsTest, AReplicaThatIsReadOnly) {
    start();
    ASSERT_TRUE(node_->reaches_redis());
    server_->command({"REPLICAOF", "127.0.0.1", "1"});
    ask_until_alone();
    EXPECT_TRUE(was_told("READONLY"));
    server_->command({"REPLICAOF", "NO", "ONE"});
    expect_recovery();
}

TEST_F(StoreErrorsTest, AReplicaThatHasLostItsMaster) {
    start({.configuration = {"replica-serve-stale-data no"}});
    ASSERT_TRUE(node_->reaches_redis());
    server_->command({"REPLICAOF", "127.0.0.1", "1"});
    ask_until_alone();
    EXPECT_TRUE(was_told("MASTERDOWN"));
    server_->command({"REPLICAOF", "NO", "ONE"});
    expect_recovery();
}

TEST_F(StoreErrorsTest, BusyWithALongScript) {
    start({.configuration = {"busy-reply-threshold 50"}});
    ASSERT_TRUE(node_->reaches_redis());
    auto script = std::async(std::launch::async, [&] {
        return server_->command({"EVAL", "while true do end", "0"});
    });
    ask_until_alone();
    EXPECT_TRUE(eventually([&] { return node_->statistics().errors > 0; })) << "BUSY, after a while";
    EXPECT_TRUE(eventually([&] { return server_->command({"SCRIPT", "KILL"}) == "OK"; }));
    script.get();
    expect_recovery();
}

TEST_F(StoreErrorsTest, AConnectionWithoutThePassword) {
    start({.password = "sesame"});
    EXPECT_TRUE(eventually([&] { return was_told("NOAUTH"); })) << "although it never was otherwise";
    ask_until_alone();
    server_->command({"CONFIG", "SET", "requirepass", ""});
    expect_recovery();
}

TEST_F(StoreErrorsTest, AWrongPasswordAtTheStart) {
    server_.emplace(RedisServerOptions{.password = "sesame"});
    RedisStoreOptions options = patient_options(*server_);
    options.address.password = "open barley";
    node_.emplace(std::move(options));
    ASSERT_TRUE(eventually([&] { return was_told("WRONGPASS"); })) << "it is named";
    EXPECT_FALSE(was_told("barley"));
    EXPECT_TRUE(eventually([&] { return node_->statistics().errors > 0; })) << "and counts as an error";
    EXPECT_EQ(node_->statistics().mode, StoreMode::nodes_unknown);
    EXPECT_NE(node_->statistics().why_away.find("WRONGPASS"), std::string::npos);
    EXPECT_EQ(node_->statistics().obstacle, RedisObstacle::unusable);
}

TEST_F(StoreErrorsTest, ADatabaseThatIsNotThereAtTheStart) {
    server_.emplace();
    RedisStoreOptions options = patient_options(*server_);
    options.address.database = 1'000'000;
    node_.emplace(std::move(options));
    ASSERT_TRUE(eventually([&] { return was_told("out of range"); }));
    EXPECT_EQ(node_->statistics().obstacle, RedisObstacle::unusable);
}

TEST_F(StoreErrorsTest, TlsToAServerThatSpeaksNoneAtTheStart) {
    server_.emplace();
    RedisStoreOptions options = patient_options(*server_);
    options.address = {.host = "127.0.0.1", .port = server_->port(), .tls = true};
    node_.emplace(std::move(options));
    ASSERT_TRUE(eventually([&] { return was_told("TLS"); }));
    EXPECT_EQ(node_->statistics().obstacle, RedisObstacle::unusable);
}

TEST_F(StoreErrorsTest, ASentinelThatKnowsNoSuchMasterAtTheStart) {
    server_.emplace();
    RedisStoreOptions options = patient_options(*server_);
    options.address = {.sentinels = {{"127.0.0.1", server_->port()}}, .master = "weir"};
    node_.emplace(std::move(options));
    ASSERT_TRUE(eventually([&] { return was_told("no sentinel knows the master"); }));
    EXPECT_EQ(node_->statistics().obstacle, RedisObstacle::unusable);
}

TEST_F(StoreErrorsTest, AnotherReasonWhileItIsAwayIsToldToo) {
    start();
    ASSERT_TRUE(node_->reaches_redis());
    EXPECT_EQ(node_->statistics().away_since_us, 0);
    EXPECT_EQ(node_->statistics().why_away, "");
    server_->stop();
    ASSERT_TRUE(eventually([&] {
        const auto reasons = node_->reasons();
        return std::any_of(reasons.begin(), reasons.end(), [](const std::string& why) {
            return why.find("can't connect") != std::string::npos;
        });
    })) << "first the connection ended, then no other could be made: "
        << ::testing::PrintToString(node_->changes()) << ::testing::PrintToString(node_->reasons());
    EXPECT_GT(node_->statistics().unreachable, 0U);
    EXPECT_GT(node_->statistics().away_since_us, 0);
    const auto alone = node_->reserve(one, {ledger});
    ASSERT_TRUE(alone && alone->reservation);
    EXPECT_EQ(alone->decided_by, StoreMode::local);
    EXPECT_EQ(node_->statistics().fallbacks_since_away, 1U);
    server_->restart();
    ASSERT_TRUE(node_->reaches_redis());
    EXPECT_EQ(node_->statistics().away_since_us, 0);
    EXPECT_EQ(node_->statistics().why_away, "");
}

TEST_F(StoreErrorsTest, TooFewReplicas) {
    start();
    ASSERT_TRUE(node_->reaches_redis());
    server_->command({"CONFIG", "SET", "min-replicas-to-write", "1"});
    ask_until_alone();
    EXPECT_TRUE(was_told("NOREPLICAS"));
    server_->command({"CONFIG", "SET", "min-replicas-to-write", "0"});
    expect_recovery();
}

TEST_F(StoreErrorsTest, LoadingItsData) {
    start({.configuration = {"enable-debug-command yes", "loading-process-events-interval-bytes 1024"}});
    ASSERT_TRUE(node_->reaches_redis());
    // Twice a thousandth of a second for each of a thousand keys.
    server_->command({"DEBUG", "POPULATE", "1000", "filler", "500"});
    server_->command({"CONFIG", "SET", "key-load-delay", "2000"});
    auto reload = std::async(std::launch::async, [&] { return server_->command({"DEBUG", "RELOAD"}); });
    ask_until_alone();
    EXPECT_EQ(reload.get(), "OK");
    expect_recovery();
}

}  // namespace
}  // namespace weir::testing
