// Flag, environment, file, default: each wins over those after it, and says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/sources.hpp"

namespace weir::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t minute_us = 60'000'000;

const std::string file = R"({
    "listen": "10.0.0.1:1", "admin": {"listen": "10.0.0.1:2"}, "store": {"url": "redis://file"}, "threads": 1,
    "upstreams": [{"name": "mine", "url": "http://file", "limits": {"rpm": 3}}], "log": {"level": "debug"}})";
const Texts environment{{"WEIR_LISTEN", "10.0.0.2:1"},        {"WEIR_ADMIN", "10.0.0.2:2"},
                        {"WEIR_STORE", "redis://variable"},   {"WEIR_THREADS", "2"},
                        {"WEIR_UPSTREAM", "http://variable"}, {"WEIR_LOG_LEVEL", "error"}};
const Texts flags{{"listen", "10.0.0.3:1"},
                  {"admin", "10.0.0.3:2"},
                  {"store", "redis://flag"},
                  {"threads", "3"},
                  {"upstream", "http://flag"}};

TEST(Precedence, FileOverDefault) {
    const Outcome outcome = build_from(file);
    EXPECT_EQ(outcome.config.listen.address, "10.0.0.1");
    EXPECT_EQ(outcome.config.upstreams[0].url.host, "file");
    EXPECT_EQ(outcome.config.log_level, "debug");
    EXPECT_EQ(outcome.origins.at("$.listen"), "file");
    EXPECT_EQ(outcome.origins.at("$.upstreams[0].limits.rpm"), "file");
    EXPECT_EQ(outcome.origins.count("$.timeouts_ms.drain"), 0U);
}

TEST(Precedence, EnvironmentOverFile) {
    const Outcome outcome = build_from(file, {.environment = environment});
    EXPECT_THAT(lines_of(outcome.mistakes), IsEmpty());
    EXPECT_EQ(outcome.config.listen.address, "10.0.0.2");
    EXPECT_EQ(outcome.config.admin_listen.address, "10.0.0.2");
    EXPECT_EQ(outcome.config.store.hosts[0].host, "variable");
    EXPECT_EQ(outcome.config.threads, 2);
    EXPECT_EQ(outcome.config.upstreams[0].url.host, "variable");
    EXPECT_EQ(outcome.config.log_level, "error");
    EXPECT_EQ(outcome.origins.at("$.listen"), "environment WEIR_LISTEN");
}

TEST(Precedence, FlagsOverEnvironment) {
    const Outcome outcome = build_from(file, {.environment = environment, .flags = flags});
    EXPECT_THAT(lines_of(outcome.mistakes), IsEmpty());
    EXPECT_EQ(outcome.config.listen.address, "10.0.0.3");
    EXPECT_EQ(outcome.config.admin_listen.address, "10.0.0.3");
    EXPECT_EQ(outcome.config.store.hosts[0].host, "flag");
    EXPECT_EQ(outcome.config.threads, 3);
    EXPECT_EQ(outcome.config.upstreams[0].url.host, "flag");
    EXPECT_EQ(outcome.origins.at("$.store.url"), "flag --store");
    EXPECT_EQ(outcome.origins.at("$.log.level"), "environment WEIR_LOG_LEVEL");
}

TEST(Precedence, AnotherUpstreamKeepsWhatTheFileSaysOfIt) {
    const Outcome outcome = build_from(file, {.flags = {{"upstream", "https://other:8443/base"}}});
    EXPECT_EQ(outcome.config.upstreams[0].name, "mine");
    EXPECT_EQ(outcome.config.upstreams[0].limits.size(), 1U);
    EXPECT_EQ(outcome.config.upstreams[0].url.port, 8443);
    EXPECT_EQ(build_without_file({.flags = {{"upstream", "http://other"}}}).config.upstreams[0].name,
              "upstream");
}

TEST(Precedence, VariablesReplaceLimitsOfTheMinute) {
    const Outcome outcome = build_from(R"({"tiers": {"default": {"limits": {"rpm": 1, "otpm": 7,
        "more": [{"dimension": "requests", "limit": 2, "window": "1d"}]}}}})",
                                       {.environment = {{"RPM_LIMIT", "0"}, {"INPUT_TPM_LIMIT", "5"}}});
    EXPECT_THAT(lines_of(outcome.mistakes), IsEmpty());
    EXPECT_THAT(outcome.config.tiers.at("default").limits,
                ElementsAre(LimitSpec{Dimension::requests, 0, minute_us},
                            LimitSpec{Dimension::requests, 2, 1440 * minute_us},
                            LimitSpec{Dimension::input_tokens, 5, minute_us},
                            LimitSpec{Dimension::output_tokens, 7, minute_us}));
    EXPECT_EQ(outcome.origins.at("$.tiers.default.limits.rpm"), "environment RPM_LIMIT");
    EXPECT_EQ(outcome.origins.at("$.tiers.default.limits.requests/1d"), "file");
    const Outcome output = build_without_file({.environment = {{"OUTPUT_TPM_LIMIT", "9"}}});
    EXPECT_THAT(output.config.tiers.at("default").limits,
                Contains(LimitSpec{Dimension::output_tokens, 9, minute_us}));
}

TEST(Precedence, AVariableSetToNothingIsNotSet) {
    const Outcome outcome = build_from(file, {.environment = {{"WEIR_LISTEN", ""}, {"RPM_LIMIT", ""}}});
    EXPECT_THAT(lines_of(outcome.mistakes), IsEmpty());
    EXPECT_EQ(outcome.config.listen.address, "10.0.0.1");
}

TEST(Precedence, MistakesComeFromEverywhereEvenWhereTheyWouldNotWin) {
    const Outcome outcome =
        build_from(R"({"listen": "x", "threads": -1})",
                   {.environment = {{"WEIR_LISTEN", "y"}, {"RPM_LIMIT", "1e3"}, {"WEIR_LOG_LEVEL", "loud"}},
                    .flags = {{"listen", "127.0.0.1:1"}, {"threads", "four"}, {"upstream", "example.com"}}});
    const std::string endpoint =
        R"(: expected an IP address and a port, such as "127.0.0.1:8000" or "[::1]:8000")";
    EXPECT_THAT(
        lines_of(outcome.mistakes),
        ElementsAre("$.listen" + endpoint, "$.threads: expected an integer from 0 to 1024",
                    "WEIR_LISTEN" + endpoint,
                    R"(WEIR_LOG_LEVEL: expected "trace", "debug", "info", "warning", "error" or "off")",
                    "RPM_LIMIT: expected an integer from 0 to 1000000000000",
                    R"(--upstream: expected a URL that begins with "http://" or "https://")",
                    "--threads: expected an integer from 0 to 1024"));
}

TEST(Precedence, WithoutReadersNothingIsRead) {
    Sources sources;
    sources.file_text = R"({"upstreams": [{"name": "u", "url": "http://u", "api_key_file": "/k"}]})";
    EXPECT_THAT(lines_of(build_config(sources).mistakes),
                ElementsAre("$.upstreams[0].api_key_file: expected the path of a file that can be read: "
                            "files are not read here"));
}

}  // namespace
}  // namespace weir::config
