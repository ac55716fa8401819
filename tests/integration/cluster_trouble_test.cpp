// Addresses that are wrong, and clusters that are not whole: a reason that says what to do, the failure
// policy, and never a wait.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <optional>

#include "cluster_store.hpp"
#include "support/raw_client.hpp"
#include "support/raw_server.hpp"

namespace weir::testing {
namespace {

using ::testing::HasSubstr;

constexpr Demand one{1, 10, 30};

RedisStoreOptions at_ports(const std::vector<std::uint16_t>& ports) {
    RedisStoreOptions options;
    for (const std::uint16_t port : ports) options.address.cluster.emplace_back("127.0.0.1", port);
    options.timeout_ms = 500;
    options.heartbeat_ms = 200;
    options.nodes = 2;
    return options;
}

class ClusterTroubleTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisCluster::available()) GTEST_SKIP() << "there is no redis-server, or no redis-cli";
    }
    /// Among all reasons that were given.
    static bool is_told_now(const StoreNode& node, const std::string& words) {
        std::vector<std::string> told = node.changes();
        const auto reasons = node.reasons();
        told.insert(told.end(), reasons.begin(), reasons.end());
        return std::any_of(told.begin(), told.end(),
                           [&](const std::string& why) { return why.find(words) != std::string::npos; });
    }
    static bool is_told(const StoreNode& node, const std::string& words) {
        return eventually([&] { return is_told_now(node, words); });
    }
    static std::string all_told(const StoreNode& node) {
        return ::testing::PrintToString(node.changes()) + ::testing::PrintToString(node.reasons());
    }
    static void expect_decided_by(StoreMode mode, StoreNode& node, const LedgerLimits& ledger) {
        auto decision = node.reserve(one, {ledger});
        ASSERT_TRUE(decision && decision->reservation);
        EXPECT_EQ(decision->decided_by, mode);
        node.settle(std::move(*decision->reservation), exact_usage(10, 30));
    }

    const LedgerLimits left_ = ledger_in(0, 5'000, 1'000'000), right_ = ledger_in(11'000, 16'383, 1'000'000);
};

TEST_F(ClusterTroubleTest, AClusterUrlThatNamesASingleServer) {
    RedisServer server;
    StoreNode node(at_ports({server.port()}));
    EXPECT_TRUE(is_told(node, "it is a single server, no Redis Cluster: use a redis:// URL"))
        << all_told(node);
    EXPECT_TRUE(is_told(node, std::to_string(server.port())));
    expect_decided_by(StoreMode::local, node, left_);
    EXPECT_FALSE(node.asks_store());
}

TEST_F(ClusterTroubleTest, ASingleUrlThatNamesAServerOfACluster) {
    RedisCluster cluster({.masters = 2, .replicas_each = 0});
    for (std::size_t i = 0; i < 2; ++i) {
        RedisStoreOptions options = at_ports({});
        options.address = {.host = "127.0.0.1", .port = cluster.port(i)};
        StoreNode node(options);
        EXPECT_TRUE(is_told(node, "it is part of a Redis Cluster: use a cluster:// URL")) << all_told(node);
        // Ledgers of its own slots, too.
        expect_decided_by(StoreMode::local, node, left_);
        expect_decided_by(StoreMode::local, node, right_);
        EXPECT_FALSE(node.asks_store());
        EXPECT_EQ(node.changes().size(), 1U) << "never trusted: " << all_told(node);
    }
}

TEST_F(ClusterTroubleTest, AWrongPassword) {
    RedisCluster cluster({.masters = 1, .replicas_each = 0, .password = "right"});
    RedisStoreOptions options = at_ports({cluster.port(0)});
    options.address.password = "hunter2";
    StoreNode node(options);
    EXPECT_TRUE(is_told(node, "AUTH: WRONGPASS")) << all_told(node);
    expect_decided_by(StoreMode::local, node, left_);
    EXPECT_THAT(all_told(node), ::testing::Not(HasSubstr("hunter2")));
    EXPECT_EQ(node.statistics().obstacle, RedisObstacle::unusable);
    options.address.password = "";
    StoreNode other(options);
    EXPECT_TRUE(is_told(other, "NOAUTH")) << all_told(other);
}

TEST_F(ClusterTroubleTest, OneOfThreeMastersIsGoneFromTheStart) {
    RedisCluster cluster({.masters = 3, .replicas_each = 0});
    cluster.kill(2);
    StoreNode node(options_of(cluster));
    ASSERT_TRUE(eventually([&] { return node.statistics().masters_away == 1; })) << all_told(node);
    expect_decided_by(StoreMode::redis, node, left_);
    expect_decided_by(StoreMode::local, node, right_);
    EXPECT_TRUE(is_told(node, "127.0.0.1:" + std::to_string(cluster.port(2)))) << all_told(node);
    EXPECT_TRUE(node.statistics().ready);
    cluster.restart(2);
    EXPECT_TRUE(node.becomes(StoreMode::redis)) << all_told(node);
}

TEST_F(ClusterTroubleTest, SlotsThatNobodyHas) {
    RedisCluster cluster({.masters = 2, .replicas_each = 0});
    for (std::size_t i = 0; i < 2; ++i)
        ASSERT_EQ(cluster.command(i, {"CLUSTER", "DELSLOTSRANGE", "0", "5000"}), "OK");
    StoreNode node(options_of(cluster));
    EXPECT_TRUE(is_told(node, "no server of the Redis Cluster has the slots 0-5000")) << all_told(node);
    expect_decided_by(StoreMode::local, node, left_);
    ASSERT_TRUE(eventually([&] { return node.statistics().masters_away == 0; }));
    expect_decided_by(StoreMode::redis, node, right_);
    EXPECT_EQ(node.statistics().mode, StoreMode::local) << "of the slots that are worst off";
    ASSERT_EQ(cluster.command(0, {"CLUSTER", "ADDSLOTSRANGE", "0", "5000"}), "OK");
    EXPECT_TRUE(node.becomes(StoreMode::redis)) << all_told(node);
    EXPECT_TRUE(eventually([&] {
        auto decision = node.reserve(one, {left_});
        if (!decision || !decision->reservation) return false;
        const bool by_redis = decision->decided_by == StoreMode::redis;
        node.settle(std::move(*decision->reservation), exact_usage(10, 30));
        return by_redis;
    }));
}

/// The other server still says that it does.
TEST_F(ClusterTroubleTest, ASlotThatItsMasterDoesNotServe) {
    RedisCluster cluster({.masters = 2, .replicas_each = 0});
    std::mutex mutex;
    std::vector<std::string> warnings;
    RedisStoreOptions options = at_ports({cluster.port(1)});
    options.on_warning = [&](std::string_view warning) {
        const std::lock_guard lock(mutex);
        warnings.emplace_back(warning);
    };
    StoreNode node(options);
    ASSERT_TRUE(node.reaches_redis());
    const LedgerLimits neighbour = ledger_in(slot_of(left_) + 1, 8'000, 1'000'000);
    expect_decided_by(StoreMode::redis, node, left_);
    ASSERT_EQ(cluster.command(0, {"CLUSTER", "DELSLOTS", std::to_string(slot_of(left_))}), "OK");
    for (int i = 0; i < 10; ++i) {
        expect_decided_by(StoreMode::local, node, left_);
        expect_decided_by(StoreMode::redis, node, neighbour);
    }
    EXPECT_THAT(node.reasons(), ::testing::IsEmpty());
    const std::lock_guard lock(mutex);
    EXPECT_THAT(warnings, ::testing::ElementsAre(HasSubstr("\"CLUSTERDOWN Hash slot not served\"")));
}

TEST_F(ClusterTroubleTest, AClusterThatServesNothingWhileItIsNotWhole) {
    RedisCluster cluster({.masters = 2, .replicas_each = 0});
    for (std::size_t i = 0; i < 2; ++i)
        ASSERT_EQ(cluster.command(i, {"CONFIG", "SET", "cluster-require-full-coverage", "yes"}), "OK");
    StoreNode node(options_of(cluster));
    ASSERT_TRUE(node.reaches_redis());
    for (std::size_t i = 0; i < 2; ++i) ASSERT_EQ(cluster.command(i, {"CLUSTER", "DELSLOTS", "0"}), "OK");
    EXPECT_TRUE(is_told(node, "CLUSTERDOWN")) << all_told(node);
    ASSERT_TRUE(eventually([&] { return node.statistics().masters_away == 2; }));
    expect_decided_by(StoreMode::local, node, right_);
    ASSERT_EQ(cluster.command(0, {"CLUSTER", "ADDSLOTS", "0"}), "OK");
    EXPECT_TRUE(node.becomes(StoreMode::redis)) << all_told(node);
}

/// Says that it has all slots of a cluster, knows heartbeats, and sends whoever asks for a ledger to `to`.
class SendsOn {
public:
    SendsOn() : server_([this](RawPeer& peer) { serve(peer); }) {}

    std::uint16_t port() const { return server_.port(); }
    void send_to(std::uint16_t port) { to_ = port; }
    int asked() const { return asked_; }

private:
    static std::optional<std::string> line_of(RawPeer& peer) {
        std::string line, byte;
        while (!line.ends_with("\r\n")) {
            byte.clear();
            if (!peer.read_exactly(1, byte)) return std::nullopt;
            line += byte;
        }
        return line.substr(0, line.size() - 2);
    }
    static std::optional<std::vector<std::string>> command_of(RawPeer& peer) {
        const auto count = line_of(peer);
        if (!count) return std::nullopt;
        std::vector<std::string> words;
        for (int left = std::stoi(count->substr(1)); left > 0; --left) {
            const auto size = line_of(peer);
            std::string word;
            if (!size || !peer.read_exactly(std::stoul(size->substr(1)) + 2, word)) return std::nullopt;
            words.push_back(word.substr(0, word.size() - 2));
        }
        return words;
    }
    void serve(RawPeer& peer) {
        while (const auto command = command_of(peer)) {
            if (!peer.send(answer_to(*command))) return;
        }
    }
    std::string answer_to(const std::vector<std::string>& command) {
        if (command[0] == "CLUSTER")
            return "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:" + std::to_string(port()) + "\r\n";
        if (command[0] == "INFO") return "$8\r\nrun_id:a\r\n";
        if (command[0] != "EVALSHA") return "+OK\r\n";
        const bool is_heartbeat = command[3].find("heartbeats") != std::string::npos;
        if (is_heartbeat) {
            const std::string now_us = std::to_string(SystemClock().now_us());
            return "*5\r\n:" + now_us + "\r\n:7\r\n:1\r\n:1\r\n:1\r\n";
        }
        ++asked_;
        return "-MOVED " + std::to_string(redis::slot_of(command[3])) + " 127.0.0.1:" + std::to_string(to_) +
               "\r\n";
    }

    std::atomic<std::uint16_t> to_{0};
    std::atomic<int> asked_{0};
    RawServer server_;
};

TEST_F(ClusterTroubleTest, ServersThatSendEachOtherOnAndOn) {
    SendsOn one_server, another;
    one_server.send_to(another.port());
    another.send_to(one_server.port());
    StoreNode node(at_ports({one_server.port()}));
    ASSERT_TRUE(node.becomes(StoreMode::redis)) << all_told(node);
    const int asked_before = one_server.asked() + another.asked();
    const SystemClock clock;
    const std::int64_t began_us = clock.steady_us();
    expect_decided_by(StoreMode::local, node, left_);
    EXPECT_LT(clock.steady_us() - began_us, 5'000'000);
    EXPECT_GT(node.statistics().redirects, 2U);
    EXPECT_LE(one_server.asked() + another.asked() - asked_before, 20) << "not for ever";
    EXPECT_TRUE(eventually([&] {
        expect_decided_by(StoreMode::local, node, left_);
        return is_told_now(node, "sent from server to server: MOVED");
    })) << all_told(node);
}

TEST_F(ClusterTroubleTest, WhoIsSentToNowhere) {
    SendsOn server;
    const std::uint16_t gone = RedisServer().port();  // nobody listens there any more
    server.send_to(gone);
    StoreNode node(at_ports({server.port()}));
    ASSERT_TRUE(node.becomes(StoreMode::redis)) << all_told(node);
    const SystemClock clock;
    const std::int64_t began_us = clock.steady_us();
    expect_decided_by(StoreMode::local, node, left_);
    EXPECT_LT(clock.steady_us() - began_us, 5'000'000) << "no longer than a decision may take";
}

}  // namespace
}  // namespace weir::testing
