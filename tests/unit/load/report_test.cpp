// The numbers of reports: JSON as it is documented, tables that line up, a page that holds its data.
#include "load/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "load/table.hpp"
#include "load/text_print.hpp"

namespace {

using namespace weir::load;
using testing::HasSubstr;
using testing::Not;

const std::string secret = "sk-0123456789abcdefghijklmnopqrstuvwxyz";

LoadOptions two_keys() {
    return {.targets = {{"127.0.0.1", "8000"}}, .keys = {"alice", secret}, .duration_s = 2, .rate = 5};
}

Result some_result() {
    Result result{.tally = Tally(2), .started_at_us = 1'700'000'000'000'000, .elapsed_s = 2, .cpu_s = 0.0001};
    Tally& tally = result.tally;
    for (std::uint64_t i = 0; i < 8; ++i) tally.count_sent(i % 2, 0, 0);
    tally.count_answer(0, {.status = 200, .usage = {7, 16}, .duration_us = 1000});
    for (const char* limit : {"key/requests/1m", "key/requests/1d", "group/requests/1m"}) {
        tally.count_answer(
            0, {.status = 429, .refused_by = limit, .has_retry_after = true, .duration_us = 50, .second = 1});
    }
    for (int i = 0; i < 3; ++i) tally.count_answer(1, {.status = 502, .duration_us = 10});
    tally.count_failure(1, 1, "</script>");
    tally.unsent = 2;
    tally.connections = {.opened = 3, .reused = 5, .failed = 0, .left_open = 2};
    return result;
}

nlohmann::json json_of(Detail detail) {
    return nlohmann::json::parse(json_report(two_keys(), some_result(), detail));
}

}  // namespace

TEST(JsonReport, AddsUp) {
    const auto json = json_of(Detail::everything);
    const auto& total = json["total"];
    EXPECT_EQ(total["sent"], 8);
    EXPECT_EQ(total["admitted"].get<int>() + total["refused"].get<int>() + total["other"].get<int>() +
                  total["failed"].get<int>(),
              8);
    EXPECT_EQ(json["percent"]["admitted"], 12.5);
    EXPECT_EQ(json["percent"]["refused"], 37.5);
    EXPECT_EQ(json["percent"]["unsent"], 20);
    EXPECT_EQ(json["per_second"]["answers"], 3.5);
    EXPECT_EQ(json["status"], (nlohmann::json{{"200", 1}, {"429", 3}, {"502", 3}}));
    EXPECT_EQ(json["refused_by"]["group/requests/1m"], 1);
    EXPECT_EQ(json["refused_by_dimension"], (nlohmann::json{{"requests", 3}}));
    EXPECT_EQ(json["refused_by_scope"], (nlohmann::json{{"group", 1}, {"key", 2}}));
    EXPECT_EQ(json["connections"]["reused"], 5);
    EXPECT_EQ(json["started_at"], "2023-11-14T22:13:20Z");
    EXPECT_EQ(json["options"]["rate"], 5);
    EXPECT_EQ(json["generator"]["cpu_us_per_request"], 12.5);
}

TEST(JsonReport, HasTheSeriesOnlyInTheFile) {
    const auto everything = json_of(Detail::everything);
    EXPECT_EQ(everything["latency"]["admitted"]["buckets"].size(), 1U);
    EXPECT_EQ(everything["latency"]["admitted"]["p999_us"], 1000);
    ASSERT_EQ(everything["seconds"].size(), 2U);
    EXPECT_EQ(everything["seconds"][1]["refused"], 3);
    EXPECT_EQ(everything["seconds"][1]["refused_p99_us"], 50);
    const auto summary = json_of(Detail::summary);
    EXPECT_FALSE(summary.contains("seconds"));
    EXPECT_FALSE(summary["latency"]["admitted"].contains("buckets"));
}

TEST(JsonReport, KeysAreSecrets) {
    const auto json = json_of(Detail::summary);
    EXPECT_EQ(json["keys"][0]["key"], "alice");
    EXPECT_EQ(json["keys"][0]["admitted_per_second"], 0.5);
    EXPECT_EQ(json["keys"][1]["key"], "sk-0…wxyz");
    EXPECT_THAT(json.dump(), Not(HasSubstr(secret)));
    EXPECT_THAT(text_report(two_keys(), some_result()), Not(HasSubstr(secret)));
}

TEST(TextReport, HasEveryTable) {
    const std::string text = text_report(two_keys(), some_result());
    for (const char* part :
         {"admitted", "37.50 %", "due, but never sent", "p99.9", "502", "</script>", "alice", "opened",
          "from due to sent", "3 of 3 answers with 429", "12.5 us a request"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
}

TEST(TextReport, SumsADimensionOverItsLimits) {
    EXPECT_THAT(text_report(two_keys(), some_result()),
                HasSubstr("  requests      all                 3  100.00 %\n"));
}

TEST(HtmlReport, HoldsTheReportAndReachesForNothing) {
    const std::string json = json_report(two_keys(), some_result(), Detail::everything);
    const std::string page = html_report(json);
    const std::string begin = R"(id="report">)";
    const std::size_t at = page.find(begin) + begin.size();
    const std::string held = page.substr(at, page.find("</script>", at) - at);
    EXPECT_EQ(nlohmann::json::parse(held), nlohmann::json::parse(json));
    EXPECT_THAT(page, Not(HasSubstr("src=")));
    EXPECT_THAT(page, Not(HasSubstr("href=")));
    EXPECT_THAT(page, Not(HasSubstr("url(")));
}

TEST(LimitName, HasThreeParts) {
    const LimitName name = limit_name_in("key/input_tokens/1m");
    EXPECT_EQ(name.scope, "key");
    EXPECT_EQ(name.dimension, "input_tokens");
    EXPECT_EQ(name.window, "1m");
    EXPECT_EQ(limit_name_in("(not told)").scope, "(not told)");
    EXPECT_TRUE(limit_name_in("a/b").dimension.empty());
}

TEST(Table, LinesUp) {
    Table table{"name", "n"};
    table.add({"…", "1,234"});
    table.add({"longer", "5"});
    EXPECT_EQ(table.text(),
              "  name        n\n"
              "  ─────────────\n"
              "  …       1,234\n"
              "  longer      5\n");
}
