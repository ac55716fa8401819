// Redis comes back without what had been written to it: each node replays its part, and until all have,
// none admits more than its part.
#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "ledger/reservation_access.hpp"
#include "limiter/scripts.hpp"
#include "limiter/store_keys.hpp"
#include "limiter/window_call.hpp"
#include "store_node.hpp"
#include "support/raw_client.hpp"

namespace weir::testing {
namespace {

constexpr std::int64_t long_window_us = 600'000'000;
constexpr Demand one{1, 10, 30};
constexpr std::int64_t limit = 80;

class StoreLossTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
        server_.emplace();
        ledger_.limits = {};
        ledger_.limits.set(Dimension::requests, limit);
        for (int i = 0; i < 4; ++i) nodes_.emplace_back(patient_options(*server_));
        for (StoreNode& node : nodes_) {
            ASSERT_TRUE(eventually([&] { return node.statistics().nodes == 4 && node.reaches_redis(); }));
        }
    }

    void admit_at(StoreNode& node, int count) {
        for (int i = 0; i < count; ++i) held_.push_back(node.admitted(one, {ledger_}));
    }
    /// By whoever is asked, in turns, until all refuse.
    int admit_all() {
        int admitted = 0;
        for (std::size_t refused = 0, turn = 0; refused < nodes_.size(); ++turn) {
            auto decision = nodes_[turn % nodes_.size()].reserve(one, {ledger_});
            if (decision && decision->reservation) {
                held_.push_back(std::move(*decision->reservation));
                ++admitted;
                refused = 0;
            } else {
                ++refused;
            }
        }
        return admitted;
    }
    /// Every node has noticed the loss, and trusts Redis again.
    void expect_all_recover() {
        for (StoreNode& node : nodes_) {
            EXPECT_TRUE(eventually([&] {
                const RedisStoreStatistics statistics = node.statistics();
                return statistics.data_losses > 0 && node.reaches_redis();
            }));
        }
    }
    Amounts stored() const { return stored_sum(*server_, ledger_); }
    void TearDown() override {
        for (Reservation& reservation : held_) ReservationAccess::close(reservation);
    }

    std::optional<RedisServer> server_;
    std::deque<StoreNode> nodes_;
    std::deque<Reservation> held_;
    LedgerLimits ledger_ = ledger_named("k", limit, long_window_us);
};

TEST_F(StoreLossTest, EmptiedWhileIdleEachNodeWritesItsPartAgain) {
    for (int i = 0; i < 4; ++i) admit_at(nodes_[static_cast<std::size_t>(i)], 5 * (i + 1));
    ASSERT_EQ(stored().requests, 50);
    server_->command({"FLUSHALL"});
    expect_all_recover();
    EXPECT_EQ(stored(), (Amounts{50, 500, 1500}));
    // And whoever asks next finds nothing to write once more.
    EXPECT_EQ(admit_all(), limit - 50);
    EXPECT_EQ(stored().requests, limit);
    for (const StoreNode& node : nodes_) EXPECT_EQ(node.statistics().data_losses, 1U);
}

TEST_F(StoreLossTest, EmptiedUnderUseNobodyAdmitsMoreThanTheirPart) {
    for (StoreNode& node : nodes_) admit_at(node, 10);
    server_->command({"FLUSHALL"});
    // Each holds 10 and may hold 20, alone as in Redis, whoever has noticed what by now.
    const int admitted = admit_all();
    EXPECT_LE(admitted, limit - 40);
    expect_all_recover();
    EXPECT_EQ(admitted + admit_all(), limit - 40);
    EXPECT_GE(stored().requests, limit);
}

TEST_F(StoreLossTest, EmptiedTheNumberOfNodesIsNotForgotten) {
    // One node wrote everything: alone the others may take their part, and this one nothing.
    admit_at(nodes_[0], static_cast<int>(limit));
    server_->command({"FLUSHALL"});
    const int admitted = admit_all();
    // Sum of max(J, L / N), less what was there.
    EXPECT_LE(admitted, 3 * limit / 4);
    expect_all_recover();
    EXPECT_EQ(admit_all(), 0);
    EXPECT_GE(stored().requests, limit + admitted);
    for (const StoreNode& node : nodes_) EXPECT_EQ(node.statistics().nodes, 4);
}

TEST_F(StoreLossTest, RestartedWithoutItsDataIsTheSame) {
    for (int i = 0; i < 4; ++i) admit_at(nodes_[static_cast<std::size_t>(i)], 5);
    server_->restart();
    expect_all_recover();
    EXPECT_EQ(stored(), (Amounts{20, 200, 600}));
    EXPECT_EQ(admit_all(), limit - 20);
}

TEST_F(StoreLossTest, ASettlementOfBeforeTakesNothingFromOthers) {
    admit_at(nodes_[0], 1);
    server_->command({"FLUSHALL"});
    expect_all_recover();
    admit_at(nodes_[1], 5);
    const Amounts before = stored();
    Usage refunded = exact_usage(0, 0);
    refunded.requests = 0;
    Reservation first = std::move(held_.front());
    held_.pop_front();
    nodes_[0].settle(std::move(first), refunded);
    const Amounts after = stored();
    EXPECT_GE(after.requests, 5);
    EXPECT_GE(after.input_tokens, 50);
    EXPECT_GE(after.output_tokens, 150);
    EXPECT_LE(after.requests, before.requests);
}

TEST_F(StoreLossTest, ASingleLostLedgerIsWrittenAgain) {
    for (StoreNode& node : nodes_) admit_at(node, 5);
    server_->command({"DEL", stored_key(ledger_)});
    for (StoreNode& node : nodes_) admit_at(node, 1);
    EXPECT_TRUE(eventually([&] { return stored().requests >= 24; }));
    for (StoreNode& node : nodes_) {
        EXPECT_TRUE(node.reaches_redis());
        EXPECT_EQ(node.statistics().data_losses, 0U);
    }
    EXPECT_EQ(stored().requests, 24) << "once";
}

TEST_F(StoreLossTest, ALedgerIsNotMadeForWhoDoesNotKnowThatTheStoreIsAnother) {
    admit_at(nodes_[0], 5);
    // As if emptied and used again by others, before this node's next heartbeat.
    server_->command({"SET", std::string(store_keys::epoch), "12345"});
    const LedgerLimits fresh = ledger_named("fresh", 1'000, long_window_us);
    const auto decision = nodes_[0].reserve(one, {fresh});
    ASSERT_TRUE(decision && decision->reservation);
    held_.push_back(std::move(*nodes_[0].reserve(one, {fresh})->reservation));
    EXPECT_EQ(decision->decided_by, StoreMode::local);
    EXPECT_TRUE(eventually([&] { return stored_sum(*server_, fresh).requests == 2; })) << "pending";
}

TEST_F(StoreLossTest, NothingIsAddedForWhoDoesNotKnowThatTheStoreIsAnother) {
    admit_at(nodes_[0], 5);
    const auto run_addition = [&](std::int64_t store_epoch) {
        WindowCall call;
        call.ledgers.push_back({&ledger_.ledger, long_window_us, {}});
        call.additions.push_back({0, bucket_of(SystemClock().now_us(), long_window_us), one});
        call.store_epoch = store_epoch;
        std::vector<std::string> words = encode(call, "");
        words[0] = "EVAL";
        words[1] = window_script;
        return server_->command(words);
    };
    const std::int64_t epoch = std::stoll(server_->command({"GET", std::string(store_keys::epoch)}));
    EXPECT_EQ(run_addition(epoch + 1).substr(17), "-1")
        << "the ledger is there, but it is added to again later";
    EXPECT_EQ(stored().requests, 5);
    run_addition(epoch);
    EXPECT_EQ(stored().requests, 6);
}

}  // namespace
}  // namespace weir::testing
