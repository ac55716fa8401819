// max_in_flight over four processes and one Redis: by the provider's own records there are never more
// requests at once than it says, whoever leaves or dies, and what a dead node held is free again within the
// lease.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <deque>
#include <iostream>
#include <random>
#include <thread>
#include <vector>

#include "mock_upstream/mock_upstream.hpp"
#include "support/raw_client.hpp"
#include "support/redis_server.hpp"
#include "weir/limit.hpp"
#include "weir_nodes.hpp"

namespace weir::testing {
namespace {

constexpr std::size_t node_count = 4, client_count = 100;
constexpr std::size_t limit = 8;
/// Of them so many on the node that dies.
constexpr std::size_t held_by_the_dead = 3;
constexpr std::size_t dying = 0;

nlohmann::json configuration() {
    nlohmann::json config;
    config["upstreams"] = {{{"limits", {{"max_in_flight", limit}}}}};
    config["tiers"]["default"]["limits"] = {{"rpm", 1'000'000}};
    // Patient: deciding alone on a busy machine is another test's subject.
    config["store"] = {{"timeout_ms", 20'000}};
    config["cluster"] = {{"nodes", node_count}};
    config["log"] = {{"access", false}};
    return config;
}

/// A streamed answer of that many tokens, one each 50 ms.
std::string stream_request(int tokens) {
    const std::string count = std::to_string(tokens);
    return post("/v1/chat/completions", chat_body(",\"stream\":true,\"max_tokens\":" + count),
                "x-mock-tokens: " + count + "\r\nx-mock-chunk-delay-ms: 50\r\n");
}

std::string plain_request(int latency_ms) {
    return post("/v1/chat/completions", chat_body(",\"max_tokens\":4"),
                "x-mock-latency-ms: " + std::to_string(latency_ms) + "\r\n");
}

/// In a crowd up to a tenth is added to the second, so that not all come back at once.
bool is_by_this_limit(const RawAnswer& answer) {
    if (answer.status != 429 || answer.headers.at("x-weir-limit") != "upstream/in_flight") return false;
    const int retry_after_ms = std::stoi(answer.headers.at("retry-after-ms"));
    return retry_after_ms >= 1'000 && retry_after_ms <= 1'100;
}

/// A hundred clients on all nodes: plain answers, streamed ones, and streams that are left in the middle.
class Load {
public:
    explicit Load(const WeirNodes& nodes) : nodes_(nodes) {
        for (std::size_t number = 0; number < client_count; ++number)
            clients_.emplace_back([this, number] { send_until_stopped(number); });
    }
    ~Load() { stop(); }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    void stop() {
        stops_ = true;
        for (std::thread& client : clients_) client.join();
        clients_.clear();
    }
    /// Nobody turns to it any more.
    void leave_the_dying() { is_dead_ = true; }

    std::atomic<int> served = 0, refused = 0, left = 0, unexpected = 0;

private:
    void send_until_stopped(std::size_t number) {
        std::mt19937 random(static_cast<unsigned>(number));
        for (std::size_t round = number; !stops_; ++round) {
            std::size_t node = round % node_count;
            if (is_dead_ && node == dying) continue;
            try {
                RawClient client(nodes_.port(node));
                for (int i = 0; i < 10 && !stops_; ++i) {
                    const bool goes_on = send_one(client, random);
                    if (!goes_on) break;
                }
            } catch (const std::runtime_error&) {
                // It has just died.
                if (!is_dead_) ++unexpected;
            }
        }
    }

    /// False where the connection is over.
    bool send_one(RawClient& client, std::mt19937& random) {
        const auto between = [&](int low, int high) {
            return std::uniform_int_distribution<int>(low, high)(random);
        };
        const int kind = between(0, 2);
        if (!client.send(kind == 0 ? plain_request(between(0, 40)) : stream_request(between(2, 8))))
            return false;
        if (kind == 2) {
            const bool is_admitted = client.read_some(64).find(" 200 ") != std::string::npos;
            if (is_admitted) ++left;
            if (!is_admitted) wait_a_moment();
            return false;
        }
        const RawAnswer answer = client.read_answer();
        if (answer.status == 200) {
            ++served;
            return true;
        }
        const bool is_refusal = is_by_this_limit(answer);
        if (is_refusal) ++refused;
        if (!is_refusal && !is_dead_) ++unexpected;
        wait_a_moment();
        return is_refusal;
    }

    /// Eager, but not so much that refusing is all that the machine does.
    static void wait_a_moment() { std::this_thread::sleep_for(std::chrono::milliseconds(50)); }

    const WeirNodes& nodes_;
    std::atomic<bool> stops_ = false, is_dead_ = false;
    std::vector<std::thread> clients_;
};

/// Streams that go on for longer than the test.
class LongStreams {
public:
    /// On that node, where there is room now.
    bool try_one(std::uint16_t port) {
        RawClient& client = clients_.emplace_back(port);
        client.send(stream_request(4'000));
        const bool is_admitted = client.read_some(64).find(" 200 ") != std::string::npos;
        if (!is_admitted) clients_.pop_back();
        return is_admitted;
    }
    std::size_t count() const noexcept { return clients_.size(); }
    void leave() { clients_.clear(); }

private:
    std::deque<RawClient> clients_;
};

std::int64_t slots_taken(const WeirNodes& nodes, std::size_t node) {
    RawClient client(nodes.port(node));
    client.send(get("/weir/limits", "authorization: Bearer test-key\r\n"));
    const auto limits = nlohmann::json::parse(client.read_answer().body);
    for (const auto& level : limits.at("limits"))
        if (level.at("name") == "upstream/in_flight") return level.at("used");
    return -1;
}

TEST(InFlight, FourNodesAreNeverOverAndWhatADeadOneHeldIsFreeWithinTheLease) {
    if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
    RedisServer redis;
    mock::MockUpstream upstream({.keep_records = true});
    upstream.start();
    const std::string store = "redis://127.0.0.1:" + std::to_string(redis.port());
    WeirNodes nodes(std::vector<std::string>(node_count, store), upstream.url(), configuration());
    ASSERT_TRUE(nodes.all_become("redis"));

    LongStreams of_the_dead;
    Load load(nodes);
    ASSERT_TRUE(eventually([&] { return load.served > 100 && load.left > 50; }, 60'000));
    ASSERT_TRUE(eventually(
        [&] { return of_the_dead.try_one(nodes.port(dying)) && of_the_dead.count() == held_by_the_dead; },
        60'000));
    load.leave_the_dying();
    nodes.process(dying).signal(SIGKILL);
    const auto died = std::chrono::steady_clock::now();
    nodes.process(dying).wait();
    const int served_before = load.served;
    // The others go on, with what the dead one does not hold.
    EXPECT_TRUE(eventually([&] { return load.served > served_before + 100; }, 30'000));
    load.stop();
    EXPECT_EQ(load.unexpected, 0) << "neither served nor refused by this limit";
    EXPECT_GT(load.refused, 0);

    EXPECT_TRUE(eventually([&] { return slots_taken(nodes, 1) <= std::int64_t{limit} - 1; }));
    EXPECT_GE(slots_taken(nodes, 1), std::int64_t{held_by_the_dead});
    LongStreams all;
    std::size_t tries = 0;
    EXPECT_TRUE(eventually(
        [&] {
            all.try_one(nodes.port(1 + tries++ % (node_count - 1)));
            return all.count() == limit;
        },
        in_flight_lease_us / 1'000 + 5'000));
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - died;
    EXPECT_LE(passed.count(), static_cast<double>(in_flight_lease_us) / 1e6 + 5);
    EXPECT_FALSE(all.try_one(nodes.port(2)));
    all.leave();
    for (std::size_t node = 1; node < node_count; ++node) {
        EXPECT_EQ(nodes.metric(node, "weir_store_fallback_total"), 0);
        nodes.stop(node);
    }
    upstream.stop();
    std::cout << load.served << " served, " << load.left << " left, " << load.refused << " refused; all of "
              << limit << " usable " << passed.count() << " s after a node died; at most "
              << upstream.stats().in_flight_max << " at once\n";
    EXPECT_EQ(upstream.stats().in_flight_max, std::int64_t{limit});
    EXPECT_GE(upstream.records().size(), 250U);
}

}  // namespace
}  // namespace weir::testing
