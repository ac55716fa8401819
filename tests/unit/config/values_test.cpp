// What a right document says, and what holds where it says nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/sources.hpp"

namespace weir::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t day_us = 86'400'000'000;

Config read(const std::string& json, const Given& given = {}) {
    Outcome outcome = build_from(json, given);
    EXPECT_THAT(lines_of(outcome.mistakes), IsEmpty());
    return std::move(outcome.config);
}

TEST(Values, WithoutAFile) {
    const Outcome outcome = build_without_file();
    EXPECT_THAT(lines_of(outcome.mistakes), IsEmpty());
    const Config& config = outcome.config;
    EXPECT_EQ(config.listen, (Endpoint{"127.0.0.1", 8000}));
    EXPECT_EQ(config.admin_listen, (Endpoint{"127.0.0.1", 9180}));
    EXPECT_EQ(config.store.kind, StoreKind::memory);
    ASSERT_EQ(config.upstreams.size(), 1U);
    EXPECT_EQ(config.upstreams[0].name, "openai");
    EXPECT_TRUE(config.upstreams[0].url.tls);
    EXPECT_EQ(config.upstreams[0].url.host, "api.openai.com");
    EXPECT_EQ(config.upstreams[0].url.port, 443);
    EXPECT_THAT(config.tiers.at("default").limits,
                ElementsAre(LimitSpec{Dimension::requests, 10'000, minute_us},
                            LimitSpec{Dimension::input_tokens, 1'000'000, minute_us},
                            LimitSpec{Dimension::output_tokens, 500'000, minute_us}));
    EXPECT_EQ(config.unknown_keys, UnknownKeys::default_tier);
    EXPECT_TRUE(config.log_json);
    EXPECT_EQ(read("{}").tiers.at("default").limits, config.tiers.at("default").limits);
}

TEST(Values, LogIsTextOnATerminalUnlessToldOtherwise) {
    EXPECT_FALSE(build_without_file({.terminal = true}).config.log_json);
    EXPECT_TRUE(build_from(R"({"log": {"format": "json"}})", {.terminal = true}).config.log_json);
    EXPECT_FALSE(build_from(R"({"log": {"format": "text"}})").config.log_json);
    EXPECT_EQ(read(R"({"log": {"level": "warn", "access": false}})").log_level, "warning");
}

TEST(Values, LimitsAreOrderedByDimensionAndWindow) {
    const Config config = read(R"({"tiers": {"default": {"limits": {
        "more": [{"dimension": "requests", "limit": 500, "window": "1d"},
                 {"dimension": "total_tokens", "limit": 7, "window": "31d"},
                 {"dimension": "requests", "limit": 2, "window": "1s"}],
        "tpm": 4, "otpm": 0, "itpm": 1000000000000, "rpm": 20}}}})");
    EXPECT_THAT(config.tiers.at("default").limits,
                ElementsAre(LimitSpec{Dimension::requests, 2, 1'000'000},
                            LimitSpec{Dimension::requests, 20, minute_us},
                            LimitSpec{Dimension::requests, 500, day_us},
                            LimitSpec{Dimension::input_tokens, limit_max, minute_us},
                            LimitSpec{Dimension::output_tokens, 0, minute_us},
                            LimitSpec{Dimension::total_tokens, 4, minute_us},
                            LimitSpec{Dimension::total_tokens, 7, 31 * day_us}));
}

TEST(Values, ATierThatIsGivenIsAsWritten) {
    EXPECT_THAT(read(R"({"tiers": {"default": {}}})").tiers.at("default").limits, IsEmpty());
    const Config config =
        read(R"({"tiers": {"trial": {"models": {"gpt-4o*": {"otpm": 2000}, "o1": {"rpm": 0}},
        "output_default": 0, "reserve": "output_default", "estimate": "bound", "cached_input_weight": 0.25}}})");
    const Tier& tier = config.tiers.at("trial");
    ASSERT_EQ(tier.models.size(), 2U);
    EXPECT_EQ(tier.models[0].pattern, "gpt-4o*");
    EXPECT_THAT(tier.models[0].limits, ElementsAre(LimitSpec{Dimension::output_tokens, 2000, minute_us}));
    EXPECT_EQ(tier.output_default, 0);
    EXPECT_EQ(tier.reserve, Reserve::output_default);
    EXPECT_TRUE(tier.estimate_bound);
    EXPECT_EQ(tier.cached_input_weight, 0.25);
    EXPECT_FALSE(config.tiers.at("default").limits.empty());
    EXPECT_EQ(read(R"({"tiers": {"t": {"reserve": "max_tokens"}}})").tiers.at("t").reserve,
              Reserve::max_tokens);
}

TEST(Values, HowATierReservesWaitsAndGivesWay) {
    const Config config = read(R"({"calibrate": false,
        "tiers": {"batch": {"reserve": "none", "reserve_quantile": 0.5, "ceiling": 0.7, "max_wait_ms": 600000, "weight": 3}},
        "limits_of_weir": {"max_waiting": 7, "max_waiting_per_key": 0, "max_queue_ms": 50},
        "keys": [{"id": "a", "max_wait_ms": 0,
                  "secret_sha256": "0100000000000000000000000000000000000000000000000000000000000000"},
                 {"id": "b", "secret_sha256": "0200000000000000000000000000000000000000000000000000000000000000"}]})");
    EXPECT_FALSE(config.calibrate);
    const Tier& batch = config.tiers.at("batch");
    EXPECT_EQ(batch.reserve, Reserve::none);
    EXPECT_EQ(batch.reserve_quantile, 0.5);
    EXPECT_EQ(batch.ceiling, 0.7);
    EXPECT_EQ(batch.max_wait_ms, 600'000);
    EXPECT_EQ(batch.weight, 3);
    EXPECT_EQ(config.limits_of_weir.max_waiting, 7);
    EXPECT_EQ(config.limits_of_weir.max_waiting_per_key, 0);
    EXPECT_EQ(config.limits_of_weir.max_queue_ms, 50);
    EXPECT_EQ(config.keys[0].max_wait_ms, 0);
    EXPECT_EQ(config.keys[1].max_wait_ms, std::nullopt);
    EXPECT_EQ(config.tiers.at("default").reserve, Reserve::learned);
    EXPECT_EQ(read(R"({"tiers": {"t": {"reserve": "learned"}}})").tiers.at("t").reserve_quantile, 0.9);
}

TEST(Values, KeysReferToWhatComesLater) {
    const Config config = read(R"({
        "keys": [{"id": "web", "tier": "trial", "group": "acme", "limits": {"rpm": 5},
                  "secret_sha256": "00000000000000000000000000000000000000000000000000000000000000Ff"},
                 {"id": "plain", "secret_sha256": "0100000000000000000000000000000000000000000000000000000000000000"}],
        "groups": {"acme": {"limits": {"itpm": 9}}}, "tiers": {"trial": {}}})");
    ASSERT_EQ(config.keys.size(), 2U);
    EXPECT_EQ(config.keys[0].tier, "trial");
    EXPECT_EQ(config.keys[0].group, "acme");
    EXPECT_EQ(config.keys[0].secret_sha256[31], 0xff);
    EXPECT_THAT(config.keys[0].limits, ElementsAre(LimitSpec{Dimension::requests, 5, minute_us}));
    EXPECT_EQ(config.keys[1].tier, "default");
    EXPECT_EQ(config.keys[1].group, "");
    EXPECT_EQ(config.keys[1].secret_sha256[0], 1);
    EXPECT_EQ(config.groups.at("acme").limits.size(), 1U);
}

TEST(Values, KeysTowardTheUpstream) {
    const Config from_variable =
        read(R"({"upstreams": [{"name": "u", "url": "http://10.0.0.1:81/v/", "api_key_env": "K",
        "limits": {"rpm": 1}, "headers": {"X-Team": "a b", "OpenAI-Organization": "org-1"}}]})",
             {.environment = {{"K", "sk-1"}}});
    EXPECT_EQ(from_variable.upstreams[0].api_key, "sk-1");
    EXPECT_EQ(from_variable.upstreams[0].url.base_path, "/v");
    EXPECT_THAT(from_variable.upstreams[0].headers,
                ElementsAre(Pair("X-Team", "a b"), Pair("OpenAI-Organization", "org-1")));
    EXPECT_EQ(from_variable.unknown_keys, UnknownKeys::reject);
    const Config from_file =
        read(R"({"upstreams": [{"name": "u", "url": "http://u", "api_key_file": "/k"}]})",
             {.files = {{"/k", "sk-2\r\n"}}});
    EXPECT_EQ(from_file.upstreams[0].api_key, "sk-2");
}

TEST(Values, AnInjectedKeyIsOpenedToUnknownKeysOnlyWhenThatIsSaid) {
    const Config config = read(R"({"unknown_keys": "default_tier", "allow_unknown_with_injected_key": true,
        "upstreams": [{"name": "u", "url": "http://u", "api_key_env": "K"}]})",
                               {.environment = {{"K", "sk-1"}}});
    EXPECT_EQ(config.unknown_keys, UnknownKeys::default_tier);
    EXPECT_EQ(read(R"({"allow_unknown_with_injected_key": true,
        "upstreams": [{"name": "u", "url": "http://u", "headers": {"api-key": "sk"}}]})")
                  .unknown_keys,
              UnknownKeys::reject);
}

KeyHeader key_header(const std::string& url, const std::string& key, const std::string& more = "") {
    const std::string upstream =
        R"({"upstreams": [{"name": "u", "url": ")" + url + R"(", "api_key_env": "K")";
    return read(upstream + more + "}]}", {.environment = {{"K", key}}}).upstreams[0].key_header;
}

TEST(Values, HowAKeyIsSentFollowsFromTheUpstream) {
    EXPECT_EQ(key_header("https://api.openai.com", "sk-1"), KeyHeader::authorization);
    EXPECT_EQ(key_header("https://API.Anthropic.com", "k"), KeyHeader::x_api_key);
    EXPECT_EQ(key_header("https://mine.openai.azure.com", "k"), KeyHeader::api_key);
    EXPECT_EQ(key_header("https://mine.cognitiveservices.azure.com", "k"), KeyHeader::api_key);
    EXPECT_EQ(key_header("https://mine.services.ai.azure.com/anthropic", "k"), KeyHeader::x_api_key);
    EXPECT_EQ(key_header("https://openai.azure.com.evil.example", "k"), KeyHeader::automatic);
    EXPECT_EQ(key_header("https://generativelanguage.googleapis.com", "k"), KeyHeader::x_goog_api_key);
    EXPECT_EQ(key_header("https://generativelanguage.googleapis.com/v1beta/openai", "k"),
              KeyHeader::authorization);
    EXPECT_EQ(key_header("https://gateway.example/acme/anthropic", "k"), KeyHeader::x_api_key);
    EXPECT_EQ(key_header("http://127.0.0.1:81", "sk-ant-api03-x"), KeyHeader::x_api_key);
    EXPECT_EQ(key_header("http://127.0.0.1:81", "sk-1"), KeyHeader::automatic);
    EXPECT_EQ(key_header("https://api.anthropic.com", "k", R"(, "key_header": "authorization")"),
              KeyHeader::authorization);
    EXPECT_EQ(key_header("http://u", "k", R"(, "key_header": "x-goog-api-key")"), KeyHeader::x_goog_api_key);
    EXPECT_EQ(key_header("https://api.anthropic.com", "k", R"(, "key_header": "auto")"),
              KeyHeader::x_api_key);
    const Given flag{.environment = {}, .flags = {{"upstream", "https://api.anthropic.com"}}};
    EXPECT_EQ(build_without_file(flag).config.upstreams[0].key_header, KeyHeader::x_api_key);
}

TEST(Values, WhetherWeirAsksForUsage) {
    EXPECT_EQ(read(R"({"upstreams": [{"name": "u", "url": "http://u"}]})").upstreams[0].ask_for_usage,
              AskForUsage::automatic);
    EXPECT_EQ(read(R"({"upstreams": [{"name": "u", "url": "http://u", "ask_for_usage": "never"}]})")
                  .upstreams[0]
                  .ask_for_usage,
              AskForUsage::never);
}

TEST(Values, OtherPathsMayBeListed) {
    EXPECT_EQ(read("{}").other_paths, OtherPaths::pass);
    const Config config = read(R"({"other_paths": {"allow": ["/v1/models", "/v1/files*", "/*"]}})");
    EXPECT_EQ(config.other_paths, OtherPaths::reject);
    EXPECT_THAT(config.other_paths_allow, ElementsAre("/v1/models", "/v1/files*", "/*"));
    EXPECT_THAT(read(R"({"other_paths": "reject"})").other_paths_allow, IsEmpty());
}

TEST(Values, OriginsAreAsBrowsersSendThem) {
    EXPECT_THAT(read("{}").cors.allowed_origins, IsEmpty());
    const Config config =
        read(R"({"cors": {"allowed_origins": ["https://App.Example:443", "http://localhost:3000",
        "http://[::1]:80", "app://obsidian.md", "*"], "allowed_headers_more": ["X-Mine"], "max_age_s": 5}})");
    EXPECT_THAT(config.cors.allowed_origins, ElementsAre("https://app.example", "http://localhost:3000",
                                                         "http://[::1]", "app://obsidian.md", "*"));
    EXPECT_THAT(config.cors.allowed_headers_more, ElementsAre("x-mine"));
    EXPECT_EQ(config.cors.max_age_s, 5);
    EXPECT_EQ(read(R"({"cors": {"allowed_origins": ["*"]}})").cors.max_age_s, 600);
    EXPECT_THAT(read(R"({"cors": {"max_age_s": 60}})").cors.allowed_origins, IsEmpty()) << "left out: none";
}

TEST(Values, TheOtherSections) {
    const Config config = read(R"({
        "listen": "[::]:0", "admin": {"listen": "127.0.0.1:1", "token_env": "T"}, "threads": 1024,
        "tls": {"cert_file": "/c", "key_file": "/k"}, "cluster": {"nodes": 4}, "other_paths": "reject",
        "store": {"url": "rediss://:p@r/1", "timeout_ms": 60000, "on_failure": "closed", "max_ledgers": 9},
        "limits_of_weir": {"max_body_bytes": 1, "max_buffered_bytes": 2, "max_header_bytes": 300,
                           "max_header_fields": 4, "max_connections": 5},
        "timeouts_ms": {"header": 1, "body": 2, "idle": 3, "connect": 4, "first_byte": 5, "between_bytes": 6,
                        "write": 7, "drain_delay": 8, "drain": 86400000}})",
                               {.environment = {{"T", "token"}}});
    EXPECT_EQ(config.listen, (Endpoint{"::", 0}));
    ASSERT_EQ(config.admin_tokens.size(), 1U);
    EXPECT_EQ(config.admin_tokens.front().secret, "token");
    EXPECT_EQ(config.threads, 1024);
    EXPECT_EQ(config.tls_key_file, "/k");
    EXPECT_EQ(config.cluster_nodes, 4);
    EXPECT_EQ(config.other_paths, OtherPaths::reject);
    EXPECT_EQ(config.store, parse_store_url("rediss://:p@r/1"));
    EXPECT_TRUE(config.store.tls);
    EXPECT_EQ(config.store_timeout_ms, 60'000);
    EXPECT_EQ(config.on_failure, OnFailure::closed);
    EXPECT_EQ(config.store_max_ledgers, 9);
    EXPECT_EQ(config.limits_of_weir.max_header_fields, 4);
    EXPECT_TRUE(config.limits_of_weir.max_connections_given);
    EXPECT_EQ(config.timeouts.first_byte_ms, 5);
    EXPECT_EQ(config.drain_delay_ms, 8);
    EXPECT_EQ(config.timeouts.drain_ms, 86'400'000);
}

}  // namespace
}  // namespace weir::config
