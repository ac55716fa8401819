// How far over four processes can get when Redis is cut off from one of them, from all, or is emptied: the
// bounds that the design states, held against the provider's own log.
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <iostream>
#include <thread>
#include <vector>

#include "mock_upstream/mock_upstream.hpp"
#include "provider_log.hpp"
#include "support/delaying_relay.hpp"
#include "support/raw_client.hpp"
#include "support/redis_server.hpp"
#include "weir/clock.hpp"
#include "weir_nodes.hpp"

namespace weir::testing {
namespace {

constexpr std::int64_t window_us = 5'000'000;
constexpr std::size_t node_count = 4;
constexpr std::size_t clients_per_node = 8;
constexpr std::int64_t limit = 400;

nlohmann::json configuration() {
    nlohmann::json config;
    config["tiers"]["default"]["limits"]["more"] =
        nlohmann::json::array({{{"dimension", "requests"}, {"limit", limit}, {"window", "5s"}}});
    // A cut connection is noticed at once; a busy machine is no failure.
    config["store"] = {{"timeout_ms", 20'000}};
    config["log"] = {{"access", false}};
    return config;
}

class NodesBoundsTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
        redis_.emplace();
        std::vector<std::string> stores;
        for (std::size_t i = 0; i < node_count; ++i) {
            relays_.emplace_back(redis_->port());
            stores.push_back("redis://127.0.0.1:" + std::to_string(relays_.back().port()));
        }
        upstream_.start();
        nodes_.emplace(stores, upstream_.url(), configuration());
        ASSERT_TRUE(nodes_->all_become("redis"));
        ASSERT_TRUE(eventually([&] {
            std::int64_t known = 0;
            for (std::size_t i = 0; i < node_count; ++i) known += nodes_->metric(i, "weir_store_nodes");
            return known == static_cast<std::int64_t>(node_count * node_count);
        }));
    }
    void TearDown() override {
        stop_ = true;
        for (std::thread& client : clients_) client.join();
    }

    /// Clients of all nodes, or of the first alone, who take whatever there is.
    void load(std::size_t first, std::size_t last) {
        for (std::size_t node = first; node <= last; ++node) {
            for (std::size_t i = 0; i < clients_per_node; ++i)
                clients_.emplace_back([this, node] { take(node); });
        }
    }
    void take(std::size_t node) {
        std::string body = chat_body(",\"max_tokens\":1");
        body.replace(body.find("gpt-4o"), 6, "node-" + std::to_string(node));
        const std::string request = post("/v1/chat/completions", body, "x-weir-trace: 1\r\n");
        RawClient client(nodes_->port(node));
        while (!stop_) {
            if (!client.send(request)) return;
            const int status = client.read_answer().status;
            if (status == 0) return;
            if (status != 200) std::this_thread::sleep_for(std::chrono::milliseconds(25));
        }
    }
    void pass_windows(double count) const {
        const auto microseconds = static_cast<std::int64_t>(count * static_cast<double>(window_us));
        std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
    }
    void cut_off(std::size_t node) {
        relays_[node].hold_to_server();
        relays_[node].cut();
    }
    void reconnect(std::size_t node) {
        relays_[node].cut();
        relays_[node].release();
    }

    std::vector<Arrival> arrivals() const { return arrivals_by_key(upstream_.records())["test-key"]; }
    static std::vector<std::int64_t> held_at(const std::vector<Arrival>& arrivals, std::int64_t lost_us,
                                             std::int64_t noticed_us) {
        return testing::held_at(arrivals, node_count, window_us, lost_us, noticed_us);
    }
    static std::int64_t sum_of_parts(const std::vector<std::int64_t>& held) {
        return testing::sum_of_parts(held, limit);
    }
    /// The most that the provider received in any window of W - D, of what was decided before `until_us`.
    static void expect_at_most(const std::string& what, const std::vector<Arrival>& arrivals,
                               std::int64_t bound, std::int64_t until_us = INT64_MAX) {
        const auto [most, longest_way_us] = most_received(arrivals, window_us, until_us);
        std::cout << what << ": measured " << most << ", bound " << bound << ", limit " << limit << " ("
                  << static_cast<double>(most) / static_cast<double>(limit) << " of "
                  << static_cast<double>(bound) / static_cast<double>(limit)
                  << " times), D = " << longest_way_us << " us\n";
        EXPECT_LE(most, bound) << what;
    }

    void one_cut_off(bool evenly);
    void all_cut_off(bool evenly);
    void emptied(bool evenly);

    SystemClock clock_;
    std::optional<RedisServer> redis_;
    std::deque<DelayingRelay> relays_;
    mock::MockUpstream upstream_{{.keep_records = true}};
    std::optional<WeirNodes> nodes_;
    std::atomic<bool> stop_ = false;
    std::vector<std::thread> clients_;
};

void NodesBoundsTest::one_cut_off(bool evenly) {
    load(0, evenly ? node_count - 1 : 0);
    pass_windows(1.2);
    const std::int64_t lost_us = clock_.now_us();
    cut_off(0);
    ASSERT_TRUE(nodes_->becomes(0, "local"));
    const std::int64_t noticed_us = clock_.now_us();
    if (!evenly) load(1, node_count - 1);
    pass_windows(1.6);
    reconnect(0);
    ASSERT_TRUE(nodes_->becomes(0, "redis"));
    pass_windows(1.1);
    const std::vector<Arrival> all = arrivals();
    const std::int64_t held = held_at(all, lost_us, noticed_us).front();
    const std::string load_name = evenly ? "evenly" : "unevenly";
    expect_at_most("one cut off, " + load_name, all,
                   limit + std::max(limit / static_cast<std::int64_t>(node_count), held));
}

TEST_F(NodesBoundsTest, OneCutOffEvenlyLoaded) {
    one_cut_off(true);
}
TEST_F(NodesBoundsTest, OneCutOffUnevenlyLoaded) {
    one_cut_off(false);
}

void NodesBoundsTest::all_cut_off(bool evenly) {
    load(0, evenly ? node_count - 1 : 0);
    pass_windows(1.2);
    const std::int64_t lost_us = clock_.now_us();
    for (std::size_t i = 0; i < node_count; ++i) cut_off(i);
    ASSERT_TRUE(nodes_->all_become("local"));
    const std::int64_t noticed_us = clock_.now_us();
    if (!evenly) load(1, node_count - 1);
    pass_windows(1.6);
    const std::int64_t back_us = clock_.now_us();
    for (std::size_t i = 0; i < node_count; ++i) reconnect(i);
    ASSERT_TRUE(nodes_->all_become("redis"));
    pass_windows(1.1);
    const std::vector<Arrival> all = arrivals();
    const std::string load_name = evenly ? "evenly" : "unevenly";
    const std::int64_t bound = sum_of_parts(held_at(all, lost_us, noticed_us));
    expect_at_most("all cut off, " + load_name, all, bound, back_us);
    // They wait for each other; whoever has not looked again yet has its part for that long.
    expect_at_most("all cut off and back, " + load_name, all,
                   bound + limit / static_cast<std::int64_t>(node_count));
}

TEST_F(NodesBoundsTest, AllCutOffEvenlyLoaded) {
    all_cut_off(true);
}
TEST_F(NodesBoundsTest, AllCutOffUnevenlyLoaded) {
    all_cut_off(false);
}

void NodesBoundsTest::emptied(bool evenly) {
    load(0, evenly ? node_count - 1 : 0);
    pass_windows(1.2);
    const std::int64_t lost_us = clock_.now_us();
    redis_->command({"FLUSHALL"});
    if (!evenly) load(1, node_count - 1);
    const bool noticed = eventually([&] {
        std::int64_t losses = 0;
        for (std::size_t i = 0; i < node_count; ++i) {
            losses += nodes_->metric(i, "weir_store_data_losses_total") > 0 ? 1 : 0;
        }
        return losses == static_cast<std::int64_t>(node_count);
    });
    ASSERT_TRUE(noticed);
    const std::int64_t noticed_us = clock_.now_us();
    ASSERT_TRUE(nodes_->all_become("redis"));
    pass_windows(1.6);
    const std::vector<Arrival> all = arrivals();
    expect_at_most(std::string("emptied, ") + (evenly ? "evenly" : "unevenly"), all,
                   sum_of_parts(held_at(all, lost_us, noticed_us)));
}

TEST_F(NodesBoundsTest, EmptiedEvenlyLoaded) {
    emptied(true);
}
TEST_F(NodesBoundsTest, EmptiedUnevenlyLoaded) {
    emptied(false);
}

}  // namespace
}  // namespace weir::testing
