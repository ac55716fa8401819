// Grouping, JSON and CSV of usage, row by row.
#include "usage/totals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace weir::usage {
namespace {

using ::testing::HasSubstr;

Amounts some(std::int64_t requests, std::int64_t input = 0) {
    return {.requests = requests, .admitted = requests, .input_tokens = input};
}

TEST(Sums, StayAtTheEndOfWhatFits) {
    Amounts sum{.input_tokens = std::numeric_limits<std::int64_t>::max() - 1};
    sum += {.requests = 1, .input_tokens = 5};
    EXPECT_EQ(sum.input_tokens, std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(sum.requests, 1);
    sum -= {.requests = 1};
    EXPECT_EQ(sum.requests, 0);
}

const std::vector<Row> four{{2, "b", "m", some(1, 10)},
                            {1, "b", "n", some(2, 20)},
                            {1, "a", "m", some(4, 40)},
                            {2, "b", "m", some(8, 80)}};

std::string names_and_requests(Grouping by) {
    std::string text;
    for (const Row& row : group(four, by)) {
        text +=
            std::to_string(row.day) + row.key + row.model + "=" + std::to_string(row.amounts.requests) + " ";
    }
    return text;
}

TEST(Grouping, SumsWhatHasTheSameName) {
    EXPECT_EQ(names_and_requests({}), "1am=4 1bn=2 2bm=9 ");
    EXPECT_EQ(names_and_requests({.key = true, .model = false, .day = false}), "0a=4 0b=11 ");
    EXPECT_EQ(names_and_requests({.key = false, .model = true, .day = false}), "0m=13 0n=2 ");
    EXPECT_EQ(names_and_requests({.key = false, .model = false, .day = true}), "1=6 2=9 ");
    EXPECT_EQ(names_and_requests({.key = false, .model = false, .day = false}), "0=15 ");
    EXPECT_EQ(group(four, {}).back().amounts.input_tokens, 90);
    EXPECT_TRUE(group({}, {}).empty());
}

TEST(Json, HasTheMembersOfTheGroupingAndATotal) {
    const Grouping by{.key = true, .model = false, .day = false};
    const auto json = nlohmann::json::parse(totals_json(group(four, by), by, 0, 1));
    EXPECT_EQ(json["from"], "1970-01-01");
    EXPECT_EQ(json["to"], "1970-01-02");
    ASSERT_EQ(json["rows"].size(), 2U);
    EXPECT_EQ(json["rows"][1], nlohmann::json::parse(R"({"key":"b","requests":11,"admitted":11,"refused":0,
        "input_tokens":110,"cached_input_tokens":0,"output_tokens":0})"));
    EXPECT_EQ(json["total"]["requests"], 15);
    EXPECT_EQ(json["total"]["input_tokens"], 150);
    EXPECT_EQ(json["total"].size(), 6U);
}

TEST(Json, OfNothingIsWhole) {
    const auto json = nlohmann::json::parse(totals_json({}, {}, 0, 0));
    EXPECT_TRUE(json["rows"].empty());
    EXPECT_EQ(json["total"]["requests"], 0);
}

TEST(Json, TakesAnyName) {
    const std::vector<Row> rows{{0, "a\"b\\c", "gpt\n\xff\xf0\x9f\x98\x80 \xc3\xa9", some(1)}};
    const auto json = nlohmann::json::parse(totals_json(rows, {}, 0, 0));
    EXPECT_EQ(json["rows"][0]["key"], "a\"b\\c");
    EXPECT_EQ(json["rows"][0]["model"], "gpt??\xf0\x9f\x98\x80 \xc3\xa9");
}

TEST(Csv, HasTheColumnsOfTheGrouping) {
    EXPECT_EQ(totals_csv(group(four, {}), {}),
              "day,key,model,requests,admitted,refused,input_tokens,cached_input_tokens,output_tokens\r\n"
              "1970-01-02,a,m,4,4,0,40,0,0\r\n"
              "1970-01-02,b,n,2,2,0,20,0,0\r\n"
              "1970-01-03,b,m,9,9,0,90,0,0\r\n");
    const Grouping by{.key = false, .model = true, .day = false};
    EXPECT_THAT(totals_csv(group(four, by), by), HasSubstr("\r\nm,13,13,0,130,0,0\r\nn,2,"));
}

/// The model's field of a row.
std::string field_of(const std::string& model) {
    const Grouping by{.key = false, .model = true, .day = false};
    const std::string text = totals_csv({{0, "", model, {}}}, by);
    const std::size_t begin = text.find("\r\n") + 2;
    const std::string ending = ",0,0,0,0,0,0\r\n";
    EXPECT_TRUE(text.ends_with(ending)) << text;
    return text.substr(begin, text.size() - ending.size() - begin);
}

TEST(Csv, QuotesWhatWouldBreakACell) {
    EXPECT_EQ(field_of("gpt-4o"), "gpt-4o");
    EXPECT_EQ(field_of(""), "");
    EXPECT_EQ(field_of("a,b"), "\"a,b\"");
    EXPECT_EQ(field_of("a\"b"), "\"a\"\"b\"");
    EXPECT_EQ(field_of("a;b"), "\"a;b\"");
    EXPECT_EQ(field_of("a\nb"), "\"a\nb\"");
}

TEST(Csv, DisarmsFormulas) {
    EXPECT_EQ(field_of("=1+1"), "\"'=1+1\"");
    EXPECT_EQ(field_of("+1"), "\"'+1\"");
    EXPECT_EQ(field_of("-1"), "\"'-1\"");
    EXPECT_EQ(field_of("@SUM(A1)"), "\"'@SUM(A1)\"");
    EXPECT_EQ(field_of("  =1"), "\"'  =1\"");
    EXPECT_EQ(field_of("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
    EXPECT_EQ(field_of("\xef\xbc\x9d"
                       "1"),
              "\"'\xef\xbc\x9d"
              "1\"");
    EXPECT_EQ(field_of("gpt=4"), "gpt=4");
}

}  // namespace
}  // namespace weir::usage
