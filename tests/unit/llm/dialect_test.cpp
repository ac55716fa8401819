// Errors and header families, to the letter.
#include "llm/dialect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace weir::llm {
namespace {

using testing::HasSubstr;

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

TEST(DialectTest, OllamaAndGoogleErrors) {
    const ErrorDescription error{400, "invalid_request_error", "Bad \"x\".", "messages[0]", "bad"};
    EXPECT_EQ(error_answer(Dialect::ollama, error, "r").body, R"({"error":"messages[0]: Bad \"x\"."})");
    EXPECT_EQ(error_answer(Dialect::gemini, error, "r").body,
              R"({"error":{"code":400,"message":"messages[0]: Bad \"x\".","status":"INVALID_ARGUMENT"}})");
    const ErrorDescription bare{502, "server_error", "Broken.", "", ""};
    EXPECT_EQ(error_event(Dialect::ollama, bare), "{\"error\":\"Broken.\"}\n");
    EXPECT_EQ(error_event(Dialect::gemini, bare),
              "data: {\"error\":{\"code\":502,\"message\":\"Broken.\",\"status\":\"UNAVAILABLE\"}}\n\n");
    const std::vector<std::pair<int, std::string>> rows{
        {401, "UNAUTHENTICATED"},  {403, "PERMISSION_DENIED"},  {404, "NOT_FOUND"},
        {413, "INVALID_ARGUMENT"}, {429, "RESOURCE_EXHAUSTED"}, {500, "INTERNAL"},
        {503, "UNAVAILABLE"},      {504, "DEADLINE_EXCEEDED"}};
    for (const auto& [status, name] : rows) {
        const auto body =
            nlohmann::json::parse(error_answer(Dialect::gemini, {status, "x", "m", "", ""}, "").body);
        EXPECT_EQ(body["error"]["status"], name) << status;
        EXPECT_EQ(body["error"]["code"], status);
    }
}

}  // namespace
}  // namespace weir::llm
