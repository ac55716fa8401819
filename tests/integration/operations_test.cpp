// Operators at work on real processes: what one node is told, all do, at once, whatever the load.
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "mock_upstream/mock_upstream.hpp"
#include "support/delaying_relay.hpp"
#include "support/raw_client.hpp"
#include "support/redis_server.hpp"
#include "support/sanitized.hpp"
#include "text/times.hpp"
#include "usage/recorder.hpp"
#include "weir/clock.hpp"
#include "weir_nodes.hpp"

namespace weir::testing {
namespace {

using nlohmann::json;

constexpr std::size_t node_count = 4;

RawAnswer ask(std::uint16_t port, std::string_view method, const std::string& path,
              const json& body = nullptr) {
    RawClient client(port);
    std::string request =
        std::string(method) + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n";
    const std::string text = body.is_null() ? "" : body.dump();
    if (!text.empty()) request += "Content-Type: application/json\r\n";
    request += "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
    client.send(request);
    return client.read_answer();
}

json limits_of(std::int64_t requests) {
    return {{"limits", {{"rpm", requests}}}};
}

class OperationsTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
        server_.emplace();
        upstream_.emplace(mock::MockOptions{});
        upstream_->start();
    }
    std::string redis_url() const { return "redis://127.0.0.1:" + std::to_string(server_->port()); }
    json config(std::int64_t requests) const {
        json config;
        config["tiers"]["default"] = limits_of(requests);
        config["tiers"]["trial"] = limits_of(requests);
        config["store"] = {{"timeout_ms", 5'000}};
        config["log"] = {{"access", false}};
        return config;
    }
    void start(std::size_t count, std::int64_t requests) {
        nodes_.emplace(std::vector<std::string>(count, redis_url()),
                       "http://127.0.0.1:" + std::to_string(upstream_->port()), config(requests));
        ASSERT_TRUE(nodes_->all_become("redis"));
    }
    int status_through(std::size_t node, std::string_view key) const {
        RawClient client(nodes_->port(node));
        client.send(post("/v1/chat/completions", chat_body(), "Connection: close\r\n", key));
        return client.read_answer().status;
    }

    std::optional<RedisServer> server_;
    std::optional<mock::MockUpstream> upstream_;
    std::optional<WeirNodes> nodes_;
};

TEST_F(OperationsTest, ALimitChangedThroughOneNodeHoldsOnAllWithinASecond) {
    start(node_count, 1'000);
    const SystemClock clock;
    ASSERT_EQ(status_through(1, "first"), 200);
    ASSERT_EQ(ask(nodes_->admin_port(0), "PUT", "/admin/tiers/default", limits_of(0)).status, 200);
    const std::int64_t changed_us = clock.steady_us();
    for (std::size_t node = 0; node < node_count; ++node) {
        EXPECT_TRUE(eventually([&] { return status_through(node, "first") == 403; }, 3'000)) << node;
    }
    EXPECT_LE(clock.steady_us() - changed_us, 2'000'000);
    ASSERT_EQ(ask(nodes_->admin_port(3), "DELETE", "/admin/tiers/default").status, 200);
    for (std::size_t node = 0; node < node_count; ++node) {
        EXPECT_TRUE(eventually([&] { return status_through(node, "first") == 200; }, 3'000)) << node;
    }
}

TEST_F(OperationsTest, ANodeThatStartsKnowsTheLayerBeforeItsFirstClientIsServed) {
    start(1, 1'000);
    ASSERT_EQ(ask(nodes_->admin_port(0), "PUT", "/admin/tiers/default", limits_of(0)).status, 200);
    const WeirNodes newcomer({redis_url()}, "http://127.0.0.1:" + std::to_string(upstream_->port()),
                             config(1'000));
    RawClient client(newcomer.port(0));
    client.send(post("/v1/chat/completions", chat_body(), "Connection: close\r\n", "first"));
    EXPECT_EQ(client.read_answer().status, 403);
}

TEST_F(OperationsTest, WhatWasChangedOutlivesTheNodeThatEndsRightAfterIt) {
    start(1, 1'000);
    ASSERT_EQ(ask(nodes_->admin_port(0), "PUT", "/admin/tiers/trial", limits_of(7)).status, 200);
    (void)nodes_->stop(0);
    const std::string& file = nodes_->config_file();
    std::ifstream copy(file.substr(0, file.rfind('/')) + "/node-0/runtime.json");
    const json document = json::parse(copy, nullptr, false);
    ASSERT_TRUE(document.is_object()) << "there is no copy of it";
    EXPECT_EQ(document["objects"]["tier/trial"], limits_of(7)) << document;
}

TEST_F(OperationsTest, ARedisThatComesBackEmptyIsToldTheLayerAgain) {
    start(2, 1'000);
    ASSERT_EQ(ask(nodes_->admin_port(0), "PUT", "/admin/tiers/trial", limits_of(7)).status, 200);
    const auto version_in_redis = [&] { return server_->command({"HGET", "weir:1:{runtime}", "@version"}); };
    ASSERT_TRUE(eventually([&] {
        return json::parse(ask(nodes_->admin_port(1), "GET", "/admin/tiers/trial").body)["document"] ==
               limits_of(7);
    }));
    server_->restart();
    EXPECT_TRUE(eventually([&] { return version_in_redis() == "1"; }, 20'000));
    EXPECT_EQ(server_->command({"HGET", "weir:1:{runtime}", "tier/trial"}), limits_of(7).dump());
}

TEST_F(OperationsTest, WithoutRedisNothingIsHalfChanged) {
    start(2, 1'000);
    server_->stop();
    const RawAnswer answer = ask(nodes_->admin_port(0), "PUT", "/admin/tiers/trial", limits_of(7));
    EXPECT_EQ(answer.status, 503) << answer.body;
    EXPECT_EQ(json::parse(answer.body)["error"]["code"], "store_unavailable");
    EXPECT_EQ(json::parse(ask(nodes_->admin_port(0), "GET", "/admin/tiers/trial").body)["document"],
              limits_of(1'000));
}

TEST_F(OperationsTest, OfTwoChangesAtOnceOneIsRefused) {
    start(2, 1'000);
    std::atomic<int> done{0}, refused{0};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
            RawClient client(nodes_->admin_port(i % 2));
            const std::string body = limits_of(static_cast<std::int64_t>(10 + i)).dump();
            client.send(
                "PUT /admin/tiers/trial HTTP/1.1\r\nHost: 127.0.0.1\r\nIf-Match: \"0\"\r\nConnection: "
                "close\r\n"
                "Content-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
            const int status = client.read_answer().status;
            if (status == 200) ++done;
            if (status == 412) ++refused;
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(refused, 7);
}

TEST_F(OperationsTest, ManyChangesAndReloadsUnderLoadFailNoRequest) {
    start(2, 1'000'000);
    const int rounds = in_a_hurry() ? 100 : 1'000;
    std::atomic<bool> ends{false};
    std::atomic<int> sent{0}, failed{0};
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < 8; ++i) {
        clients.emplace_back([&, i] {
            RawClient client(nodes_->port(i % 2));
            const std::string request =
                post("/v1/chat/completions", chat_body(), {}, "key-" + std::to_string(i));
            while (!ends) {
                client.send(request);
                const RawAnswer answer = client.read_answer();
                ++sent;
                if (answer.status != 200 || !answer.complete) ++failed;
            }
        });
    }
    const std::int64_t before = nodes_->metric(0, "process_resident_memory_bytes");
    for (int round = 0; round < rounds; ++round) {
        const std::uint16_t admin = nodes_->admin_port(static_cast<std::size_t>(round % 2));
        EXPECT_EQ(ask(admin, "PUT", "/admin/tiers/trial", limits_of(1'000'000 + round)).status, 200);
        if (round % 10 == 0) nodes_->process(0).signal(SIGHUP);
        EXPECT_EQ(ask(admin, "POST", "/admin/reload").status, 200);
    }
    ends = true;
    for (std::thread& client : clients) client.join();
    EXPECT_GT(sent, rounds);
    EXPECT_EQ(failed, 0);
    if (sanitized) return;  // what follows would measure the sanitizer's own memory
    constexpr std::int64_t growth_bytes_max = 32 << 20;
    EXPECT_LT(nodes_->metric(0, "process_resident_memory_bytes") - before, growth_bytes_max);
}

TEST_F(OperationsTest, UsageMetricsAndClientsAgreeToTheLastRequest) {
    start(node_count, 1'000'000);
    constexpr int requests_per_client = 200;
    std::atomic<int> admitted{0};
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < 8; ++i) {
        clients.emplace_back([&, i] {
            RawClient client(nodes_->port(i % node_count));
            const std::string request =
                post("/v1/chat/completions", chat_body(), {}, "key-" + std::to_string(i % 3));
            for (int n = 0; n < requests_per_client; ++n) {
                client.send(request);
                if (client.read_answer().status == 200) ++admitted;
            }
        });
    }
    for (std::thread& client : clients) client.join();
    std::int64_t served = 0;
    for (std::size_t node = 0; node < node_count; ++node) {
        served += nodes_->metric(node, "weir_requests_total{outcome=\"served\"}");
    }
    EXPECT_EQ(served, admitted);
    // What SIGTERM leaves is told by the node that stays.
    for (std::size_t node = 1; node < node_count; ++node) (void)nodes_->stop(node);
    json total;
    EXPECT_TRUE(eventually([&] {
        total = json::parse(ask(nodes_->admin_port(0), "GET", "/admin/usage?by=key,model").body)["total"];
        return total["requests"] == admitted.load();
    })) << total;
    EXPECT_EQ(total["admitted"], admitted.load());
}

/// What a node that was killed had written to its state directory.
std::int64_t requests_on_disk(const std::string& state_dir) {
    const auto recorder = usage::make_recorder({.state_dir = state_dir, .is_shared = true});
    const std::int64_t today = text::day_of(SystemClock{}.now_us());
    std::int64_t requests = 0;
    for (const usage::Row& row : recorder->totals(today - 1, today, {})) requests += row.amounts.requests;
    return requests;
}

/// A second is what is promised. A machine that others use may be late, so there are several tries.
TEST_F(OperationsTest, AKillLosesAtMostASecondOfUsageWhileRedisIsSilent) {
    std::int64_t written = 0;
    for (int tries = 0; tries < 5 && written == 0; ++tries) {
        DelayingRelay relay(server_->port());
        json config = this->config(1'000);
        config["store"] = {{"timeout_ms", 100}};
        WeirNodes nodes({"redis://127.0.0.1:" + std::to_string(relay.port())},
                        "http://127.0.0.1:" + std::to_string(upstream_->port()), config);
        ASSERT_TRUE(nodes.becomes(0, "redis"));
        relay.hold_to_server();
        RawClient client(nodes.port(0));
        client.send(post("/v1/chat/completions", chat_body(), {}, "acme"));
        ASSERT_EQ(client.read_answer().status, 200);
        std::this_thread::sleep_for(std::chrono::seconds(1));
        nodes.process(0).signal(SIGKILL);
        nodes.process(0).wait();
        written = requests_on_disk(nodes.config_file().substr(0, nodes.config_file().rfind('/')) + "/node-0");
    }
    EXPECT_EQ(written, 1);
}

TEST_F(OperationsTest, HoursOfAKeyAreThoseOfAllNodes) {
    start(node_count, 1'000'000);
    const RawAnswer created = ask(nodes_->admin_port(0), "POST", "/admin/keys", {{"id", "acme"}});
    ASSERT_EQ(created.status, 201) << created.body;
    const std::string secret = json::parse(created.body)["secret"];
    constexpr int requests = 10;
    for (std::size_t node = 0; node < node_count; ++node) {
        ASSERT_TRUE(eventually([&] {
            return ask(nodes_->admin_port(node), "GET", "/admin/keys/acme/forecast").status == 200;
        })) << "node "
            << node << " does not know the key";
        for (int i = 0; i < requests; ++i) ASSERT_EQ(status_through(node, secret), 200);
    }
    // What SIGTERM leaves is told by the node that stays, the minute's peaks among it.
    for (std::size_t node = 1; node < node_count; ++node) (void)nodes_->stop(node);
    json told;
    EXPECT_TRUE(eventually([&] {
        told = json::parse(ask(nodes_->admin_port(0), "GET", "/admin/keys/acme/forecast?past=2").body);
        std::int64_t sum = 0;
        for (const json& hour : told["history"]) sum += hour["requests"].get<std::int64_t>();
        return sum == requests * static_cast<std::int64_t>(node_count) &&
               told["recommended"][0]["hours"] >= 1;
    })) << told;
    EXPECT_EQ(told["basis"], "none");
}

}  // namespace
}  // namespace weir::testing
