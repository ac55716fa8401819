// What nodes tell each other survives the way, and nonsense does not.
#include "observe/node_figures.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "observe/upstream_health.hpp"

namespace weir::observe {
namespace {

constexpr std::int64_t start_us = 1'800'000'000'000'000;
constexpr std::int64_t second_us = 1'000'000;

NodeFigures figures() {
    NodeFigures node;
    node.name = "host-1/8000";
    node.host = "host-1";
    node.listen = "0.0.0.0:8000";
    node.version = "0.1.0";
    node.started_us = start_us;
    node.made_us = start_us + second_us;
    node.mode = "redis";
    node.mode_since_us = start_us + 1;
    node.store_server = "redis:6379";
    node.ready = false;
    node.remark = "this node is \"draining\"";
    node.draining = true;
    node.config_hash = "abc";
    node.runtime_version = 3;
    node.upstreams = {{"openai", "https://api.openai.com", false, start_us, 10, 20}};
    node.totals.requests = 1'000'000'000'000;
    node.totals.refusals[1][2] = 5;
    node.totals.added_us = {{100, 3}, {200, 4}, {above_all_bounds, 1}};
    node.minutes = {{"web", start_us / 60'000'000, {4, 3, 2, 1}, start_us, "key/requests/1m", 20}};
    node.limits = {{"group/output_tokens/1m", "acme", 100, 120, 5'000, true}};
    node.recent = {{start_us, R"({"request_id":"req_1","status":429})"}};
    return node;
}

TEST(NodeFigures, SurviveTheWay) {
    const auto read = parse_node_figures(to_json(figures()));
    ASSERT_TRUE(read);
    EXPECT_EQ(to_json(*read), to_json(figures()));
    EXPECT_EQ(read->remark, figures().remark);
    EXPECT_EQ(read->totals.requests, figures().totals.requests);
    EXPECT_EQ(read->totals.refusals, figures().totals.refusals);
    EXPECT_EQ(read->totals.added_us, figures().totals.added_us);
    EXPECT_EQ(read->upstreams, figures().upstreams);
    EXPECT_EQ(read->limits, figures().limits);
    EXPECT_EQ(read->recent, figures().recent);
    ASSERT_EQ(read->minutes.size(), 1U);
    EXPECT_EQ(read->minutes[0].amounts, figures().minutes[0].amounts);
    EXPECT_EQ(read->minutes[0].refused_by, "key/requests/1m");
    EXPECT_FALSE(read->ready);
}

TEST(NodeFigures, VersionsMix) {
    const auto other = parse_node_figures(
        R"({"name":"new","made_us":1,"unknown":{"a":[1]},"totals":{"requests":1,"later":2},
            "limits":[["key/requests/1m","web",1,2,3,true,"more"]],
            "upstreams":[{"name":"a","answers":1,"weight":5}]})");
    ASSERT_TRUE(other);
    EXPECT_EQ(other->totals.requests, 1U);
    EXPECT_EQ(other->limits.front().owner, "web");
    EXPECT_TRUE(other->ready);
}

TEST(NodeFigures, OfALaterVersionMayCountMoreLimits) {
    NodeFigures one = figures();
    std::string text = to_json(one);
    const std::size_t at = text.find("\"refusals\":[[") + 13;
    text.insert(text.find(']', at), ",5");
    text.insert(text.find("]]", at) + 1, ",[1,2,3]");
    const auto read = parse_node_figures(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->totals.refusals, one.totals.refusals);
}

TEST(NodeFigures, NonsenseIsNoFigures) {
    for (const char* text : {"",
                             "{",
                             "[]",
                             "null",
                             "{}",
                             R"({"name":""})",
                             R"({"name":5})",
                             R"({"name":"a","made_us":-1})",
                             R"({"name":"a","made_us":1.5})",
                             R"({"name":"a","made_us":99999999999999999999})",
                             R"({"name":"a","made_us":18446744073709551615})",
                             R"({"name":"a","ready":1})",
                             R"({"name":"a","totals":[]})",
                             R"({"name":"a","totals":{"refusals":[[1]]}})",
                             R"({"name":"a","totals":{"added":[[1]]}})",
                             R"({"name":"a","totals":{"added":[[1,-2]]}})",
                             R"({"name":"a","limits":{}})",
                             R"({"name":"a","limits":[[]]})",
                             R"({"name":"a","recent":[[1,"x"]]})",
                             R"({"name":"a","minutes":[["k"]]})",
                             R"({"name":"a","upstreams":["x"]})"}) {
        EXPECT_FALSE(parse_node_figures(text)) << text;
    }
    EXPECT_FALSE(parse_node_figures(R"({"name":"a"})" + std::string(NodeFigures::json_bytes_max, ' ')));
    const std::string deep =
        R"({"name":"a","recent":[[1,{"a":)" + std::string(30'000, '[') + std::string(30'000, ']') + "}]]}";
    const auto read = parse_node_figures(deep);
    EXPECT_TRUE(!read || to_json(*read).size() < 2'000U);
}

TEST(NodeFigures, StayWithinTheirSizeWithSomeOfEverything) {
    NodeFigures node = figures();
    node.remark = std::string(100'000, 'r');
    const std::string long_name(400, 'k');
    for (std::size_t i = 0; i < 2 * NodeFigures::keys_max; ++i)
        node.minutes.push_back({long_name + std::to_string(i), 1, {1, 2, 3, 4}, 5, "key/requests/1m", 6});
    for (std::size_t i = 0; i < NodeFigures::limits_max; ++i)
        node.limits.push_back({"key/requests/1m", long_name + std::to_string(i), 1, 2, 3, true});
    for (std::size_t i = 0; i < RecentRequests::rows_kept; ++i)
        node.recent.push_back({1, R"({"model":")" + std::string(2'000, 'm') + "\"}"});
    const std::string text = to_json(node);
    EXPECT_LE(text.size(), NodeFigures::json_bytes_max);
    const auto read = parse_node_figures(text);
    ASSERT_TRUE(read);
    EXPECT_GE(read->minutes.size(), 50U);
    EXPECT_GE(read->limits.size(), 20U);
    EXPECT_GE(read->recent.size(), 5U);
}

TEST(NodeFigures, AFullNodeOfOrdinaryNamesFits) {
    NodeFigures node = figures();
    for (std::size_t i = 0; i < NodeFigures::keys_max; ++i)
        node.minutes.push_back({"customer-" + std::to_string(i),
                                start_us / 60'000'000,
                                {1000, 200, 300'000, 4'000},
                                start_us,
                                "key/output_tokens/1m",
                                100'000});
    for (std::size_t i = 1; i < NodeFigures::limits_max; ++i)
        node.limits.push_back(
            {"key/output_tokens/1m", "customer-" + std::to_string(i), 100'000, 20'000, 59'000'000, true});
    const auto read = parse_node_figures(to_json(node));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->minutes.size(), NodeFigures::keys_max + 1);
    EXPECT_EQ(read->limits.size(), NodeFigures::limits_max);
}

TEST(NodeFigures, OnlyMinutesAboutNowAreTaken) {
    NodeFigures node = figures();
    const std::int64_t minute = start_us / 60'000'000;
    node.minutes = {{"now", minute, {1, 0, 0, 0}, start_us, "", 0},
                    {"past", minute - 100, {1, 0, 0, 0}, start_us, "", 0},
                    {"future", minute + 100, {1, 0, 0, 0}, start_us, "", 0},
                    {"seen later", minute, {1, 0, 0, 0}, 2 * start_us, "", 0}};
    KeyActivity activity;
    take_minutes(node, start_us, activity);
    const auto keys = activity.ranked(KeyOrder::requests, start_us, 10);
    ASSERT_EQ(keys.size(), 1U);
    EXPECT_EQ(keys.front().id, "now");
}

TEST(UpstreamHealth, FiveFailuresInARowAndAnAnswer) {
    UpstreamHealth health(start_us);
    EXPECT_TRUE(health.healthy());
    health.update(10, 4, start_us + 1 * second_us);
    health.update(10, 5, start_us + 2 * second_us);
    EXPECT_TRUE(health.healthy());
    health.update(10, 9, start_us + 3 * second_us);
    EXPECT_FALSE(health.healthy());
    EXPECT_EQ(health.since_us(), start_us + 2 * second_us);
    health.update(10, 9, start_us + 60 * second_us);
    EXPECT_FALSE(health.healthy());
    health.update(11, 20, start_us + 61 * second_us);
    EXPECT_TRUE(health.healthy());
    EXPECT_EQ(health.since_us(), start_us + 61 * second_us);
}

TEST(UpstreamHealth, AnAnswerEndsARowOfFailures) {
    UpstreamHealth health(start_us);
    health.update(10, 3, start_us + 1 * second_us);
    health.update(10, 6, start_us + 2 * second_us);
    health.update(11, 6, start_us + 3 * second_us);
    health.update(11, 10, start_us + 4 * second_us);
    EXPECT_TRUE(health.healthy());
    health.update(11, 11, start_us + 5 * second_us);
    EXPECT_FALSE(health.healthy());
}

TEST(UpstreamHealth, EveryAttemptOfTheLastTenSeconds) {
    UpstreamHealth health(start_us);
    for (int i = 0; i <= 20; ++i) health.update(7, 0, start_us + i * second_us);
    health.update(7, 1, start_us + 21 * second_us);
    EXPECT_FALSE(health.healthy());
    health.update(8, 1, start_us + 22 * second_us);
    EXPECT_TRUE(health.healthy());
    health.update(8, 2, start_us + 23 * second_us);
    EXPECT_TRUE(health.healthy()) << "there was an answer a second before";
}

}  // namespace
}  // namespace weir::observe
