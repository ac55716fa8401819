// What providers really send, and what nobody should: recorded answers, then every way to spoil a value.
#include "llm/provider_limits.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "llm/reset_time.hpp"

namespace weir::llm {
namespace {

struct Field {
    std::string name;
    std::string value;
};
using Answer = std::vector<Field>;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t minute_us = 60 * second_us;
constexpr std::int64_t now_us = 1'711'483'199 * second_us;  // 2024-03-26T19:59:59Z

ProviderLimits read(const Answer& answer) {
    return provider_limits(answer, now_us);
}

void expect_dimension(const ProviderLimits& limits, Dimension dimension, const ProviderDimension& expected) {
    const ProviderDimension& found = limits.of(dimension);
    EXPECT_EQ(found.limit, expected.limit) << to_string(dimension);
    EXPECT_EQ(found.remaining, expected.remaining) << to_string(dimension);
    EXPECT_EQ(found.reset_us, expected.reset_us) << to_string(dimension);
    EXPECT_EQ(found.window_us, expected.window_us) << to_string(dimension);
}

TEST(ProviderLimitsTest, OpenAi) {
    // https://community.openai.com/t/1268905
    const ProviderLimits limits = read({{"x-ratelimit-limit-requests", "5000"},
                                        {"x-ratelimit-limit-tokens", "160000"},
                                        {"x-ratelimit-limit-tokens_usage_based", "170000"},
                                        {"x-ratelimit-remaining-requests", "4999"},
                                        {"x-ratelimit-remaining-tokens", "159976"},
                                        {"x-ratelimit-remaining-tokens_usage_based", "169976"},
                                        {"x-ratelimit-reset-requests", "12ms"},
                                        {"x-ratelimit-reset-tokens", "9ms"},
                                        {"x-ratelimit-reset-tokens_usage_based", "8ms"}});
    expect_dimension(limits, Dimension::requests, {5'000, 4'999, 12'000, {}});
    expect_dimension(limits, Dimension::total_tokens, {160'000, 159'976, 9'000, {}});
    expect_dimension(limits, Dimension::input_tokens, {});
    expect_dimension(limits, Dimension::output_tokens, {});
    EXPECT_FALSE(limits.retry_after_us);
}

TEST(ProviderLimitsTest, Azure) {
    // GPT-5.4 on a deployment of 250,000 tokens a minute: whole seconds, and the window is named.
    const ProviderLimits limits = read({{"x-ratelimit-limit-requests", "2500"},
                                        {"x-ratelimit-limit-tokens", "250000"},
                                        {"x-ratelimit-remaining-requests", "2499"},
                                        {"x-ratelimit-remaining-tokens", "249993"},
                                        {"x-ratelimit-renewalperiod-requests", "60"},
                                        {"x-ratelimit-renewalperiod-tokens", "60"},
                                        {"x-ratelimit-reset-requests", "24"},
                                        {"x-ratelimit-reset-tokens", "1"},
                                        {"x-ratelimit-abusepenalty-active", "False"},
                                        {"x-ratelimit-key", "gpt-5.4"}});
    expect_dimension(limits, Dimension::requests, {2'500, 2'499, 24 * second_us, minute_us});
    expect_dimension(limits, Dimension::total_tokens, {250'000, 249'993, second_us, minute_us});
}

TEST(ProviderLimitsTest, AzureWithoutLimits) {
    // github.com/EvolvingPrograms/oaib/issues/11
    const ProviderLimits alone =
        read({{"x-ratelimit-remaining-requests", "79"}, {"x-ratelimit-remaining-tokens", "61353"}});
    expect_dimension(alone, Dimension::requests, {{}, 79, {}, {}});
    expect_dimension(alone, Dimension::total_tokens, {{}, 61'353, {}, {}});

    // github.com/openai/openai-dotnet/issues/838
    const ProviderLimits unknown = read({{"x-ratelimit-limit-tokens", "-1"},
                                         {"x-ratelimit-remaining-tokens", "-1"},
                                         {"x-ratelimit-reset-tokens", "0"}});
    EXPECT_EQ(unknown, ProviderLimits{});
    // The same with zeros is no limit that is used up.
    EXPECT_EQ(read({{"x-ratelimit-remaining-tokens", "0"},
                    {"x-ratelimit-reset-tokens", "30"},
                    {"x-ratelimit-limit-tokens", "0"}}),
              ProviderLimits{});
}

TEST(ProviderLimitsTest, Anthropic) {
    // github.com/bespokelabsai/curator/issues/535; the first reset had passed when the answer came.
    const std::int64_t then_us = 1'740'429'483 * second_us;  // 2025-02-24T20:38:03Z
    const Answer answer{{"Anthropic-RateLimit-Requests-Limit", "4000"},
                        {"anthropic-ratelimit-requests-remaining", "3999"},
                        {"anthropic-ratelimit-requests-reset", "2025-02-24T20:37:51Z"},
                        {"anthropic-ratelimit-output-tokens-limit", "80000"},
                        {"anthropic-ratelimit-output-tokens-remaining", "79000"},
                        {"anthropic-ratelimit-output-tokens-reset", "2025-02-24T20:38:04Z"},
                        {"anthropic-ratelimit-input-tokens-limit", "200000"},
                        {"anthropic-ratelimit-input-tokens-remaining", "200000"},
                        {"anthropic-ratelimit-input-tokens-reset", "2025-02-24T15:38:03.5-05:00"},
                        {"anthropic-ratelimit-tokens-limit", "280000"},
                        {"anthropic-ratelimit-tokens-remaining", "279000"},
                        {"anthropic-ratelimit-tokens-reset", "2025-02-24T20:39:03Z"},
                        {"anthropic-priority-input-tokens-limit", "10000"},
                        {"anthropic-ratelimit-unified-reset", "1740430000"}};
    const ProviderLimits limits = provider_limits(answer, then_us);
    expect_dimension(limits, Dimension::requests, {4'000, 3'999, 0, {}});
    expect_dimension(limits, Dimension::output_tokens, {80'000, 79'000, second_us, {}});
    expect_dimension(limits, Dimension::input_tokens, {200'000, 200'000, second_us / 2, {}});
    expect_dimension(limits, Dimension::total_tokens, {280'000, 279'000, minute_us, {}});
}

TEST(ProviderLimitsTest, OthersOfOpenAisFamily) {
    // https://console.groq.com/docs/rate-limits
    const ProviderLimits groq = read({{"retry-after", "2"},
                                      {"x-ratelimit-limit-requests", "14400"},
                                      {"x-ratelimit-limit-tokens", "18000"},
                                      {"x-ratelimit-remaining-requests", "14370"},
                                      {"x-ratelimit-remaining-tokens", "17997"},
                                      {"x-ratelimit-reset-requests", "2m59.56s"},
                                      {"x-ratelimit-reset-tokens", "7.66s"}});
    expect_dimension(groq, Dimension::requests, {14'400, 14'370, 179'560'000, {}});
    expect_dimension(groq, Dimension::total_tokens, {18'000, 17'997, 7'660'000, {}});
    EXPECT_EQ(groq.retry_after_us, 2 * second_us);

    // github.com/mistralai/client-ts/issues/169
    const ProviderLimits mistral = read({{"x-ratelimit-limit-tokens-minute", "5000000"},
                                         {"x-ratelimit-remaining-tokens-minute", "4999911"},
                                         {"x-ratelimit-tokens-query-cost", "52"},
                                         {"x-ratelimit-limit-req-minute", "720"},
                                         {"x-ratelimit-remaining-req-minute", "717"},
                                         {"x-ratelimit-remaining-tokens-month", "1"}});
    expect_dimension(mistral, Dimension::requests, {720, 717, {}, minute_us});
    expect_dimension(mistral, Dimension::total_tokens, {5'000'000, 4'999'911, {}, minute_us});

    // OpenRouter: 50 free requests a day.
    const ProviderLimits open_router = read({{"X-RateLimit-Limit", "50"},
                                             {"X-RateLimit-Remaining", "0"},
                                             {"X-RateLimit-Reset", "1711483260500"}});
    expect_dimension(open_router, Dimension::requests, {50, 0, 61'500'000, {}});

    // Baidu's Qianfan.
    const ProviderLimits baidu = read({{"X-Ratelimit-Limit-Input-Tokens", "300000"},
                                       {"X-Ratelimit-Remaining-Input-Tokens", "299000"},
                                       {"X-Ratelimit-Limit-Output-Tokens", "60000"}});
    expect_dimension(baidu, Dimension::input_tokens, {300'000, 299'000, {}, {}});
    expect_dimension(baidu, Dimension::output_tokens, {60'000, {}, {}, {}});
}

TEST(ProviderLimitsTest, MalformedCountsAsAbsent) {
    for (const std::string value : {"", " ", "-1", "+5", "5x", "1.5", "0x10", "1e3", "five", "100, 100;w=60",
                                    "99999999999999999999", "1000000000001", "NaN", "\xff\xfe"}) {
        EXPECT_EQ(read({{"x-ratelimit-limit-requests", value},
                        {"x-ratelimit-remaining-requests", value},
                        {"anthropic-ratelimit-tokens-limit", value}}),
                  ProviderLimits{})
            << value;
    }
    for (const std::string value : {"",
                                    "-1s",
                                    "soon",
                                    "1h-2m",
                                    "1.s",
                                    ".5s",
                                    "s",
                                    "9999999h",
                                    "99999999999999999999",
                                    "31622401",
                                    "99999999999999",
                                    "2024-02-30T00:00:00Z",
                                    "2024-03-26T25:00:00Z",
                                    "2024-03-26T20:00:00",
                                    "2024-03-26 20:00:00Z",
                                    "2024-03-26T20:00:00+0000",
                                    "2024-03-26T20:00:00.Z",
                                    "Tue, 32 Mar 2024 20:00:00 GMT",
                                    "Tue, 26 Mrz 2024 20:00:00 GMT",
                                    "Tue, 26 Mar 2024 20:00:00 UTC",
                                    "1s\xc2",
                                    "inf",
                                    "1e3"}) {
        EXPECT_FALSE(wait_us(value, now_us)) << value;
    }
    for (const std::string name :
         {"x-ratelimit-", "x-ratelimit-limit-images", "x-ratelimit", "x-ratelimit-limits",
          "anthropic-ratelimit-", "anthropic-ratelimit-requests", "anthropic-ratelimit-limit-requests", "",
          "x-ratelimit-limit-project-tokens", "xx-ratelimit-limit-requests", "retry-after-s", "retry"}) {
        EXPECT_EQ(read({{name, "5"}}), ProviderLimits{}) << name;
    }
}

TEST(ProviderLimitsTest, TheFirstThatCanBeReadCounts) {
    const ProviderLimits limits = read({{"x-ratelimit-limit-requests", "many"},
                                        {"x-ratelimit-limit-requests", "7"},
                                        {"x-ratelimit-limit-requests", "8"},
                                        {"retry-after", "7"},
                                        {"retry-after-ms", "6500.5"},
                                        {"retry-after-ms", "1"}});
    EXPECT_EQ(limits.of(Dimension::requests).limit, 7);
    EXPECT_EQ(limits.retry_after_us, 6'500'500);
    EXPECT_EQ(read({{"retry-after-ms", "soon"}, {"Retry-After", "0.25"}}).retry_after_us, 250'000);
}

TEST(ProviderLimitsTest, Waits) {
    const std::vector<std::pair<std::string, std::int64_t>> rows{
        {"1s", second_us},
        {"6m0s", 360 * second_us},
        {"120ms", 120'000},
        {"577.5ms", 577'500},
        {"1h2m3.5s", 3'723'500'000},
        {"0s", 0},
        {"15us", 15},
        {"15\xc2\xb5s", 15},
        {"1500ns", 1},
        {"8784h", wait_max_us},
        {" 55 ", 55 * second_us},
        {"0", 0},
        {"33011.382867", 33'011'382'867},
        {"33011.3828679", 33'011'382'867},
        {"31622400", wait_max_us},
        {"1711483200", second_us},
        {"1711483199.25", second_us / 4},
        {"1711483200250", 1'250'000},
        {"1000000000", 0},
        {"2024-03-26T20:00:00Z", second_us},
        {"2024-03-26t20:00:00.123456789z", 1'123'456},
        {"2024-03-26T22:00:00+02:00", second_us},
        {"1999-12-31T23:59:59Z", 0},
        {"Tue, 26 Mar 2024 20:00:00 GMT", second_us},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 0},
    };
    for (const auto& [text, expected] : rows) EXPECT_EQ(wait_us(text, now_us), expected) << text;
}

TEST(ProviderLimitsTest, SleepsForWhatTheProviderSaid) {
    const Answer exhausted{{"x-ratelimit-remaining-requests", "3"},
                           {"x-ratelimit-reset-requests", "90s"},
                           {"x-ratelimit-remaining-tokens", "0"},
                           {"x-ratelimit-reset-tokens", "6s"},
                           {"retry-after", "2"},
                           {"retry-after-ms", "1234"}};
    Answer answer = exhausted;
    EXPECT_EQ(sleep_us(429, read(answer)), 1'234'000);
    answer.pop_back();
    EXPECT_EQ(sleep_us(503, read(answer)), 2 * second_us);
    answer.pop_back();
    EXPECT_EQ(sleep_us(529, read(answer)), 6 * second_us);
    answer[0].value = "0";
    EXPECT_EQ(sleep_us(429, read(answer)), 90 * second_us) << "all must have room again";
    answer.resize(1);
    EXPECT_FALSE(sleep_us(429, read(answer)));
    for (const int status : {200, 400, 408, 500, 502, 504}) EXPECT_FALSE(sleep_us(status, read(exhausted)));
}

TEST(ProviderLimitsTest, SleepsOfRecordedAnswers) {
    // github.com/anthropics/anthropic-sdk-typescript/issues/357: no retry-after then.
    EXPECT_EQ(sleep_us(429, read({{"anthropic-ratelimit-requests-limit", "5"},
                                  {"anthropic-ratelimit-requests-remaining", "0"},
                                  {"anthropic-ratelimit-requests-reset", "2024-03-26T20:00:00Z"},
                                  {"anthropic-ratelimit-tokens-limit", "25000"},
                                  {"anthropic-ratelimit-tokens-remaining", "16000"},
                                  {"anthropic-ratelimit-tokens-reset", "2024-03-26T20:00:00Z"}})),
              second_us);
    // github.com/openai/openai-python/issues/937
    EXPECT_EQ(
        sleep_us(429, read({{"x-rate-limit-reset-tokens", "55"}, {"x-ratelimit-remaining-tokens", "0"}})),
        55 * second_us);
    // Azure's S0 tier, and what else is above ten minutes.
    EXPECT_EQ(sleep_us(429, read({{"retry-after", "86400"}})), sleep_max_us);
    EXPECT_EQ(sleep_us(429, read({{"retry-after", "Tue, 26 Mar 2024 20:09:58 GMT"}})), 599 * second_us);
    EXPECT_EQ(sleep_us(429, read({{"retry-after-ms", "600001"}})), sleep_max_us);
    // GitHub Models' limit of concurrent requests.
    EXPECT_FALSE(sleep_us(429, read({{"retry-after", "0"}, {"x-ratelimit-timeremaining", "0"}})));
    EXPECT_FALSE(sleep_us(503, read({{"retry-after", "Tue, 26 Mar 2024 19:00:00 GMT"}})));
}

}  // namespace
}  // namespace weir::llm
