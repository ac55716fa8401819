// A provider's own limits: its window by times that are given, and the words in which it tells of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <nlohmann/json.hpp>
#include <random>

#include "mock_upstream/quota.hpp"
#include "mock_upstream/quota_fields.hpp"
#include "mock_upstream/stats.hpp"

namespace weir::mock {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;

constexpr std::int64_t second_us = 1'000'000;

TEST(MockQuota, AWindowIsHalfOpen) {
    Quota quota({.requests = 2, .window_us = 10 * second_us});
    EXPECT_FALSE(quota.admit(1, 1, 0).refused_by);
    EXPECT_FALSE(quota.admit(1, 1, 4 * second_us).refused_by);
    const QuotaState refused = quota.admit(1, 1, 10 * second_us - 1);
    EXPECT_EQ(refused.refused_by, Counted::requests);
    EXPECT_EQ(refused.retry_after_us, 1);
    EXPECT_FALSE(quota.admit(1, 1, 10 * second_us).refused_by);
    EXPECT_EQ(quota.admit(1, 1, 10 * second_us).retry_after_us, 4 * second_us);
    EXPECT_EQ(quota.most_in_a_window()[0], 2U);
}

TEST(MockQuota, TokensWaitUntilEnoughOfThemHasLeft) {
    Quota quota({.input_tokens = 100, .window_us = 10 * second_us});
    quota.admit(30, 0, 1 * second_us);
    quota.admit(30, 0, 2 * second_us);
    quota.admit(30, 0, 3 * second_us);
    EXPECT_EQ(quota.admit(20, 0, 4 * second_us).retry_after_us, 7 * second_us);
    EXPECT_EQ(quota.admit(50, 0, 4 * second_us).retry_after_us, 8 * second_us);
    EXPECT_FALSE(quota.admit(10, 0, 4 * second_us).refused_by);
}

TEST(MockQuota, WhatNeverFitsWaitsForAWindow) {
    Quota quota({.output_tokens = 5, .window_us = 10 * second_us});
    const QuotaState refused = quota.admit(1, 6, 0);
    EXPECT_EQ(refused.refused_by, Counted::output_tokens);
    EXPECT_EQ(refused.retry_after_us, 10 * second_us);
    EXPECT_EQ(refused.asked, 6U);
}

TEST(MockQuota, ARefusalTakesNothingAndNamesWhatTakesLongest) {
    Quota quota({.requests = 1, .tokens = 100, .window_us = 10 * second_us});
    quota.admit(40, 20, 0);
    const QuotaState refused = quota.admit(90, 20, second_us);
    EXPECT_EQ(refused.refused_by, Counted::tokens);
    ASSERT_EQ(refused.dimensions.size(), 2U);
    EXPECT_EQ(refused.dimensions[0].remaining(), 0U);
    EXPECT_EQ(refused.dimensions[1].remaining(), 40U);
    EXPECT_EQ(refused.dimensions[1].reset_us, 9 * second_us);
    EXPECT_EQ(quota.look(10 * second_us).dimensions[0].remaining(), 1U);
    EXPECT_EQ(quota.look(10 * second_us).dimensions[1].reset_us, 0);
}

TEST(MockQuota, WithoutLimitsNothingIsCountedUnlessAWindowIsGiven) {
    Quota none({});
    none.admit(1, 1, 0);
    EXPECT_FALSE(none.counts());
    EXPECT_EQ(none.most_in_a_window()[0], 0U);
    Quota counting({.window_us = second_us});
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(counting.admit(1, 1, i * second_us / 4).refused_by);
    EXPECT_EQ(counting.most_in_a_window()[0], 4U);
    EXPECT_EQ(Quota({.requests = 1}).limits().window_us, 60 * second_us);
}

TEST(MockQuota, ATimeBeforeTheLatestCountsAsThat) {
    Quota quota({.requests = 1, .window_us = second_us});
    quota.admit(1, 1, 5 * second_us);
    EXPECT_EQ(quota.admit(1, 1, 0).retry_after_us, second_us);
}

/// Against sums over all that was ever admitted.
TEST(MockQuota, IsExactForRandomRequests) {
    std::mt19937 random(7);
    constexpr std::uint64_t limit = 200;
    constexpr std::int64_t window_us = 1000;
    Quota quota({.tokens = limit, .window_us = window_us});
    std::deque<std::pair<std::int64_t, std::uint64_t>> admitted;
    std::int64_t now_us = 0;
    const auto used_at = [&](std::int64_t time_us) {
        std::uint64_t used = 0;
        for (const auto& [at_us, tokens] : admitted) used += at_us + window_us > time_us ? tokens : 0;
        return used;
    };
    for (int i = 0; i < 3000; ++i) {
        now_us += random() % 40;
        const std::uint64_t input = 1 + random() % 20, output = random() % 30;
        const bool fits = used_at(now_us) + input + output <= limit;
        const QuotaState state = quota.admit(input, output, now_us);
        ASSERT_EQ(!state.refused_by, fits) << i;
        if (fits) admitted.emplace_back(now_us, input + output);
        ASSERT_EQ(state.dimensions[0].used, used_at(now_us)) << i;
        if (fits) continue;
        ASSERT_LE(used_at(now_us + state.retry_after_us) + input + output, limit) << i;
        ASSERT_GT(used_at(now_us + state.retry_after_us - 1) + input + output, limit) << i;
    }
    EXPECT_LE(quota.most_in_a_window()[1], limit);
}

/// Two requests of 100 input tokens in a window of 20 s, six seconds ago, and one that is refused.
QuotaState refusal() {
    Quota quota({.requests = 2, .input_tokens = 20'000, .window_us = 20 * second_us});
    quota.admit(100, 1, 0);
    quota.admit(100, 1, second_us);
    return quota.admit(100, 1, 6'500'000);
}

TEST(MockQuotaFields, OpenAi) {
    AnswerFields fields;
    append_quota_fields(refusal(), Style::openai, 0, fields);
    EXPECT_THAT(fields, ElementsAre(Pair("x-ratelimit-limit-requests", "2"),
                                    Pair("x-ratelimit-remaining-requests", "0"),
                                    Pair("x-ratelimit-reset-requests", "14.5s"),
                                    Pair("x-ratelimit-limit-input-tokens", "20000"),
                                    Pair("x-ratelimit-remaining-input-tokens", "19800"),
                                    Pair("x-ratelimit-reset-input-tokens", "14.5s"),
                                    Pair("retry-after", "14"), Pair("retry-after-ms", "13500")));
}

TEST(MockQuotaFields, Anthropic) {
    AnswerFields fields;
    append_quota_fields(refusal(), Style::anthropic, 1'700'000'000'000'000, fields);
    EXPECT_THAT(fields,
                ElementsAre(Pair("anthropic-ratelimit-requests-limit", "2"),
                            Pair("anthropic-ratelimit-requests-remaining", "0"),
                            Pair("anthropic-ratelimit-requests-reset", "2023-11-14T22:13:34Z"),
                            Pair("anthropic-ratelimit-input-tokens-limit", "20000"),
                            Pair("anthropic-ratelimit-input-tokens-remaining", "20000"),  // to thousands
                            Pair("anthropic-ratelimit-input-tokens-reset", "2023-11-14T22:13:34Z"),
                            Pair("retry-after", "14")));
}

TEST(MockQuotaFields, Azure) {
    AnswerFields fields;
    append_quota_fields(refusal(), Style::azure, 0, fields);
    EXPECT_THAT(fields, ElementsAre(Pair("x-ratelimit-remaining-requests", "0"),
                                    Pair("x-ratelimit-remaining-input-tokens", "19800"),
                                    Pair("retry-after", "14"), Pair("retry-after-ms", "13500")));
}

TEST(MockQuotaFields, WhatIsAdmittedIsNotToldToWait) {
    AnswerFields fields;
    append_quota_fields(Quota({.requests = 2}).admit(1, 1, 0), Style::azure, 0, fields);
    EXPECT_THAT(fields, ElementsAre(Pair("x-ratelimit-remaining-requests", "1")));
    fields.clear();
    append_quota_fields(Quota({}).admit(1, 1, 0), Style::openai, 0, fields);
    EXPECT_THAT(fields, IsEmpty());
}

TEST(MockQuotaFields, TheStyleIsThatOfThePathUnlessGiven) {
    EXPECT_EQ(style_for(Style::automatic, "/v1/chat/completions"), Style::openai);
    EXPECT_EQ(style_for(Style::automatic, "/v1/messages"), Style::anthropic);
    EXPECT_EQ(style_for(Style::automatic, "/anthropic/v1/messages"), Style::anthropic);
    EXPECT_EQ(style_for(Style::azure, "/v1/messages"), Style::azure);
    EXPECT_EQ(parse_style("auto"), Style::automatic);
    EXPECT_EQ(parse_style("x"), std::nullopt);
}

TEST(MockQuotaFields, BodiesAreThoseOfTheirProviders) {
    const json openai = json::parse(quota_refusal_body(refusal(), Style::openai, Kind::chat, "gpt-4o"));
    EXPECT_EQ(openai["error"]["type"], "requests");
    EXPECT_EQ(openai["error"]["code"], "rate_limit_exceeded");
    EXPECT_THAT(
        openai["error"]["message"].get<std::string>(),
        StartsWith("Rate limit reached for gpt-4o in organization org-mock on requests per 20 s: Limit 2, "
                   "Used 2, Requested 1. Please try again in 13.5s."));
    const json azure = json::parse(quota_refusal_body(refusal(), Style::azure, Kind::chat, "gpt-4o"));
    EXPECT_EQ(azure["error"]["code"], "429");
    EXPECT_THAT(azure["error"]["message"].get<std::string>(), HasSubstr("retry after 14 seconds"));
    const json anthropic =
        json::parse(quota_refusal_body(refusal(), Style::anthropic, Kind::messages, "claude"));
    EXPECT_EQ(anthropic["type"], "error");
    EXPECT_EQ(anthropic["error"]["type"], "rate_limit_error");
    EXPECT_EQ(json::parse(
                  quota_refusal_body(refusal(), Style::openai, Kind::gemini_generate, "g"))["error"]["code"],
              429);
}

TEST(MockStatistics, AreJsonAndALine) {
    MockStats stats{.provider = "one",
                    .mode = "ok",
                    .requests = 5,
                    .by_status = {{0, 1}, {200, 3}, {429, 1}},
                    .in_flight_max = 2,
                    .limits = {.requests = 9, .window_us = 60'000'000},
                    .most_in_a_window = {3, 30, 20, 10}};
    const json document = json::parse(stats_json({stats, MockStats{}}));
    ASSERT_EQ(document["providers"].size(), 2U);
    const json& one = document["providers"][0];
    EXPECT_EQ(one["provider"], "one");
    EXPECT_EQ(one["by_status"], (json{{"0", 1}, {"200", 3}, {"429", 1}}));
    EXPECT_EQ(one["refused"], 1);
    EXPECT_EQ(one["limits"], (json{{"requests", 9}}));
    EXPECT_EQ(one["window_ms"], 60'000);
    EXPECT_EQ(one["most_in_a_window"]["output-tokens"], 10);
    EXPECT_TRUE(document["providers"][1]["most_in_a_window"].empty());
    EXPECT_EQ(stats_line(stats),
              "one: 5 requests (unanswered: 1, 200: 3, 429: 1), 0 malformed, 0 aborted, at most 3 of 9 in a "
              "window of "
              "1m, at most 2 in flight, 0 executed twice");
}

}  // namespace
}  // namespace weir::mock
