// Never over, with four processes over one Redis: weir's decision times and the provider's own log are held
// against every limit of every key.
#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "mock_upstream/mock_upstream.hpp"
#include "provider_log.hpp"
#include "support/raw_client.hpp"
#include "support/redis_server.hpp"
#include "weir/clock.hpp"
#include "weir_nodes.hpp"

namespace weir::testing {
namespace {

constexpr std::int64_t window_us = 10'000'000;
constexpr std::size_t node_count = 4;
constexpr std::size_t clients_per_key = 40;

/// Of each key.
constexpr std::int64_t requests_limit = 600, input_limit = 60'000, output_limit = 6'000;
/// Of a key on the two models whose answers are as long as they were reserved, so that the charge is known.
constexpr std::int64_t exact_requests_limit = 400, exact_output_limit = 4'000, exact_output_tokens = 16;

struct Key {
    std::string name, model;
    std::int64_t requests = requests_limit, output = output_limit;
};
const std::vector<Key> keys{
    {"test-mixed-1", "mixed"},
    {"test-mixed-2", "mixed"},
    {"test-mixed-3", "mixed"},
    {.name = "test-requests", .model = "exact-requests", .requests = exact_requests_limit},
    {.name = "test-output", .model = "exact-output", .output = exact_output_limit},
};

nlohmann::json limit_of(const std::string& dimension, std::int64_t limit) {
    return {{"dimension", dimension}, {"limit", limit}, {"window", "10s"}};
}

nlohmann::json configuration() {
    nlohmann::json tier;
    tier["limits"]["more"] = {limit_of("requests", requests_limit), limit_of("input_tokens", input_limit),
                              limit_of("output_tokens", output_limit)};
    tier["models"]["exact-requests"]["more"] =
        nlohmann::json::array({limit_of("requests", exact_requests_limit)});
    tier["models"]["exact-output"]["more"] =
        nlohmann::json::array({limit_of("output_tokens", exact_output_limit)});
    tier["estimate"] = "bound";
    nlohmann::json config;
    config["tiers"]["default"] = tier;
    // Patient: deciding alone on a busy machine is another test's subject.
    config["store"] = {{"timeout_ms", 20'000}};
    config["cluster"] = {{"nodes", node_count}};
    config["log"] = {{"access", false}};
    return config;
}

struct Work {
    std::string request;
    bool leaves_early = false;
};

/// What the client with that number sends next: of each key's forty, six stream for longer than a window,
/// four leave early, and the rest ask for little and much, plain and streamed.
Work next_work(const Key& key, std::size_t client, std::mt19937& random) {
    const auto between = [&](int low, int high) {
        return std::to_string(std::uniform_int_distribution<int>(low, high)(random));
    };
    std::string fields = ",\"max_tokens\":", headers = "x-weir-trace: 1\r\nx-mock-tokens: ";
    bool leaves_early = false;
    if (key.model == "exact-requests") {
        fields += "1";
        headers += "1\r\n";
    } else if (key.model == "exact-output") {
        fields += std::to_string(exact_output_tokens);
        headers += std::to_string(exact_output_tokens) + "\r\n";
    } else if (client < 6) {
        fields += "120,\"stream\":true";
        headers += between(100, 140) + "\r\nx-mock-chunk-delay-ms: 110\r\n";
    } else if (client < 10) {
        fields += "100,\"stream\":true";
        headers += "100\r\nx-mock-chunk-delay-ms: 20\r\n";
        leaves_early = true;
    } else {
        fields += between(1, 80) + (client % 2 == 0 ? ",\"stream\":true" : "");
        headers += between(1, 80) + "\r\n";
    }
    std::string content;
    for (int words = std::stoi(between(1, 30)); words > 0; --words) content += "word ";
    std::string body = chat_body(fields, content);
    const std::string model = "\"model\":\"";
    const std::size_t name = body.find(model) + model.size();
    body.replace(name, body.find('"', name) - name, key.model);
    return {post("/v1/chat/completions", body, headers, key.name), leaves_early};
}

/// One client, on one node after the other.
void send_until(const WeirNodes& nodes, const Key& key, std::size_t number, const std::atomic<bool>& stop,
                std::atomic<int>& unexpected) {
    std::mt19937 random(static_cast<unsigned>(number + 1000 * (&key - keys.data())));
    for (std::size_t round = number; !stop; ++round) {
        RawClient client(nodes.port(round % node_count));
        for (int i = 0; i < 50 && !stop; ++i) {
            const Work work = next_work(key, number, random);
            if (!client.send(work.request)) break;
            if (work.leaves_early) {
                client.read_some(std::uniform_int_distribution<std::size_t>(1, 8'000)(random));
                break;
            }
            const int status = client.read_answer().status;
            if (status == 200) continue;
            if (status != 429) ++unexpected;
            // Eager, but not so much that refusing is all that the machine does.
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }
}

/// What of `limit` was charged in the first whole windows, in per cent. Sound where every charge is what the
/// provider reports, one request or a number of tokens that was reserved exactly, and stays: then the
/// admitted demands are the charges, and no more than `limit` of them fits into each of these windows.
double charged_percent(const Truth& truth, std::int64_t limit, std::int64_t each, std::int64_t windows) {
    const std::int64_t began_us =
        std::min_element(truth.decided.begin(), truth.decided.end(), [](const Dated& a, const Dated& b) {
            return a.at_us < b.at_us;
        })->at_us;
    const auto within = std::count_if(truth.decided.begin(), truth.decided.end(), [&](const Dated& event) {
        return event.at_us < began_us + windows * window_us;
    });
    return 100.0 * static_cast<double>(within * each) / static_cast<double>(limit * windows);
}

void expect_never_over(const Key& key, const Truth& truth) {
    EXPECT_LE(most_in_a_window(truth.decided, window_us), key.requests) << key.name;
    EXPECT_LE(most_in_a_window(truth.input_decided, window_us), input_limit) << key.name;
    const std::int64_t arrival_window_us = window_us - truth.longest_way_us;
    EXPECT_LE(most_in_a_window(truth.received, arrival_window_us), key.requests) << key.name;
    EXPECT_LE(most_in_a_window(truth.input_received, arrival_window_us), input_limit) << key.name;
    const std::int64_t produced = most_in_a_window(truth.produced, window_us);
    EXPECT_LE(produced, key.output) << key.name;
    std::cout << key.name << ": " << truth.decided.size()
              << " admitted, most in a window: " << most_in_a_window(truth.decided, window_us) << " of "
              << key.requests << " requests, " << produced << " of " << key.output
              << " output tokens; D = " << truth.longest_way_us << " us\n";
}

TEST(NodesTruth, FourNodesAreNeverOver) {
    if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
    RedisServer redis;
    mock::MockUpstream upstream({.keep_records = true});
    upstream.start();
    const std::string store = "redis://127.0.0.1:" + std::to_string(redis.port());
    WeirNodes nodes(std::vector<std::string>(node_count, store), upstream.url(), configuration());
    ASSERT_TRUE(nodes.all_become("redis"));

    std::atomic<bool> stop = false;
    std::atomic<int> unexpected = 0;
    std::vector<std::thread> clients;
    for (const Key& key : keys) {
        for (std::size_t i = 0; i < clients_per_key; ++i) {
            clients.emplace_back([&, i] { send_until(nodes, key, i, stop, unexpected); });
        }
    }
    const int seconds = in_a_hurry() ? 25 : 60;
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    stop = true;
    for (std::thread& client : clients) client.join();
    for (std::size_t i = 0; i < node_count; ++i) {
        EXPECT_EQ(nodes.metric(i, "weir_store_fallback_total"), 0);
        EXPECT_EQ(nodes.metric(i, "weir_store_data_losses_total"), 0);
        std::cout << "node " << i << ": late " << nodes.metric(i, "weir_store_errors_total{kind=\"late\"}")
                  << ", timeouts " << nodes.metric(i, "weir_store_errors_total{kind=\"timeout\"}") << "\n";
        nodes.stop(i);
    }
    upstream.stop();
    EXPECT_EQ(unexpected, 0) << "neither served nor refused";

    const std::map<std::string, Truth> truths = truths_of(upstream.records());
    ASSERT_EQ(truths.size(), keys.size());
    for (const Key& key : keys) expect_never_over(key, truths.at(key.name));
    const std::int64_t windows = seconds * 1'000'000 / window_us;
    const double requests = charged_percent(truths.at("test-requests"), exact_requests_limit, 1, windows);
    const double output =
        charged_percent(truths.at("test-output"), exact_output_limit, exact_output_tokens, windows);
    std::cout << "charged " << requests << " % of the requests, " << output << " % of the output\n";
    EXPECT_GE(requests, 97);
    EXPECT_GE(output, 97);
}

}  // namespace
}  // namespace weir::testing
