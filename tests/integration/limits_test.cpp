// Limits as a client meets them: refusals in both dialects, headers, refunds, /weir/limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "mock_upstream/mock_upstream.hpp"
#include "support/raw_client.hpp"
#include "support/running_weir.hpp"

namespace weir::testing {
namespace {

using ::testing::HasSubstr;
constexpr std::int64_t minute_us = 60'000'000;

class Limits : public ::testing::Test {
protected:
    Limits() { upstream_.start(); }

    RunningWeir& start(config::LimitSet limits) {
        return start(config_for(upstream_.port(), std::move(limits)));
    }
    RunningWeir& start(config::Config config) {
        weir_.emplace(std::move(config));
        return *weir_;
    }

    RawAnswer ask(const std::string& request) {
        RawClient client(weir_->port());
        client.send(request);
        return client.read_answer();
    }
    RawAnswer chat(std::string_view fields = {}, std::string_view extra = {},
                   std::string_view path = "/v1/chat/completions") {
        return ask(post(path, chat_body(fields), extra));
    }
    /// Used so far, by the limit's name.
    std::map<std::string, std::int64_t> used() {
        std::map<std::string, std::int64_t> levels;
        if (!long_answer_) {
            EXPECT_TRUE(eventually([&] { return weir_->reservations_in_flight() == 0; }));
        }
        const auto answer = nlohmann::json::parse(ask(get("/weir/limits")).body);
        for (const auto& level : answer["limits"]) levels[level["name"]] = level["used"];
        return levels;
    }

    mock::MockUpstream upstream_{{.keep_records = true}};
    std::optional<RunningWeir> weir_;
    bool long_answer_ = false;  ///< one is under way: what is used is looked at meanwhile
};

TEST_F(Limits, RefusesInOpenAisWords) {
    start({{Dimension::requests, 2, minute_us}});
    EXPECT_EQ(chat().headers.at("x-ratelimit-remaining-requests"), "1");
    EXPECT_EQ(chat().headers.at("x-ratelimit-remaining-requests"), "0");
    const RawAnswer refused = chat();
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.headers.at("retry-after"), "59");
    EXPECT_EQ(refused.headers.at("x-weir-limit"), "key/requests/1m");
    EXPECT_TRUE(refused.headers.contains("x-request-id"));
    const auto body = nlohmann::json::parse(refused.body);
    EXPECT_EQ(body["error"]["type"], "requests");
    EXPECT_EQ(body["error"]["code"], "rate_limit_exceeded");
    EXPECT_THAT(body["error"]["message"].get<std::string>(), HasSubstr("Limit 2, Used 2, Requested 1"));
    EXPECT_EQ(upstream_.requests_seen(), 2U);
}

TEST_F(Limits, RefusesInAnthropicsWords) {
    start({{Dimension::requests, 1, minute_us}});
    EXPECT_EQ(
        chat(",\"max_tokens\":5", {}, "/v1/messages").headers.at("anthropic-ratelimit-requests-remaining"),
        "0");
    const RawAnswer refused = chat(",\"max_tokens\":5", {}, "/v1/messages");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(nlohmann::json::parse(refused.body)["error"]["type"], "rate_limit_error");
    EXPECT_TRUE(refused.headers.contains("request-id"));
}

TEST_F(Limits, WhatCanNeverFitIs413AndABlockIs403) {
    start({{Dimension::output_tokens, 100, minute_us}});
    config::Config config = config_for(upstream_.port(), {{Dimension::output_tokens, 100, minute_us}});
    config.tiers["default"].estimate_bound = true;
    weir_.reset();
    start(std::move(config));
    const RawAnswer too_large = chat(",\"max_tokens\":101");
    EXPECT_EQ(too_large.status, 413);
    EXPECT_EQ(too_large.headers.at("x-should-retry"), "false");
    const RawAnswer unbounded = chat();
    EXPECT_EQ(unbounded.status, 400);
    EXPECT_EQ(nlohmann::json::parse(unbounded.body)["error"]["param"], "max_tokens");
    weir_.reset();
    start({{Dimension::requests, 0, minute_us}});
    EXPECT_EQ(chat().status, 403);
    EXPECT_EQ(upstream_.requests_seen(), 0U);
}

TEST_F(Limits, ChargesWhatTheProviderSays) {
    start({{Dimension::requests, 100, minute_us},
           {Dimension::input_tokens, 100'000, minute_us},
           {Dimension::output_tokens, 50'000, minute_us}});
    chat(",\"max_tokens\":7", "x-mock-input-tokens: 321\r\n");
    EXPECT_EQ(used()["key/input_tokens/1m"], 321);
    EXPECT_EQ(used()["key/output_tokens/1m"], 7);
    chat(",\"max_tokens\":7,\"stream\":true", "x-mock-input-tokens: 100\r\n");
    EXPECT_EQ(used()["key/input_tokens/1m"], 421);
    EXPECT_EQ(used()["key/output_tokens/1m"], 14);
    chat(",\"max_tokens\":9", "x-mock-input-tokens: 100\r\n", "/v1/messages");
    EXPECT_EQ(used()["key/output_tokens/1m"], 23);
    EXPECT_EQ(used()["key/requests/1m"], 3);
}

TEST_F(Limits, RefundsAsTheTableSays) {
    start({{Dimension::requests, 100, minute_us},
           {Dimension::input_tokens, 100'000, minute_us},
           {Dimension::output_tokens, 50'000, minute_us}});
    EXPECT_EQ(chat(",\"max_tokens\":7", "x-mock-status: 429\r\nx-mock-retry-after: 3\r\n")
                  .headers.at("retry-after"),
              "3");
    EXPECT_EQ(used()["key/requests/1m"], 1);
    EXPECT_EQ(used()["key/input_tokens/1m"], 0);
    EXPECT_EQ(used()["key/output_tokens/1m"], 0);
    chat(",\"max_tokens\":7", "x-mock-status: 500\r\n");
    const std::int64_t input = used()["key/input_tokens/1m"];
    EXPECT_GT(input, 0);
    EXPECT_EQ(used()["key/output_tokens/1m"], 0);
    chat(",\"max_tokens\":7", "x-mock-omit-usage: 1\r\n");
    EXPECT_EQ(used()["key/input_tokens/1m"], 2 * input);
    EXPECT_EQ(used()["key/output_tokens/1m"], 7);
}

TEST_F(Limits, KeysGroupsModelsAndUpstreamAreLimitedTogether) {
    config::Config config = config_for(upstream_.port(), {{Dimension::requests, 10, minute_us}});
    config.tiers["default"].models.push_back({"gpt-4*", {{Dimension::requests, 1, minute_us}}});
    config.upstreams[0].limits = {{Dimension::requests, 3, minute_us}};
    start(std::move(config));
    EXPECT_EQ(chat().status, 200);
    EXPECT_EQ(chat().headers.at("x-weir-limit"), "model/requests/1m");
    const auto other = [&](std::string_view key) {
        return ask(post("/v1/chat/completions",
                        R"({"model":"o1","messages":[{"role":"user","content":"x"}]})", {}, key));
    };
    EXPECT_EQ(other("a").status, 200);
    EXPECT_EQ(other("b").status, 200);
    EXPECT_EQ(other("c").headers.at("x-weir-limit"), "upstream/requests/1m");
    EXPECT_EQ(used()["upstream/requests/1m"], 3);
}

TEST_F(Limits, UnknownKeysAreRejectedWhereKeysAreRequired) {
    config::Config config = config_for(upstream_.port());
    config.unknown_keys = config::UnknownKeys::reject;
    start(std::move(config));
    const RawAnswer openai = chat();
    EXPECT_EQ(openai.status, 401);
    EXPECT_EQ(nlohmann::json::parse(openai.body)["error"]["code"], "invalid_api_key");
    EXPECT_EQ(nlohmann::json::parse(chat("", "", "/v1/messages").body)["error"]["type"],
              "authentication_error");
    EXPECT_EQ(upstream_.requests_seen(), 0U);
}

TEST_F(Limits, ALongAnswerStaysReservedAndCounted) {
    start({{Dimension::output_tokens, 100, 1'000'000}});
    RawClient slow(weir_->port());
    slow.send(post("/v1/chat/completions", chat_body(",\"max_tokens\":80,\"stream\":true"),
                   "x-mock-tokens: 80\r\nx-mock-chunk-delay-ms: 50\r\n"));
    slow.read_some();
    long_answer_ = true;
    // Four seconds of answer in windows of one: at no time is there room for 80 more.
    int looks = 0;
    while (weir_->reservations_in_flight() == 1) {
        ASSERT_GE(used()["key/output_tokens/1s"], 20) << "after " << looks << " looks";
        ++looks;
    }
    EXPECT_GT(looks, 10);
}

TEST_F(Limits, OneMoreThanMayBeInFlightIsRefusedUntilOneEnds) {
    start({{Dimension::in_flight, 1, in_flight_lease_us}});
    RawClient slow(weir_->port());
    slow.send(post("/v1/chat/completions", chat_body(",\"max_tokens\":80,\"stream\":true"),
                   "x-mock-tokens: 80\r\nx-mock-chunk-delay-ms: 50\r\n"));
    EXPECT_THAT(slow.read_some(), HasSubstr("x-ratelimit-remaining-in-flight: 0\r\n"));
    long_answer_ = true;
    EXPECT_EQ(used(), (std::map<std::string, std::int64_t>{{"key/in_flight", 1}}));
    for (const char* path : {"/v1/chat/completions", "/v1/messages", "/api/chat"}) {
        const RawAnswer refused = chat(",\"max_tokens\":5", {}, path);
        EXPECT_EQ(refused.status, 429) << path;
        EXPECT_EQ(refused.headers.at("x-weir-limit"), "key/in_flight");
        EXPECT_EQ(refused.headers.at("retry-after"), "1");
        EXPECT_THAT(refused.body, HasSubstr("too many requests in flight (1 at once)"));
    }
    EXPECT_EQ(upstream_.requests_seen(), 1U);
    // Whoever leaves makes room at once, though its tokens stay reserved for a while.
    slow.close();
    EXPECT_TRUE(eventually([&] { return chat().status == 200; }, 5'000));
    long_answer_ = false;
    EXPECT_EQ(used()["key/in_flight"], 0);
}

}  // namespace
}  // namespace weir::testing
