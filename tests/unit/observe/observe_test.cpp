// The row that a request leaves behind, and what the process itself has to say.
#include <gtest/gtest.h>

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "observe/access_log.hpp"
#include "observe/log.hpp"
#include "observe/text_row.hpp"

namespace weir::observe {
namespace {

RequestRecord record() {
    RequestRecord row;
    row.request_id = "req_1";
    row.key_id = "web";
    row.model = "gpt-4o";
    row.method = "POST";
    row.path = "/v1/chat/completions";
    row.status = 429;
    row.outcome = Outcome::refused;
    row.client_address = "192.0.2.7";
    row.refused_by = RefusedBy{.scope = Scope::group,
                               .dimension = Dimension::output_tokens,
                               .name = "group/output_tokens/1m",
                               .limit = 100,
                               .used = 90,
                               .requested = 20,
                               .retry_after_us = 1'500'000};
    row.estimated = {1, 10, 20};
    row.received_at_us = 5;
    row.decided_at_us = 6;
    row.added_us = 70;
    row.store_mode = "memory";
    return row;
}

TEST(AccessLog, NamesTheLimitsInShadowModeThatWouldHaveRefused) {
    RequestRecord row = record();
    EXPECT_FALSE(nlohmann::json::parse(format_record(row)).contains("shadow"));
    row.shadowed_by.resize(2);
    row.shadowed_by[0].name = "key/output_tokens/1m";
    row.shadowed_by[1].name = "group/requests/1d";
    EXPECT_EQ(nlohmann::json::parse(format_record(row))["shadow"],
              (nlohmann::json{"key/output_tokens/1m", "group/requests/1d"}));
}

TEST(Log, ItsLevelCanBeChanged) {
    set_up_log("info", true);
    EXPECT_FALSE(spdlog::should_log(spdlog::level::debug));
    set_log_level("debug");
    EXPECT_TRUE(spdlog::should_log(spdlog::level::debug));
    set_log_level("error");
    EXPECT_FALSE(spdlog::should_log(spdlog::level::warn));
}

TEST(AccessLog, ALineIsOneJsonObject) {
    const auto line = nlohmann::json::parse(format_record(record()));
    EXPECT_EQ(line["key"], "web");
    EXPECT_EQ(line["outcome"], "refused");
    EXPECT_EQ(line["refused_by"], "group/output_tokens/1m");
    EXPECT_EQ(line["estimated"]["output"], 20);
    EXPECT_EQ(line["limit"], 100);
    EXPECT_EQ(line["used"], 90);
    EXPECT_EQ(line["requested"], 20);
    EXPECT_EQ(line["retry_after_us"], 1'500'000);
    EXPECT_EQ(line["client"], "192.0.2.7");
    EXPECT_EQ(line["time"], "1970-01-01T00:00:00.000005Z");
    EXPECT_EQ(line["received_at_us"], 5);
    EXPECT_EQ(line["decided_at_us"], 6);
    EXPECT_FALSE(line.contains("actual"));
    EXPECT_EQ(line["store_mode"], "memory");
}

TEST(AccessLog, NamesLimitsInShadowModeAndCachedInput) {
    RequestRecord row = record();
    row.shadowed_by = {{.name = "key/requests/1m"}, {.name = "group/output_tokens/1d"}};
    row.cached_input_tokens = 7;
    const auto line = nlohmann::json::parse(format_record(row));
    EXPECT_EQ(line["shadow"], (nlohmann::json{"key/requests/1m", "group/output_tokens/1d"}));
    EXPECT_EQ(line["cached_input"], 7);
}

TEST(AccessLog, AnAdmittedRequestHasNoLimit) {
    RequestRecord row = record();
    row.refused_by.reset();
    const auto line = nlohmann::json::parse(format_record(row));
    EXPECT_FALSE(line.contains("refused_by"));
    EXPECT_FALSE(line.contains("limit"));
}

TEST(Log, LinesBeginWithATimeThatPeopleRead) {
    for (const bool json : {true, false}) {
        set_up_log("info", json);
        testing::internal::CaptureStderr();
        spdlog::warn("it \"broke\"");
        flush_log();
        const std::string line = testing::internal::GetCapturedStderr();
        const std::string time = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z";
        const std::regex expected(json ? R"(\{"time":")" + time +
                                             R"(","level":"warning","message":"it \\"broke\\""\}\n)"
                                       : time + " warning it \"broke\"\n");
        EXPECT_TRUE(std::regex_match(line, expected)) << line;
    }
}

TEST(Log, EveryMessageIsValidJson) {
    set_up_log("info", true);
    std::string message;
    for (int byte = 1; byte < 256; ++byte) message += static_cast<char>(byte);
    message += "h\xc3\xa9llo \xe2\x86\x92 \xf0\x9f\x98\x80 \xed\xa0\x80 \xc0\xaf";
    testing::internal::CaptureStderr();
    spdlog::info("{}", message);
    spdlog::info("");
    flush_log();
    std::istringstream lines(testing::internal::GetCapturedStderr());
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_TRUE(nlohmann::json::parse(line)["message"].get<std::string>().ends_with(
        "h\xc3\xa9llo \xe2\x86\x92 \xf0\x9f\x98\x80 ??? ??"));
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_EQ(nlohmann::json::parse(line)["message"], "");
    EXPECT_FALSE(std::getline(lines, line));
}

TEST(Log, ALineAboutARequestCarriesItsId) {
    set_up_log("info", true);
    testing::internal::CaptureStderr();
    log_of_request(LogLevel::warning, "req_\"1", "upstream is gone {}");
    spdlog::info("something else");
    flush_log();
    std::istringstream lines(testing::internal::GetCapturedStderr());
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(nlohmann::json::parse(line)["request_id"], "req_\"1");
    EXPECT_EQ(nlohmann::json::parse(line)["message"], "upstream is gone {}");
    EXPECT_EQ(nlohmann::json::parse(line)["level"], "warning");
    std::getline(lines, line);
    EXPECT_FALSE(nlohmann::json::parse(line).contains("request_id"));
    set_up_log("info", false);
    testing::internal::CaptureStderr();
    log_of_request(LogLevel::error, "req_1", "upstream is gone");
    flush_log();
    EXPECT_TRUE(testing::internal::GetCapturedStderr().ends_with(" error request req_1: upstream is gone\n"));
}

TEST(TextRow, IsOneAlignedLine) {
    RequestRecord refused = record();
    RequestRecord served = record();
    served.refused_by.reset();
    served.outcome = Outcome::served;
    served.status = 200;
    served.actual = Usage{.input_tokens = 12, .output_tokens = 5};
    served.duration_us = 812'300;
    EXPECT_EQ(format_text_row(refused),
              "1970-01-01T00:00:00.000005Z 429 web              gpt-4o               in 10→-          out "
              "20→-              0.0 ms, weir   0.1 ms  refused by group/output_tokens/1m  req_1");
    EXPECT_EQ(format_text_row(served),
              "1970-01-01T00:00:00.000005Z 200 web              gpt-4o               in 10→12         out "
              "20→5            812.3 ms, weir   0.1 ms  req_1");
    served.model = "\x1b[31m";
    EXPECT_EQ(format_text_row(served).find('\x1b'), std::string::npos);
}

TEST(AccessLog, WhatClientsNameCannotBreakALine) {
    RequestRecord row = record();
    row.model = "a\"b\\c\n\x01\xff";
    row.path = "/\"";
    const auto line = nlohmann::json::parse(format_record(row));
    EXPECT_EQ(line["model"], "a\"b\\c\n\x01?");
}

}  // namespace
}  // namespace weir::observe
