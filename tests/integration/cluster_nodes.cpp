// Load by blocking clients, a thread each; judged by the provider's log.
#include "cluster_nodes.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <random>
#include <sstream>
#include <stdexcept>

#include "redis/slots.hpp"
#include "support/raw_client.hpp"
#include "text/hex.hpp"

namespace weir::testing {

namespace {

std::string sha256_of(const std::string& secret) {
    std::array<unsigned char, 32> digest{};
    EVP_Digest(secret.data(), secret.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    std::string hex;
    for (const unsigned char byte : digest) text::append_hex(hex, byte, 2);
    return hex;
}

nlohmann::json limit_of(const std::string& dimension, std::int64_t limit) {
    return {{"dimension", dimension}, {"limit", limit}, {"window", "4s"}};
}

}  // namespace

void ClusterNodesTest::SetUp() {
    if (!RedisCluster::available()) GTEST_SKIP() << "there is no redis-server, or no redis-cli";
}

void ClusterNodesTest::TearDown() {
    end_load();
    if (!HasFailure() || !nodes_) return;
    for (std::size_t i = 0; i < nodes_->size(); ++i)
        std::cout << "node " << i << " wrote:\n" << nodes_->process(i).errors();
}

nlohmann::json ClusterNodesTest::configuration(std::int64_t store_timeout_ms) {
    nlohmann::json config;
    config["tiers"]["default"]["limits"]["more"] = {limit_of("requests", requests_limit),
                                                    limit_of("output_tokens", output_limit)};
    config["tiers"]["default"]["estimate"] = "bound";
    for (const std::size_t key : all_keys())
        config["keys"].push_back({{"id", name_of(key)}, {"secret_sha256", sha256_of(name_of(key))}});
    config["store"] = {{"timeout_ms", store_timeout_ms}};
    return config;
}

void ClusterNodesTest::start_nodes(std::int64_t store_timeout_ms, const nlohmann::json& upstream) {
    upstream_.start();
    nlohmann::json config = configuration(store_timeout_ms);
    config["upstreams"] = nlohmann::json::array({upstream});
    nodes_.emplace(std::vector<std::string>(node_count, cluster_->url()), upstream_.url(), std::move(config));
    if (!nodes_->all_become("redis")) throw std::runtime_error(nodes_->process(0).errors());
    const bool all_known = eventually([&] { return sum_of("weir_store_nodes") == node_count * node_count; });
    if (!all_known) throw std::runtime_error("the nodes do not know of each other");
    find_masters_of_keys();
}

/// By one request of each key, through one node after the other.
void ClusterNodesTest::find_masters_of_keys() {
    for (const std::size_t key : all_keys()) {
        RawClient client(nodes_->port(key % node_count));
        std::string body = chat_body(",\"max_tokens\":1");
        body.replace(body.find("gpt-4o"), 6, "node-" + std::to_string(key % node_count));
        client.send(
            post("/v1/chat/completions", body, "x-weir-trace: 1\r\nx-mock-tokens: 1\r\n", name_of(key)));
        note(key, client.read_answer().status, clock_.now_us());
    }
    keys_of_.resize(cluster_->size());
    for (const std::size_t key : all_keys()) keys_of_[cluster_->master_of(slot_of_key(key))].push_back(key);
}

std::uint16_t ClusterNodesTest::slot_of_key(std::size_t key) const {
    const std::string pattern = "weir:*:key:" + name_of(key) + ":*";
    for (std::size_t i = 0; i < cluster_->size(); ++i) {
        const std::string found = cluster_->command(i, {"KEYS", pattern});
        if (!found.empty()) return redis::slot_of(found.substr(0, found.find('\n')));
    }
    throw std::runtime_error("no ledger of " + name_of(key));
}

void ClusterNodesTest::begin_load() {
    stop_ = false;
    for (std::size_t i = 0; i < key_count * clients_per_key; ++i)
        clients_.emplace_back([this, i] { take(i); });
}

void ClusterNodesTest::end_load() {
    stop_ = true;
    for (std::thread& client : clients_) client.join();
    clients_.clear();
}

void ClusterNodesTest::take(std::size_t number) {
    const std::size_t key = number % key_count;
    std::mt19937 random(static_cast<unsigned>(number));
    const auto between = [&](int low, int high) {
        return std::to_string(std::uniform_int_distribution<int>(low, high)(random));
    };
    for (std::size_t round = number; !stop_; ++round) {
        const std::size_t node = (round + number / key_count) % node_count;
        RawClient client(nodes_->port(node));
        for (int i = 0; i < 20 && !stop_; ++i) {
            std::string fields = ",\"max_tokens\":" + between(1, 10);
            if (i % 4 == 0) fields += ",\"stream\":true";
            std::string body = chat_body(fields);
            body.replace(body.find("gpt-4o"), 6, "node-" + std::to_string(node));
            const std::int64_t asked_us = clock_.now_us();
            const std::string headers = "x-weir-trace: 1\r\nx-mock-tokens: " + between(1, 10) + "\r\n";
            client.send(post("/v1/chat/completions", body, headers, name_of(key)));
            const RawAnswer answer = client.read_answer();
            note(key, answer.complete ? answer.status : 0, asked_us);
            if (answer.status == 0) break;
            // Eager, but not so much that refusing is all that the machine does.
            std::this_thread::sleep_for(std::chrono::milliseconds(answer.status == 200 ? 20 : 100));
        }
    }
}

void ClusterNodesTest::note(std::size_t key, int status, std::int64_t asked_us) {
    if (status == 200) {
        ++served_;
        ++served_to_[key];
    }
    if (status == 429) ++refused_;
    const std::lock_guard lock(mutex_);
    if (status != 200 && status != 429) ++others_[status];
    waits_.push_back({asked_us, clock_.now_us() - asked_us});
}

void ClusterNodesTest::pass_windows(double count) const {
    const auto microseconds = static_cast<std::int64_t>(count * static_cast<double>(window_us));
    std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
}

std::int64_t ClusterNodesTest::sum_of(const std::string& metric) const {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < nodes_->size(); ++i) sum += nodes_->metric(i, metric);
    return sum;
}

bool ClusterNodesTest::are_served_again(const std::vector<std::size_t>& keys) {
    std::vector<std::int64_t> before;
    for (const std::size_t key : keys) before.push_back(served_to_[key]);
    return eventually(
        [&] {
            for (std::size_t i = 0; i < keys.size(); ++i) {
                if (served_to_[keys[i]] == before[i]) return false;
            }
            return true;
        },
        static_cast<int>(2 * window_us / 1000));
}

void ClusterNodesTest::expect_only_served_and_refused() const {
    const std::lock_guard lock(mutex_);
    for (const auto& [status, count] : others_) ADD_FAILURE() << count << " answers of status " << status;
    EXPECT_GT(served_, 0);
    EXPECT_GT(refused_, 0);
    std::cout << served_ << " served, " << refused_ << " refused\n";
}

void ClusterNodesTest::expect_always_redis() const {
    for (std::size_t i = 0; i < node_count; ++i) {
        EXPECT_EQ(nodes_->metric(i, "weir_store_fallback_total"), 0) << i;
        EXPECT_EQ(nodes_->metric(i, "weir_store_data_losses_total"), 0) << i;
    }
}

void ClusterNodesTest::expect_never_over(const std::vector<std::size_t>& keys) const {
    const auto truths = truths_of(upstream_.records());
    std::int64_t most_of_all = 0;
    for (const std::size_t key : keys) {
        const Truth& truth = truths.at(name_of(key));
        const std::int64_t most = most_in_a_window(truth.decided, window_us);
        const std::int64_t arrival_window_us = window_us - truth.longest_way_us;
        EXPECT_LE(most, requests_limit) << name_of(key);
        EXPECT_LE(most_in_a_window(truth.received, arrival_window_us), requests_limit) << name_of(key);
        EXPECT_LE(most_in_a_window(truth.produced, window_us), output_limit) << name_of(key);
        most_of_all = std::max(most_of_all, most);
    }
    // Or else nobody has tried.
    EXPECT_GE(most_of_all, requests_limit * 3 / 4);
    std::cout << keys.size() << " keys exact: at most " << most_of_all << " of " << requests_limit
              << " requests in a window\n";
}

void ClusterNodesTest::expect_within_bounds(const std::string& what, const std::vector<std::size_t>& keys,
                                            std::int64_t lost_us, std::int64_t noticed_us) const {
    auto arrivals = arrivals_by_key(upstream_.records());
    std::int64_t most_of_all = 0;
    for (const std::size_t key : keys) {
        const std::vector<Arrival>& of_key = arrivals[name_of(key)];
        const auto held = held_at(of_key, node_count, window_us, lost_us, noticed_us);
        // They wait for each other; whoever has not looked again yet has its part for that long.
        const std::int64_t bound =
            sum_of_parts(held, requests_limit) + requests_limit / static_cast<std::int64_t>(node_count);
        const std::int64_t most = most_received(of_key, window_us).most;
        EXPECT_LE(most, bound) << name_of(key) << ", " << what;
        most_of_all = std::max(most_of_all, most);
    }
    std::cout << what << ": " << keys.size() << " keys, at most " << most_of_all << " of " << requests_limit
              << " requests in a window\n";
}

void ClusterNodesTest::print_waits(const std::string& what, std::int64_t since_us,
                                   std::int64_t until_us) const {
    std::vector<std::int64_t> waits;
    {
        const std::lock_guard lock(mutex_);
        for (const Dated& wait : waits_) {
            if (wait.at_us >= since_us && wait.at_us < until_us) waits.push_back(wait.amount);
        }
    }
    if (waits.empty()) return;
    std::sort(waits.begin(), waits.end());
    std::cout << what << ": " << waits.size() << " answers, p50 " << waits[waits.size() / 2] << " us, p99 "
              << waits[waits.size() * 99 / 100] << " us, at most " << waits.back() << " us\n";
}

std::vector<std::size_t> ClusterNodesTest::all_keys() {
    std::vector<std::size_t> keys(key_count);
    for (std::size_t key = 0; key < key_count; ++key) keys[key] = key;
    return keys;
}

}  // namespace weir::testing
