// Clients that leave while Redis is being asked: nothing is sent to the provider for them, and they are
// charged nothing.
#include <gtest/gtest.h>

#include <deque>

#include "mock_upstream/mock_upstream.hpp"
#include "support/raw_client.hpp"
#include "support/redis_server.hpp"
#include "weir_nodes.hpp"

namespace weir::testing {
namespace {

constexpr std::int64_t leaving_count = 5;

TEST(NodesLeft, WhoLeavesBeforeTheDecisionCostsNothing) {
    if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
    RedisServer redis;
    mock::MockUpstream upstream({.keep_records = true});
    upstream.start();
    nlohmann::json config;
    config["tiers"]["default"]["limits"] = {{"rpm", 1'000}};
    // So patient that Redis may be away while clients come and go.
    config["store"] = {{"timeout_ms", 10'000}, {"on_failure", "closed"}};
    WeirNodes nodes({"unix://" + redis.socket_path()}, upstream.url(), config);
    ASSERT_TRUE(nodes.all_become("redis"));
    const std::string request = post("/v1/chat/completions", chat_body(",\"max_tokens\":4"));

    // The thread that answers has a connection to Redis of its own.
    RawClient stays(nodes.port(0));
    ASSERT_TRUE(eventually([&] {
        stays.send(get("/weir/limits", "authorization: Bearer test-key\r\n"));
        return stays.read_answer().status == 200;
    }));
    const std::int64_t calls_before = nodes.metric(0, "weir_store_calls_total") + 2;
    // Leaves a connection to the provider behind, on which the next request could be sent at once.
    stays.send(request);
    ASSERT_EQ(stays.read_answer().status, 200);
    ASSERT_TRUE(eventually([&] { return nodes.metric(0, "weir_store_calls_total") == calls_before; }));
    // Answered, too: behind a call on the wire the next ones would wait.
    ASSERT_TRUE(eventually([&] { return nodes.metric(0, "weir_reservations_in_flight") == 0; }));

    redis.pause();

    {
        std::deque<RawClient> leaving;
        for (std::int64_t i = 0; i < leaving_count; ++i) leaving.emplace_back(nodes.port(0)).send(request);
        ASSERT_TRUE(
            eventually([&] { return nodes.metric(0, "weir_connections_open") == 1 + leaving_count; }));
        ASSERT_TRUE(eventually([&] { return nodes.metric(0, "weir_store_calls_total") > calls_before; }));
    }
    // What comes behind them is answered when it has been seen that they left.
    stays.send(post("/v1/chat/completions", "{"));
    ASSERT_EQ(stays.read_answer().status, 400);
    redis.resume();
    stays.send(request);
    EXPECT_EQ(stays.read_answer().status, 200);
    EXPECT_TRUE(eventually(
        [&] { return nodes.metric(0, "weir_requests_total{outcome=\"client_gone\"}") == leaving_count; }));
    EXPECT_EQ(upstream.records().size(), 2U);

    stays.send(get("/weir/limits", "authorization: Bearer test-key\r\n"));
    const nlohmann::json limits = nlohmann::json::parse(stays.read_answer().body);
    EXPECT_EQ(limits.at("limits").at(0).at("used"), 2) << limits;
}

}  // namespace
}  // namespace weir::testing
