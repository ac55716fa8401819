// Rates, quantiles and lists over several nodes.
#include "observe/cluster_figures.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace weir::observe {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t start_us = 1'800'000'000'000'000;
constexpr std::int64_t second_us = 1'000'000;

NodeFigures node(std::string name, std::int64_t made_us, std::uint64_t requests = 0) {
    NodeFigures figures;
    figures.name = std::move(name);
    figures.started_us = start_us;
    figures.made_us = made_us;
    figures.mode = "redis";
    figures.mode_since_us = start_us;
    figures.totals.requests = requests;
    return figures;
}

Json json_of(const ClusterFigures& cluster, std::int64_t now_us, const KeyActivity& activity = {}) {
    return Json::parse(cluster.figures_json(
        "a", activity,
        [](std::string_view id) {
            return id == "known" ? KeyFacts{.known = true, .tier = "trial"} : KeyFacts{};
        },
        now_us));
}

TEST(ClusterFigures, AnEmptyClusterIsWholeJson) {
    const Json json = json_of(ClusterFigures(), start_us);
    EXPECT_EQ(json["node"], "a");
    EXPECT_TRUE(json["store"].is_null());
    EXPECT_TRUE(json["nodes"].empty());
    EXPECT_EQ(json["rates"]["requests"], 0);
    EXPECT_TRUE(json["latency_ms"]["added"]["p50"].is_null());
    EXPECT_TRUE(json["recent"].empty());
}

TEST(ClusterFigures, AddsUpRatesOfTheLastSeconds) {
    ClusterFigures cluster;
    for (int i = 0; i <= 20; ++i) {
        const std::int64_t now_us = start_us + i * second_us;
        const auto requests = static_cast<std::uint64_t>(i < 10 ? 0 : (i - 10) * 100);
        cluster.take(node("a", now_us, requests), now_us);
        NodeFigures b = node("b", now_us + 17, 5 * static_cast<std::uint64_t>(i));
        b.totals.refusals[1][2] = 3 * static_cast<std::uint64_t>(i);
        cluster.take(b, now_us);
    }
    const Json json = json_of(cluster, start_us + 20 * second_us);
    EXPECT_EQ(json["rates"]["requests"], 105);
    ASSERT_EQ(json["refusals"].size(), 1U);
    EXPECT_EQ(json["refusals"][0], (Json{{"scope", "group"}, {"dimension", "output_tokens"}, {"per_s", 3}}));
    EXPECT_TRUE(json["shadow"].empty());
    EXPECT_EQ(json["nodes"].size(), 2U);
    EXPECT_EQ(json["store"]["mode"], "redis");
}

TEST(ClusterFigures, ANodeThatHasBegunAnewCountsFromThen) {
    ClusterFigures cluster;
    cluster.take(node("a", start_us, 1'000'000), start_us);
    cluster.take(node("a", start_us + 1 * second_us, 1'000'100), start_us + 1 * second_us);
    NodeFigures anew = node("a", start_us + 2 * second_us, 10);
    anew.started_us = start_us + 2 * second_us;
    cluster.take(anew, start_us + 2 * second_us);
    EXPECT_EQ(json_of(cluster, start_us + 2 * second_us)["rates"]["requests"], 0);
    anew.made_us += second_us;
    anew.totals.requests = 30;
    cluster.take(anew, start_us + 3 * second_us);
    EXPECT_EQ(json_of(cluster, start_us + 3 * second_us)["rates"]["requests"], 20);
    // Not noticed by its start, but a counter is lower than it was.
    anew.made_us += second_us;
    anew.totals.requests = 1;
    cluster.take(anew, start_us + 4 * second_us);
    EXPECT_EQ(json_of(cluster, start_us + 4 * second_us)["rates"]["requests"], 0);
}

TEST(ClusterFigures, SilentNodesAreLeftOut) {
    ClusterFigures cluster;
    cluster.take(node("a", start_us), start_us);
    cluster.take(node("b", start_us), start_us);
    for (int i = 1; i <= 4; ++i) {
        cluster.take(node("a", start_us + i * second_us), start_us + i * second_us);
        cluster.take(node("b", start_us), start_us + i * second_us);  // told before
        const Json nodes = Json::parse(cluster.nodes_json(start_us + i * second_us))["nodes"];
        EXPECT_EQ(nodes.size(), i <= 3 ? 2U : 1U) << i;
        EXPECT_EQ(nodes[0]["age_ms"], 0);
        if (nodes.size() > 1) {
            EXPECT_EQ(nodes[1]["age_ms"], i * 1000);
        }
    }
    cluster.forget_silent(start_us + 4 * second_us);
    cluster.take(node("b", start_us + 5 * second_us), start_us + 5 * second_us);
    EXPECT_EQ(Json::parse(cluster.nodes_json(start_us + 5 * second_us))["nodes"].size(), 2U);
}

TEST(ClusterFigures, QuantilesAreThoseOfTheLastTenSeconds) {
    ClusterFigures cluster;
    NodeFigures a = node("a", start_us);
    a.totals.added_us = {{100, 1000}, {200, 0}, {400, 0}, {above_all_bounds, 0}};
    cluster.take(a, start_us);
    for (int i = 1; i <= 12; ++i) {
        a.made_us = start_us + i * second_us;
        a.totals.added_us[200] += 10;
        if (i == 12) a.totals.added_us[400] = 2;
        cluster.take(a, a.made_us);
    }
    const Json added = json_of(cluster, a.made_us)["latency_ms"]["added"];
    EXPECT_EQ(added["count"], 102);
    EXPECT_DOUBLE_EQ(added["p50"], 0.151);
    EXPECT_DOUBLE_EQ(added["p99"], 0.298);
    EXPECT_TRUE(json_of(cluster, a.made_us)["latency_ms"]["upstream"]["p99"].is_null());
}

TEST(Quantile, OfBuckets) {
    EXPECT_EQ(quantile_us({}, 0.5), std::nullopt);
    EXPECT_EQ(quantile_us({{100, 0}}, 0.5), std::nullopt);
    EXPECT_EQ(quantile_us({{100, 10}}, 0.5), 50);
    EXPECT_EQ(quantile_us({{100, 5}, {200, 5}}, 0.5), 100);
    EXPECT_EQ(quantile_us({{100, 0}, {200, 4}}, 0.25), 125);
    EXPECT_EQ(quantile_us({{100, 1}, {200, 0}, {above_all_bounds, 9}}, 0.99), 200);
}

TEST(ClusterFigures, LimitsOfAllNodesTheFullestFirst) {
    ClusterFigures cluster;
    NodeFigures a = node("a", start_us), b = node("b", start_us);
    a.limits = {{"group/output_tokens/1m", "acme", 100, 50, 1'500, true},
                {"key/requests/1m", "web", 100, 90, 1, true}};
    b.limits = {{"group/output_tokens/1m", "acme", 100, 60, 2'000, true},
                {"key/requests/1m", "app", 0, 0, 0, false}};
    cluster.take(a, start_us);
    cluster.take(b, start_us);
    const Json limits = json_of(cluster, start_us)["limits"];
    ASSERT_EQ(limits.size(), 3U);
    EXPECT_EQ(limits[0]["owner"], "app");
    EXPECT_EQ(limits[1]["owner"], "web");
    EXPECT_EQ(limits[2], (Json{{"name", "group/output_tokens/1m"},
                               {"scope", "group"},
                               {"owner", "acme"},
                               {"dimension", "output_tokens"},
                               {"window", "1m"},
                               {"limit", 100},
                               {"used", 60},
                               {"remaining", 40},
                               {"reset_ms", 2},
                               {"enforced", true}}));
}

TEST(ClusterFigures, RequestsInFlightHaveNoWindow) {
    ClusterFigures cluster;
    NodeFigures a = node("a", start_us);
    a.limits = {{"upstream/in_flight", "vllm", 8, 3, 0, true}};
    cluster.take(a, start_us);
    const Json level = json_of(cluster, start_us)["limits"][0];
    EXPECT_EQ(level["scope"], "upstream");
    EXPECT_EQ(level["dimension"], "in_flight");
    EXPECT_EQ(level["window"], "");
}

TEST(ClusterFigures, NewestRowsOfAllNodes) {
    ClusterFigures cluster;
    NodeFigures a = node("a", start_us), b = node("b", start_us);
    for (std::int64_t i = 0; i < 40; ++i) {
        a.recent.insert(a.recent.begin(), {2 * i, "{\"n\":" + std::to_string(2 * i) + "}"});
        b.recent.insert(b.recent.begin(), {2 * i + 1, "{\"n\":" + std::to_string(2 * i + 1) + "}"});
    }
    cluster.take(a, start_us);
    cluster.take(b, start_us);
    const Json rows = json_of(cluster, start_us)["recent"];
    ASSERT_EQ(rows.size(), 50U);
    EXPECT_EQ(rows.front()["n"], 79);
    EXPECT_EQ(rows.back()["n"], 30);
}

TEST(ClusterFigures, UpstreamsAreIllWhereOneNodeSeesIt) {
    ClusterFigures cluster;
    NodeFigures a = node("a", start_us), b = node("b", start_us);
    a.upstreams = {{"openai", "https://api.openai.com", true, start_us + 1, 100, 0, false, true}};
    b.upstreams = {{"openai", "https://api.openai.com", false, start_us + 5, 0, 50, true, false}};
    for (int i = 0; i < 2; ++i) {
        cluster.take(a, a.made_us);
        cluster.take(b, b.made_us);
        a.made_us = b.made_us = start_us + second_us;
        a.upstreams[0].answers += 10;
        b.upstreams[0].errors += 3;
    }
    const Json upstreams = json_of(cluster, start_us + second_us)["upstreams"];
    ASSERT_EQ(upstreams.size(), 1U);
    EXPECT_EQ(upstreams[0]["healthy"], false);
    EXPECT_EQ(upstreams[0]["since"], "2027-01-15T08:00:00.000005Z");
    EXPECT_EQ(upstreams[0]["ejected"], true) << "by b";
    EXPECT_EQ(upstreams[0]["asleep"], true) << "for a";
    EXPECT_EQ(upstreams[0]["answers_per_s"], 10);
    EXPECT_EQ(upstreams[0]["errors_per_s"], 3);
}

TEST(ClusterFigures, NamesTheKeysThatAreRefusedMost) {
    KeyActivity activity;
    for (int i = 0; i < 20; ++i)
        activity.add("k" + std::to_string(i), start_us, {.requests = 1, .refused = 1}, "key/requests/1m", 5);
    activity.add("known", start_us, {.requests = 9, .refused = 7}, "key/output_tokens/1m", 500);
    activity.add("never", start_us, {.requests = 9});
    const Json keys = json_of(ClusterFigures(), start_us, activity)["refused_keys"];
    ASSERT_EQ(keys.size(), 10U);
    EXPECT_EQ(keys[0], (Json{{"id", "known"},
                             {"known", true},
                             {"tier", "trial"},
                             {"refused_last_minute", 7},
                             {"requests_last_minute", 9},
                             {"limit", "key/output_tokens/1m"},
                             {"limit_value", 500}}));
    EXPECT_EQ(keys[1]["tier"], "default");
}

TEST(ClusterFigures, ThereAreNotMoreNodesThanFit) {
    ClusterFigures cluster;
    for (int i = 0; i < 200; ++i) cluster.take(node("n" + std::to_string(i), start_us), start_us);
    EXPECT_EQ(Json::parse(cluster.nodes_json(start_us))["nodes"].size(), ClusterFigures::nodes_max);
}

}  // namespace
}  // namespace weir::observe
