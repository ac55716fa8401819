// Somebody else writes under the name of a ledger: that one makes way, and no other suffers.
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "store_node.hpp"
#include "support/raw_client.hpp"

namespace weir::testing {
namespace {

constexpr Demand one{1, 10, 30};

class StoreDamageTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
        server_.emplace();
        node_.emplace(patient_options(*server_));
        ASSERT_TRUE(node_->reaches_redis());
    }
    static LedgerLimits ledger_named(const std::string& id, std::int64_t limit) {
        LedgerLimits ledger;
        ledger.ledger = LedgerName("key:" + id + ":600000000", id);
        ledger.window_us = 600'000'000;
        ledger.limits.set(Dimension::requests, limit);
        return ledger;
    }
    std::string key() const { return std::string(damaged_.ledger.key()); }
    /// Whether Redis admitted it; what was admitted stays charged.
    bool is_admitted_by_redis(const LedgerLimits& ledger) {
        auto decision = node_->reserve(one, {ledger});
        if (!decision || !decision->reservation) return false;
        held_.push_back(std::move(*decision->reservation));
        return decision->decided_by == StoreMode::redis;
    }
    std::int64_t used_in_redis() {
        const auto contents = node_->read(damaged_);
        return contents && contents->kept_by == StoreMode::redis ? contents->sums.requests : -1;
    }
    void TearDown() override {
        for (Reservation& reservation : held_) node_->settle(std::move(reservation), exact_usage(10, 30));
    }

    std::optional<RedisServer> server_;
    std::optional<StoreNode> node_;
    std::deque<Reservation> held_;
    const LedgerLimits damaged_ = ledger_named("damaged", 100), other_ = ledger_named("other", 100);
};

TEST_F(StoreDamageTest, ALedgerThatIsNoneIsWrittenAgainFromWhatTheNodesHold) {
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(is_admitted_by_redis(damaged_));
    for (const std::vector<std::string>& damage : std::vector<std::vector<std::string>>{
             {"SET", key(), "x"},
             {"LPUSH", key(), "x"},
             {"ZADD", key(), "-9000000000000000", "garbage before the head"}}) {
        if (damage[0] != "ZADD") server_->command({"DEL", key()});
        server_->command(damage);
        auto decision = node_->reserve(one, {damaged_});
        ASSERT_TRUE(decision && decision->reservation);
        held_.push_back(std::move(*decision->reservation));
        const auto held = static_cast<std::int64_t>(held_.size());
        EXPECT_TRUE(eventually([&] { return node_->reaches_redis() && used_in_redis() == held; }))
            << damage[0] << ": " << used_in_redis() << " of " << held;
        EXPECT_EQ(server_->command({"TYPE", key()}), "zset");
    }
    EXPECT_EQ(node_->statistics().errors, 0U);
}

TEST_F(StoreDamageTest, NoOtherLedgerGoesWithoutRedis) {
    ASSERT_TRUE(is_admitted_by_redis(other_));
    server_->command({"SET", key(), "x"});
    EXPECT_TRUE(is_admitted_by_redis(damaged_)) << "nothing is known of it, so nothing was lost";
    EXPECT_TRUE(is_admitted_by_redis(other_));
    EXPECT_EQ(node_->statistics().fallbacks, 0U);
}

TEST_F(StoreDamageTest, AMemberThatIsNoEntryCountsForNothing) {
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(is_admitted_by_redis(damaged_));
    ASSERT_EQ(server_->command({"ZADD", key(), "-5", "garbage"}), "1");
    auto decision = node_->reserve(one, {damaged_});
    ASSERT_TRUE(decision);
    EXPECT_EQ(decision->verdict, Verdict::refused);
    EXPECT_GT(decision->refusal.retry_after_us, 500'000'000);
    EXPECT_TRUE(node_->asks_store());
    EXPECT_EQ(node_->statistics().errors, 0U);
}

}  // namespace
}  // namespace weir::testing
