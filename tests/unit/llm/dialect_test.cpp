// What weir says, to the letter.
#include "llm/dialect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace weir::llm {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string header(const Answer& answer, std::string_view name) {
    std::string found;
    int times = 0;
    std::istringstream lines(answer.headers);
    for (std::string line; std::getline(lines, line);) {
        const auto colon = line.find(": ");
        if (colon == std::string::npos || line.back() != '\r') ADD_FAILURE() << line;
        if (line.substr(0, colon) != name) continue;
        found = line.substr(colon + 2, line.size() - colon - 3);
        ++times;
    }
    EXPECT_LE(times, 1) << name;
    return times == 0 ? "(none)" : found;
}

RefusalContext output_refusal() {
    RefusalContext context;
    context.refusal = {.ledger_index = 0,
                       .dimension = Dimension::output_tokens,
                       .limit = 30'000,
                       .used = 29'000,
                       .requested = 2'000,
                       .retry_after_us = 1'780'000};
    context.model = "gpt-4o";
    context.now_us = 1'767'225'599'500'000;  // 2025-12-31T23:59:59.5Z
    context.request_id = "req_1";
    context.tightest[0] = Level{0, Dimension::requests, 100, 40, 60'000'000};
    context.tightest[2] = Level{0, Dimension::output_tokens, 30'000, 31'000, 360'000'000};
    return context;
}

TEST(DialectTest, OpenAiRefusal) {
    const Answer answer = refusal_answer(Dialect::openai, output_refusal());
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(
        answer.body,
        R"({"error":{"message":"Rate limit reached for gpt-4o on output tokens per min (OTPM): Limit 30000, )"
        R"(Used 29000, Requested 2000. Please try again in 1.78s.","type":"tokens","param":null,)"
        R"("code":"rate_limit_exceeded"}})");
    EXPECT_EQ(header(answer, "content-type"), "application/json");
    EXPECT_EQ(header(answer, "retry-after"), "2");
    EXPECT_EQ(header(answer, "retry-after-ms"), "1780");
    EXPECT_EQ(header(answer, "x-weir-limit"), "key/output_tokens/1m");
    EXPECT_EQ(header(answer, "x-ratelimit-limit-requests"), "100");
    EXPECT_EQ(header(answer, "x-ratelimit-remaining-requests"), "60");
    EXPECT_EQ(header(answer, "x-ratelimit-reset-requests"), "1m0s");
    EXPECT_EQ(header(answer, "x-ratelimit-limit-output-tokens"), "30000");
    EXPECT_EQ(header(answer, "x-ratelimit-remaining-output-tokens"), "0");
    EXPECT_EQ(header(answer, "x-ratelimit-reset-output-tokens"), "6m0s");
    EXPECT_EQ(header(answer, "x-ratelimit-limit-tokens"), "(none)");
    EXPECT_EQ(header(answer, "x-should-retry"), "(none)");
}

TEST(DialectTest, AnthropicRefusal) {
    const Answer answer = refusal_answer(Dialect::anthropic, output_refusal());
    EXPECT_EQ(answer.status, 429);
    const auto body = nlohmann::json::parse(answer.body);
    EXPECT_EQ(body["type"], "error");
    EXPECT_EQ(body["error"]["type"], "rate_limit_error");
    EXPECT_THAT(body["error"]["message"].get<std::string>(), HasSubstr("Please try again in 1.78s."));
    EXPECT_EQ(body["request_id"], "req_1");
    EXPECT_EQ(header(answer, "request-id"), "req_1");
    EXPECT_EQ(header(answer, "retry-after"), "2");
    EXPECT_EQ(header(answer, "retry-after-ms"), "(none)");
    EXPECT_EQ(header(answer, "anthropic-ratelimit-requests-limit"), "100");
    EXPECT_EQ(header(answer, "anthropic-ratelimit-requests-remaining"), "60");
    EXPECT_EQ(header(answer, "anthropic-ratelimit-requests-reset"), "2026-01-01T00:01:00Z");
    EXPECT_EQ(header(answer, "anthropic-ratelimit-output-tokens-reset"), "2026-01-01T00:06:00Z");
    EXPECT_EQ(header(answer, "x-ratelimit-limit-requests"), "(none)");
}

TEST(DialectTest, RetryHeadersAreClampedAndRoundedUp) {
    struct Row {
        std::int64_t retry_after_us, spread_us;
        std::string seconds, milliseconds;
    };
    for (const Row& row :
         {Row{0, 0, "1", "1"}, Row{1, 0, "1", "1"}, Row{1'000, 0, "1", "1"}, Row{1'001, 0, "1", "2"},
          Row{1'000'000, 0, "1", "1000"}, Row{1'000'001, 0, "2", "1001"}, Row{59'000'000, 0, "59", "59000"},
          Row{59'500'000, 0, "59", "59500"}, Row{60'000'000, 0, "59", "59999"},
          Row{86'400'000'000, 8'640'000'000, "59", "59999"}, Row{10'000'000, 1'000'000, "11", "11000"}}) {
        RefusalContext context = output_refusal();
        context.refusal.retry_after_us = row.retry_after_us;
        context.spread_us = row.spread_us;
        const Answer answer = refusal_answer(Dialect::openai, context);
        EXPECT_EQ(header(answer, "retry-after"), row.seconds) << row.retry_after_us;
        EXPECT_EQ(header(answer, "retry-after-ms"), row.milliseconds) << row.retry_after_us;
    }
}

TEST(DialectTest, TheSpreadLeavesTheMessageExact) {
    RefusalContext context = output_refusal();
    context.spread_us = 150'000;
    const Answer answer = refusal_answer(Dialect::openai, context);
    EXPECT_EQ(header(answer, "retry-after-ms"), "1930");
    EXPECT_THAT(answer.body, HasSubstr("try again in 1.78s."));
    EXPECT_EQ(header(answer, "x-ratelimit-reset-output-tokens"), "6m0s");
}

TEST(DialectTest, DimensionsAndWindowsInWords) {
    const auto message = [](Dimension dimension, std::int64_t window_s) {
        RefusalContext context = output_refusal();
        context.refusal.dimension = dimension;
        context.window_us = window_s * 1'000'000;
        return nlohmann::json::parse(refusal_answer(Dialect::openai, context).body)["error"];
    };
    EXPECT_THAT(message(Dimension::requests, 60)["message"], HasSubstr("on requests per min (RPM): Limit"));
    EXPECT_THAT(message(Dimension::input_tokens, 60)["message"],
                HasSubstr("on input tokens per min (ITPM): Limit"));
    EXPECT_THAT(message(Dimension::total_tokens, 60)["message"], HasSubstr("on tokens per min (TPM): Limit"));
    EXPECT_THAT(message(Dimension::requests, 86'400)["message"], HasSubstr("on requests per day: Limit"));
    EXPECT_THAT(message(Dimension::requests, 3'600)["message"], HasSubstr("on requests per hour: Limit"));
    EXPECT_THAT(message(Dimension::requests, 7)["message"], HasSubstr("on requests per 7 s: Limit"));
    EXPECT_THAT(message(Dimension::requests, 1)["message"], HasSubstr("on requests per second: Limit"));
    EXPECT_THAT(message(Dimension::requests, 2'678'400)["message"],
                HasSubstr("on requests per 31 days: Limit"));
    EXPECT_EQ(message(Dimension::requests, 60)["type"], "requests");
    EXPECT_EQ(message(Dimension::input_tokens, 60)["type"], "tokens");
    EXPECT_EQ(message(Dimension::total_tokens, 60)["type"], "tokens");
}

TEST(DialectTest, WhatNeverFitsIsTooLargeAndNotToBeRetried) {
    RefusalContext context = output_refusal();
    context.verdict = Verdict::never_fits;
    context.refusal.requested = 40'000;
    context.refusal.retry_after_us = 0;
    const Answer answer = refusal_answer(Dialect::openai, context);
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(header(answer, "x-should-retry"), "false");
    EXPECT_EQ(header(answer, "retry-after"), "(none)");
    EXPECT_EQ(header(answer, "retry-after-ms"), "(none)");
    EXPECT_EQ(header(answer, "x-weir-limit"), "key/output_tokens/1m");
    const auto error = nlohmann::json::parse(answer.body)["error"];
    EXPECT_EQ(error["type"], "invalid_request_error");
    EXPECT_EQ(error["code"], "request_too_large");
    EXPECT_THAT(error["message"], HasSubstr("Limit 30000, Requested 40000."));
    const Answer theirs = refusal_answer(Dialect::anthropic, context);
    EXPECT_EQ(theirs.status, 413);
    EXPECT_EQ(header(theirs, "x-should-retry"), "false");
    EXPECT_EQ(nlohmann::json::parse(theirs.body)["error"]["type"], "request_too_large");
}

TEST(DialectTest, BlockedIsForbidden) {
    RefusalContext context = output_refusal();
    context.verdict = Verdict::blocked;
    context.scope = Scope::key_on_model;
    context.refusal.limit = 0;
    const Answer answer = refusal_answer(Dialect::openai, context);
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(nlohmann::json::parse(answer.body)["error"]["code"], "permission_denied");
    EXPECT_EQ(header(answer, "x-weir-limit"), "model/output_tokens/1m");
    EXPECT_EQ(header(answer, "retry-after"), "(none)");
    const Answer theirs = refusal_answer(Dialect::anthropic, context);
    EXPECT_EQ(nlohmann::json::parse(theirs.body)["error"]["type"], "permission_error");
}

TEST(DialectTest, NoRefusalHasTheWordsOnWhichClientsGiveUp) {
    for (const Verdict verdict : {Verdict::refused, Verdict::never_fits, Verdict::blocked}) {
        for (const Dimension dimension : all_dimensions) {
            for (const Dialect dialect : {Dialect::openai, Dialect::anthropic}) {
                RefusalContext context = output_refusal();
                context.verdict = verdict;
                context.refusal.dimension = dimension;
                const std::string body = refusal_answer(dialect, context).body;
                for (const char* word : {"quota", "billing", "will reset at"})
                    EXPECT_THAT(body, Not(HasSubstr(word)));
            }
        }
    }
}

TEST(DialectTest, ModelNamesAreEscaped) {
    RefusalContext context = output_refusal();
    context.model = "a\"b\\c\n\x01</script>";
    const auto error = nlohmann::json::parse(refusal_answer(Dialect::openai, context).body)["error"];
    EXPECT_THAT(error["message"], HasSubstr("for a\"b\\c\n\x01</script> on"));
    context.model = "";
    EXPECT_THAT(refusal_answer(Dialect::openai, context).body,
                HasSubstr("Rate limit reached on output tokens"));
}

TEST(DialectTest, Errors) {
    const ErrorDescription error{400, "invalid_request_error", "Bad.", "messages[0]", "bad"};
    EXPECT_EQ(
        error_answer(Dialect::openai, error, "r").body,
        R"({"error":{"message":"Bad.","type":"invalid_request_error","param":"messages[0]","code":"bad"}})");
    EXPECT_EQ(error_answer(Dialect::anthropic, error, "r").body,
              R"({"type":"error","error":{"type":"invalid_request_error","message":"messages[0]: Bad."},)"
              R"("request_id":"r"})");
    const ErrorDescription bare{502, "server_error", "Broken.", "", ""};
    EXPECT_EQ(
        error_event(Dialect::openai, bare),
        "data: "
        "{\"error\":{\"message\":\"Broken.\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n");
    EXPECT_EQ(error_event(Dialect::anthropic, bare),
              "event: error\ndata: "
              "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"Broken.\"}}\n\n");
}

TEST(DialectTest, AnthropicTypesFollowTheStatus) {
    const std::vector<std::pair<int, std::string>> rows{{400, "invalid_request_error"},
                                                        {401, "authentication_error"},
                                                        {403, "permission_error"},
                                                        {404, "not_found_error"},
                                                        {413, "request_too_large"},
                                                        {429, "rate_limit_error"},
                                                        {503, "overloaded_error"},
                                                        {500, "api_error"},
                                                        {502, "api_error"},
                                                        {504, "api_error"}};
    for (const auto& [status, type] : rows) {
        const auto body =
            nlohmann::json::parse(error_answer(Dialect::anthropic, {status, "x", "m", "", ""}, "r").body);
        EXPECT_EQ(body["error"]["type"], type) << status;
    }
}

TEST(DialectTest, Durations) {
    EXPECT_EQ(go_duration(0), "0s");
    EXPECT_EQ(go_duration(-5), "0s");
    EXPECT_EQ(go_duration(1), "1ms");
    EXPECT_EQ(go_duration(120'000), "120ms");
    EXPECT_EQ(go_duration(999'001), "1s");
    EXPECT_EQ(go_duration(1'780'000), "1.78s");
    EXPECT_EQ(go_duration(1'005'000), "1.005s");
    EXPECT_EQ(go_duration(60'000'000), "1m0s");
    EXPECT_EQ(go_duration(360'000'000), "6m0s");
    EXPECT_EQ(go_duration(90'500'000), "1m30.5s");
    EXPECT_EQ(go_duration(3'600'000'000), "1h0m0s");
    EXPECT_EQ(go_duration(86'461'001'000), "24h1m1.001s");
}

TEST(DialectTest, LimitNames) {
    EXPECT_EQ(limit_name(Scope::group, Dimension::total_tokens, 86'400'000'000), "group/total_tokens/1d");
    EXPECT_EQ(limit_name(Scope::upstream, Dimension::requests, 7'000'000), "upstream/requests/7s");
    EXPECT_EQ(limit_name(Scope::key, Dimension::input_tokens, 3'600'000'000), "key/input_tokens/1h");
    EXPECT_EQ(limit_name(Scope::key, Dimension::input_tokens, 5'400'000'000), "key/input_tokens/90m");
    EXPECT_EQ(limit_name(Scope::key, Dimension::input_tokens, 2'678'400'000'000), "key/input_tokens/31d");
}

TEST(DialectTest, KnowsTheFamiliesThatItReplaces) {
    for (const std::string_view name : {"x-ratelimit-limit-requests", "X-RateLimit-Reset", "ratelimit",
                                        "RateLimit-Policy", "Anthropic-Ratelimit-Tokens-Reset"}) {
        EXPECT_TRUE(is_rate_limit_header(name)) << name;
    }
    for (const std::string_view name : {"retry-after", "x-ratelimi", "", "x-request-id", "ratelimits"}) {
        EXPECT_FALSE(is_rate_limit_header(name)) << name;
    }
}

TEST(DialectTest, UnlimitedDimensionsHaveNoHeaders) {
    HeaderLines headers;
    std::array<std::optional<Level>, dimension_count> tightest;
    tightest[3] = Level{0, Dimension::total_tokens, unlimited, 5, 0};
    append_rate_limit_headers(Dialect::openai, tightest, 0, headers);
    EXPECT_TRUE(headers.empty());
    tightest[3]->limit = 10;
    append_rate_limit_headers(Dialect::openai, tightest, 0, headers);
    EXPECT_EQ(headers,
              "x-ratelimit-limit-tokens: 10\r\n"
              "x-ratelimit-remaining-tokens: 5\r\n"
              "x-ratelimit-reset-tokens: 0s\r\n");
}

}  // namespace
}  // namespace weir::llm
