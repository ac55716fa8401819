// Refusals by a limit, to the letter.
#include "llm/dialect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
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

constexpr std::array all_dialects{Dialect::openai, Dialect::anthropic, Dialect::ollama, Dialect::gemini};

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

TEST(Refusal, OpenAiRefusal) {
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

TEST(Refusal, AnthropicRefusal) {
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

TEST(Refusal, RetryHeadersAreClampedAndRoundedUp) {
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

TEST(Refusal, TheSpreadLeavesTheMessageExact) {
    RefusalContext context = output_refusal();
    context.spread_us = 150'000;
    const Answer answer = refusal_answer(Dialect::openai, context);
    EXPECT_EQ(header(answer, "retry-after-ms"), "1930");
    EXPECT_THAT(answer.body, HasSubstr("try again in 1.78s."));
    EXPECT_EQ(header(answer, "x-ratelimit-reset-output-tokens"), "6m0s");
}

TEST(Refusal, DimensionsAndWindowsInWords) {
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

TEST(Refusal, WhatNeverFitsIsTooLargeAndNotToBeRetried) {
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

TEST(Refusal, BlockedIsForbidden) {
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

TEST(Refusal, NoRefusalHasTheWordsOnWhichClientsGiveUp) {
    for (const Verdict verdict : {Verdict::refused, Verdict::never_fits, Verdict::blocked}) {
        for (const Dimension dimension : all_dimensions) {
            for (const Dialect dialect : all_dialects) {
                RefusalContext context = output_refusal();
                context.verdict = verdict;
                context.refusal.dimension = dimension;
                const std::string body = refusal_answer(dialect, context).body;
                for (const char* word : {"quota", "billing", "will reset at", "insufficient"})
                    EXPECT_THAT(body, Not(HasSubstr(word)));
            }
        }
    }
}

TEST(Refusal, ModelNamesAreEscaped) {
    RefusalContext context = output_refusal();
    context.model = "a\"b\\c\n\x01</script>";
    const auto error = nlohmann::json::parse(refusal_answer(Dialect::openai, context).body)["error"];
    EXPECT_THAT(error["message"], HasSubstr("for a\"b\\c\n\x01</script> on"));
    context.model = "";
    EXPECT_THAT(refusal_answer(Dialect::openai, context).body,
                HasSubstr("Rate limit reached on output tokens"));
}

TEST(Refusal, ASharedLimitNamesItsOwner) {
    RefusalContext context = output_refusal();
    context.scope = Scope::group;
    context.owner = "team";
    EXPECT_THAT(
        refusal_answer(Dialect::openai, context).body,
        HasSubstr("Rate limit reached for group team on output tokens per min (OTPM): Limit 30000, Used"));
    context.verdict = Verdict::never_fits;
    EXPECT_THAT(refusal_answer(Dialect::anthropic, context).body,
                HasSubstr("This request is too large for group team on output tokens"));
    context.verdict = Verdict::refused;
    context.scope = Scope::upstream;
    context.owner = "openai";
    EXPECT_THAT(refusal_answer(Dialect::openai, context).body,
                HasSubstr("Rate limit reached for upstream openai on output tokens"));
    context.scope = Scope::key_on_model;
    EXPECT_THAT(refusal_answer(Dialect::openai, context).body, HasSubstr("reached for gpt-4o on output"));
}

TEST(Refusal, AWaitAboveAMinuteIsNotWorthRetrying) {
    struct Row {
        std::int64_t retry_after_us;
        std::string should_retry;
    };
    // A window of a minute may take a 120th longer: that is still a minute's wait.
    for (const Row& row :
         {Row{1'000'000, "(none)"}, Row{60'000'000, "(none)"}, Row{60'500'000, "(none)"},
          Row{60'500'001, "false"}, Row{120'000'000, "false"}, Row{87'060'000'000, "false"}}) {
        for (const Dialect dialect : all_dialects) {
            RefusalContext context = output_refusal();
            context.refusal.retry_after_us = row.retry_after_us;
            context.window_us = 86'400'000'000;
            context.spread_us = row.retry_after_us / 10;
            const Answer answer = refusal_answer(dialect, context);
            EXPECT_EQ(answer.status, 429);
            EXPECT_EQ(header(answer, "x-should-retry"), row.should_retry) << row.retry_after_us;
            EXPECT_NE(header(answer, "retry-after"), "(none)");
        }
    }
    RefusalContext context = output_refusal();
    context.refusal.retry_after_us = 87'060'000'000;
    const Answer answer = refusal_answer(Dialect::openai, context);
    EXPECT_EQ(header(answer, "retry-after"), "59");
    EXPECT_THAT(answer.body, HasSubstr("Please try again in 24h11m0s."));
}

TEST(Refusal, OllamaClientsReadTheErrorAsAText) {
    const Answer answer = refusal_answer(Dialect::ollama, output_refusal());
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(header(answer, "content-type"), "application/json");
    EXPECT_EQ(answer.body,
              R"({"error":"Rate limit reached for gpt-4o on output tokens per min (OTPM): Limit 30000, )"
              R"(Used 29000, Requested 2000. Please try again in 1.78s."})");
    EXPECT_EQ(header(answer, "retry-after"), "2");
    EXPECT_EQ(header(answer, "retry-after-ms"), "1780");
    EXPECT_EQ(header(answer, "x-ratelimit-limit-requests"), "100");
}

TEST(Refusal, GoogleClientsReadTheWaitFromTheDetails) {
    const Answer answer = refusal_answer(Dialect::gemini, output_refusal());
    EXPECT_EQ(answer.status, 429);
    const auto error = nlohmann::json::parse(answer.body)["error"];
    EXPECT_EQ(error["code"], 429);
    EXPECT_EQ(error["status"], "RESOURCE_EXHAUSTED");
    EXPECT_THAT(error["message"], HasSubstr("Please try again in 1.78s."));
    ASSERT_EQ(error["details"].size(), 1U);
    EXPECT_EQ(error["details"][0]["@type"], "type.googleapis.com/google.rpc.RetryInfo");
    EXPECT_EQ(error["details"][0]["retryDelay"], "1.780s");
    EXPECT_EQ(header(answer, "retry-after-ms"), "1780");
    RefusalContext context = output_refusal();
    context.refusal.retry_after_us = 87'060'000'001;
    EXPECT_EQ(nlohmann::json::parse(
                  refusal_answer(Dialect::gemini, context).body)["error"]["details"][0]["retryDelay"],
              "87060.001s");
    context.verdict = Verdict::never_fits;
    const auto too_large = nlohmann::json::parse(refusal_answer(Dialect::gemini, context).body)["error"];
    EXPECT_EQ(too_large["code"], 413);
    EXPECT_EQ(too_large["status"], "INVALID_ARGUMENT");
    EXPECT_FALSE(too_large.contains("details"));
}

TEST(Refusal, BlockedSaysWhatTheKeyMayNotDo) {
    const auto message = [](Scope scope, std::string_view owner, std::string_view model,
                            Dimension dimension) {
        RefusalContext context = output_refusal();
        context.verdict = Verdict::blocked;
        context.scope = scope;
        context.owner = owner;
        context.model = model;
        context.refusal.dimension = dimension;
        return nlohmann::json::parse(refusal_answer(Dialect::openai, context).body)["error"]["message"]
            .get<std::string>();
    };
    EXPECT_EQ(message(Scope::key_on_model, "", "o1", Dimension::requests), "This key may not use model o1.");
    EXPECT_EQ(message(Scope::key_on_model, "", "o1", Dimension::output_tokens),
              "This key may not use model o1.");
    EXPECT_EQ(message(Scope::key, "", "", Dimension::requests), "This key may not send requests.");
    EXPECT_EQ(message(Scope::key, "", "o1", Dimension::output_tokens),
              "This key may not use model o1: it is allowed no output tokens.");
    EXPECT_EQ(message(Scope::group, "team", "o1", Dimension::requests),
              "This key may not use model o1: group team is allowed no requests.");
    EXPECT_EQ(message(Scope::upstream, "openai", "", Dimension::total_tokens),
              "This key may not send requests: upstream openai is allowed no tokens.");
}

TEST(Refusal, TooManyRequestsInFlight) {
    RefusalContext context = output_refusal();
    context.refusal = {.ledger_index = 1,
                       .dimension = Dimension::in_flight,
                       .limit = 8,
                       .used = 8,
                       .requested = 1,
                       .retry_after_us = in_flight_retry_us};
    context.scope = Scope::upstream;
    context.owner = "vllm";
    context.tightest[4] = Level{1, Dimension::in_flight, 8, 8, 0};
    for (const Dialect dialect : all_dialects) {
        const Answer answer = refusal_answer(dialect, context);
        EXPECT_EQ(answer.status, 429);
        EXPECT_THAT(answer.body,
                    HasSubstr("Rate limit reached for upstream vllm: too many requests in flight "
                              "(8 at once), Used 8, Requested 1. Please try again in 1s."));
        EXPECT_EQ(header(answer, "retry-after"), "1");
        EXPECT_EQ(header(answer, "x-weir-limit"), "upstream/in_flight");
        EXPECT_EQ(header(answer, "x-should-retry"), "(none)");
    }
    const Answer openai = refusal_answer(Dialect::openai, context);
    EXPECT_EQ(header(openai, "retry-after-ms"), "1000");
    EXPECT_EQ(header(openai, "x-ratelimit-limit-in-flight"), "8");
    EXPECT_EQ(header(openai, "x-ratelimit-remaining-in-flight"), "0");
    EXPECT_EQ(header(openai, "x-ratelimit-reset-in-flight"), "(none)");
    EXPECT_EQ(nlohmann::json::parse(openai.body)["error"]["type"], "requests");
    const Answer anthropic = refusal_answer(Dialect::anthropic, context);
    EXPECT_EQ(header(anthropic, "anthropic-ratelimit-in-flight-limit"), "8");
    EXPECT_EQ(header(anthropic, "anthropic-ratelimit-in-flight-remaining"), "0");
}

}  // namespace
}  // namespace weir::llm
