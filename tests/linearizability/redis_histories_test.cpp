// Four nodes at one Redis, all at once: one limiter that does one thing after the other could have said it
// all.
#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <memory>
#include <random>
#include <vector>

#include "contract/contract.hpp"
#include "integration/store_node.hpp"
#include "linearizability/histories.hpp"
#include "linearizability/random_history.hpp"
#include "support/delaying_relay.hpp"
#include "support/manual_clock.hpp"

namespace weir::testing {

namespace {

constexpr std::size_t node_count = 4;
constexpr std::int64_t kept_ms = 100;

class RedisNodes final : public HistoryNodes {
public:
    /// `lossy_port`: where the last node finds Redis, with little patience; 0: as the others.
    RedisNodes(const RedisServer& server, std::int64_t refusals_cached_ms, std::uint16_t lossy_port = 0) {
        for (std::size_t i = 0; i < node_count; ++i) {
            RedisStoreOptions options = patient_options(server);
            options.timeout_ms = 10'000;
            options.refusals_cached_ms = refusals_cached_ms;
            options.without_store = WithoutStore::closed;
            options.time_us = [this] { return now_us_.load(); };
            if (lossy_port != 0 && i == node_count - 1) {
                options.address = {};
                options.address.host = "127.0.0.1";
                options.address.port = lossy_port;
                options.timeout_ms = 20;
                options.heartbeat_ms = 600'000;    // a lost one says that Redis is away
                options.failures_max = 1'000'000;  // it asks on, whatever it does not hear
            }
            nodes_.push_back(std::make_unique<StoreNode>(std::move(options)));
        }
        for (const auto& node : nodes_) EXPECT_TRUE(node->reaches_redis());
    }

    std::size_t size() const override { return nodes_.size(); }
    std::future<bool> start(std::size_t node, std::function<awaitable<void>(Limiter&)> work) override {
        return nodes_[node]->start_work(std::move(work));
    }
    void set_now_us(std::int64_t now_us) override { now_us_ = now_us; }

    std::uint64_t cached_refusals() const {
        std::uint64_t sum = 0;
        for (const auto& node : nodes_) sum += node->statistics().cached_refusals;
        return sum;
    }
    /// More than one for each call of the script.
    bool have_batched() const {
        const RedisStoreStatistics first = nodes_.front()->statistics();
        return first.operations > first.calls;
    }

private:
    std::atomic<std::int64_t> now_us_ = some_minute_us;
    std::vector<std::unique_ptr<StoreNode>> nodes_;
};

class RedisHistories : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
        server_ = std::make_unique<RedisServer>();
    }

    /// Until one is not linearizable.
    void check(HistoryNodes& nodes, std::uint64_t usual, HistoryPlan plan, const HistoryLeave& leave,
               const std::vector<std::int64_t>& pauses_us) {
        const std::uint64_t first = first_history_seed();
        for (std::uint64_t seed = first; seed < first + history_count(usual) && !HasFailure(); ++seed) {
            plan.seed = seed;
            plan.name = std::to_string(seed);
            plan.pauses_us.clear();
            std::mt19937_64 random(seed);
            if (!pauses_us.empty())
                plan.pauses_us = {pauses_us[random() % pauses_us.size()],
                                  pauses_us[random() % pauses_us.size()]};
            const History history = record_history(nodes, plan);
            for (const HistoryEvent& event : history) note(event);
            const std::string why = why_not_linearizable(history, leave);
            EXPECT_EQ(why, "") << history_hint(seed);
        }
        std::cout << admitted_ << " admitted, " << refused_ << " refused, " << lost_ << " lost\n";
    }

    std::unique_ptr<RedisServer> server_;
    std::uint64_t admitted_ = 0, refused_ = 0, lost_ = 0;

private:
    void note(const HistoryEvent& event) {
        if (event.is_lost) ++lost_;
        if (event.what != Asked::reserve || event.is_lost) return;
        ++(event.verdict == Verdict::admitted ? admitted_ : refused_);
    }
};

TEST_F(RedisHistories, AreLinearizable) {
    RedisNodes nodes(*server_, 0);
    check(nodes, 1'500, {.steps_per_phase = 6}, {}, {});
    EXPECT_GT(admitted_, refused_ / 10);
    EXPECT_GT(refused_, admitted_ / 10);
    EXPECT_TRUE(nodes.have_batched());
    EXPECT_EQ(nodes.cached_refusals(), 0U);
}

TEST_F(RedisHistories, AreLinearizableWhileTimePasses) {
    RedisNodes nodes(*server_, 0);
    check(nodes, 800, {.clients_per_node = 1, .steps_per_phase = 4}, {},
          {1, 90'000, 10 * second_us, 20 * second_us, minute_us});
}

TEST_F(RedisHistories, AreLinearizableButForRefusalsThatANodeRemembers) {
    RedisNodes nodes(*server_, kept_ms);
    check(nodes, 800, {.clients_per_node = 1, .steps_per_phase = 4}, {.refusals_kept_us = kept_ms * 1000},
          {1, 40'000, 60'000, kept_ms * 1000 - 1, kept_ms * 1000});
    EXPECT_GT(nodes.cached_refusals(), 0U);
}

TEST_F(RedisHistories, WhatWasLostHappenedOnceOrNot) {
    DelayingRelay relay(server_->port());
    RedisNodes nodes(*server_, 0, relay.port());
    HistoryPlan plan{.clients_per_node = 1, .steps_per_phase = 3, .lossy_node = node_count - 1};
    plan.before_phase = [&](std::size_t phase) {
        if (phase == 1 && plan.seed % 2 == 0) relay.hold_to_client();
        if (phase == 1 && plan.seed % 2 == 1) relay.hold_to_server();
        if (phase != 1) relay.release();
    };
    check(nodes, 40, plan, {}, {0});
    EXPECT_GT(lost_, 0U);
}

}  // namespace

}  // namespace weir::testing
