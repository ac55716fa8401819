// All nodes are replaced one by one under load: no client notices, and no limit is passed. The program that
// replaces them may be of another version (tests/upgrade/run).
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "balanced_nodes.hpp"
#include "mock_upstream/mock_upstream.hpp"
#include "provider_log.hpp"
#include "steady_load.hpp"
#include "support/raw_client.hpp"
#include "support/redis_server.hpp"

namespace weir::testing {
namespace {

constexpr std::int64_t window_us = 5'000'000;
constexpr std::int64_t requests_limit = 200, output_limit = 3'000;

nlohmann::json configuration(const std::string& upstream_url) {
    const auto limit_of = [](const char* dimension, std::int64_t limit) {
        return nlohmann::json{{"dimension", dimension}, {"limit", limit}, {"window", "5s"}};
    };
    nlohmann::json config;
    config["upstreams"] = {{{"name", "stand-in"}, {"url", upstream_url}}};
    config["tiers"]["default"] = {
        {"estimate", "bound"},
        {"limits",
         {{"more", {limit_of("requests", requests_limit), limit_of("output_tokens", output_limit)}}}}};
    config["store"] = {{"timeout_ms", 5'000}};
    config["cluster"] = {{"nodes", BalancedNodes::count}};
    config["log"] = {{"access", false}};
    return config;
}

class RollingRestart : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
        if (!BalancedNodes::available()) GTEST_SKIP() << "there is no nginx";
        redis_.emplace();
        upstream_.emplace(mock::MockOptions{.keep_records = true});
        upstream_->start();
    }
    std::string store_url() const { return "redis://127.0.0.1:" + std::to_string(redis_->port()); }

    /// More than the limit of requests on one key, plain; on the other streams that outlast a node's end.
    void start_load(std::uint16_t port) {
        LoadTerms plain{.ports = {port}, .per_second = 80, .clients = 12, .fields = ",\"max_tokens\":20"};
        plain.headers = "x-weir-trace: 1\r\nx-mock-tokens: 10\r\nConnection: close\r\n";
        plain.key = "test-plain";
        LoadTerms streamed = plain;
        streamed.per_second = 10;
        streamed.clients = 24;
        streamed.fields = ",\"max_tokens\":40,\"stream\":true";
        streamed.headers =
            "x-weir-trace: 1\r\nx-mock-tokens: 30\r\nx-mock-chunk-delay-ms: 50\r\nConnection: close\r\n";
        streamed.key = "test-streamed";
        loads_.push_back(std::make_unique<SteadyLoad>(plain));
        loads_.push_back(std::make_unique<SteadyLoad>(streamed));
    }
    void expect_nobody_failed(const BalancedNodes& nodes) {
        std::map<int, int> by_status;
        for (const auto& load : loads_) {
            for (const Seen& seen : load->stop()) ++by_status[seen.status];
        }
        for (const auto& [status, number] : by_status) {
            std::cout << number << " answers of status " << status << '\n';
            if (status != 200 && status != 429) ADD_FAILURE() << nodes.logs();
        }
        EXPECT_GT(by_status[200], 0);
        EXPECT_GT(by_status[429], 0);
    }
    /// A node without a drain delay decides alone, too, until it first hears of Redis.
    void expect_never_over(bool starts_alone) {
        const std::int64_t requests_max = starts_alone ? 2 * requests_limit : requests_limit;
        upstream_->stop();
        const std::map<std::string, Truth> truths = truths_of(upstream_->records());
        ASSERT_EQ(truths.size(), 2U);
        for (const auto& [key, truth] : truths) {
            const std::int64_t requests = most_in_a_window(truth.decided, window_us);
            const std::int64_t produced = most_in_a_window(truth.produced, window_us);
            std::cout << key << ": most in a window: " << requests << " of " << requests_limit
                      << " requests, " << produced << " of " << output_limit << " output tokens\n";
            EXPECT_LE(requests, requests_max);
            EXPECT_LE(produced, output_limit);
        }
        EXPECT_GE(most_in_a_window(truths.at("test-plain").decided, window_us), requests_limit * 9 / 10);
    }

    std::optional<RedisServer> redis_;
    std::optional<mock::MockUpstream> upstream_;
    std::vector<std::unique_ptr<SteadyLoad>> loads_;
};

TEST_F(RollingRestart, OfFourNodesFailsNoRequest) {
    const char* older = std::getenv("WEIR_OLDER_PROGRAM");
    const char* other = std::getenv("WEIR_NEWER_PROGRAM");
    const WeirProgram newer{.path = other == nullptr ? WEIR_PROGRAM : other};
    const WeirProgram first =
        older == nullptr ? newer
                         : WeirProgram{older, std::getenv("WEIR_OLDER_HAS_NO_DRAIN_DELAY") == nullptr};
    BalancedNodes nodes(first, configuration(upstream_->url()), store_url());
    start_load(nodes.port());
    for (std::size_t node = 0; node < BalancedNodes::count; ++node) nodes.replace(node, newer);
    if (older != nullptr) {
        std::cout << "all nodes are of the newer version; back again\n";
        for (std::size_t node = 0; node < BalancedNodes::count; ++node) nodes.replace(node, first);
    }
    expect_nobody_failed(nodes);
    expect_never_over(!first.has_drain_delay);
}

}  // namespace
}  // namespace weir::testing
