// Redis stops for ten seconds under load: every request is answered, none waits for it, and it is asked again
// as soon as it is back.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <sstream>
#include <thread>
#include <vector>

#include "mock_upstream/mock_upstream.hpp"
#include "support/raw_client.hpp"
#include "support/redis_server.hpp"
#include "weir/clock.hpp"
#include "weir_nodes.hpp"

namespace weir::testing {
namespace {

constexpr std::size_t node_count = 4;
constexpr std::size_t client_count = 40;
constexpr std::int64_t pace_ms = 80;  // so 500 requests a second in all

nlohmann::json configuration() {
    nlohmann::json config;
    config["tiers"]["default"]["limits"] = {{"rpm", 1'000'000}, {"otpm", 1'000'000}};
    config["store"] = {{"timeout_ms", 20}, {"on_failure", "local"}};
    return config;
}

/// Every number behind `name` in the access log.
std::vector<std::int64_t> numbers_in(const std::string& log, const std::string& name) {
    std::vector<std::int64_t> numbers;
    const std::string marker = "\"" + name + "\":";
    for (std::size_t at = log.find(marker); at != std::string::npos; at = log.find(marker, at + 1)) {
        numbers.push_back(std::stoll(log.substr(at + marker.size(), 20)));
    }
    return numbers;
}

struct Answers {
    std::atomic<std::uint64_t> sent = 0, served = 0, other = 0;
};

void send_until(std::uint16_t port, const std::atomic<bool>& stop, Answers& answers) {
    const std::string request = post("/v1/chat/completions", chat_body(",\"max_tokens\":4"));
    RawClient client(port);
    while (!stop) {
        ++answers.sent;
        client.send(request);
        const RawAnswer answer = client.read_answer();
        ++(answer.status == 200 && answer.complete ? answers.served : answers.other);
        std::this_thread::sleep_for(std::chrono::milliseconds(pace_ms));
    }
}

TEST(NodesPaused, EveryRequestIsAnsweredWhileRedisStandsStill) {
    if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
    RedisServer redis;
    mock::MockUpstream upstream({});
    upstream.start();
    const std::string store = "redis://127.0.0.1:" + std::to_string(redis.port());
    WeirNodes nodes(std::vector<std::string>(node_count, store), upstream.url(), configuration());
    ASSERT_TRUE(nodes.all_become("redis"));
    ASSERT_TRUE(eventually([&] { return nodes.metric(0, "weir_store_nodes") == node_count; }));

    std::atomic<bool> stop = false;
    Answers answers;
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < client_count; ++i) {
        clients.emplace_back([&, i] { send_until(nodes.port(i % node_count), stop, answers); });
    }
    std::this_thread::sleep_for(std::chrono::seconds(2));
    redis.pause();
    const bool all_alone = nodes.all_become("local");
    std::this_thread::sleep_for(std::chrono::seconds(10));
    const SystemClock clock;
    const std::int64_t resumed_us = clock.steady_us();
    redis.resume();
    const bool all_back = nodes.all_become("redis");
    const std::int64_t recovery_ms = (clock.steady_us() - resumed_us) / 1000;
    std::this_thread::sleep_for(std::chrono::seconds(1));
    stop = true;
    for (std::thread& client : clients) client.join();

    EXPECT_TRUE(all_alone && all_back);
    EXPECT_EQ(answers.served, answers.sent);
    EXPECT_EQ(answers.other, 0U);
    std::vector<std::int64_t> added_us;
    for (std::size_t i = 0; i < node_count; ++i) {
        EXPECT_GT(nodes.metric(i, "weir_store_fallback_total"), 0);
        const auto of_node = numbers_in(nodes.stop(i), "added_us");
        added_us.insert(added_us.end(), of_node.begin(), of_node.end());
    }
    ASSERT_EQ(added_us.size(), answers.sent) << "a line for each";
    std::sort(added_us.begin(), added_us.end());
    std::cout << answers.sent << " requests; added at p50 " << added_us[added_us.size() / 2] << " us, p99 "
              << added_us[added_us.size() * 99 / 100] << " us, at most " << added_us.back()
              << " us; asked again after " << recovery_ms << " ms\n";
    // Whoever waited for Redis would have waited ten seconds.
    EXPECT_LE(added_us.back(), 5'000'000);
}

}  // namespace
}  // namespace weir::testing
