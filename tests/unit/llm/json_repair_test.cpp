// What RFC 8259 calls a number or a string is taken, and nothing else, against a regular expression of each.
#include "llm/json_repair.hpp"

#include <gtest/gtest.h>

#include <random>
#include <regex>

#include "llm/call.hpp"

namespace weir::llm {
namespace {

bool is_taken(const std::string& value) {
    const std::string body = R"({"x":)" + value + R"(,"y":[)" + value + "]}";
    return std::holds_alternative<Call>(read_call({.api = Api::chat_completions, .body = body}));
}

std::string random_text(std::mt19937& random, const std::vector<std::string>& pieces, std::size_t count_max) {
    std::string text;
    for (std::size_t i = 1 + random() % count_max; i > 0; --i) text += pieces[random() % pieces.size()];
    return text;
}

TEST(JsonRepairTest, TakesEveryNumberAndNothingElse) {
    const std::regex number(R"(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?)");
    const std::vector<std::string> pieces{"0",
                                          "1",
                                          "9",
                                          "-",
                                          "+",
                                          ".",
                                          "e",
                                          "E",
                                          "99999999999999999999",
                                          "e400",
                                          ".5",
                                          "e-400",
                                          "18446744073709551615",
                                          "000"};
    std::mt19937 random(20261126);
    int sound = 0;
    for (int round = 0; round < 20'000; ++round) {
        const std::string token = random_text(random, pieces, 5);
        const bool expected = std::regex_match(token, number);
        ASSERT_EQ(is_taken(token), expected) << token;
        sound += expected ? 1 : 0;
    }
    EXPECT_GT(sound, 1000);
}

TEST(JsonRepairTest, TakesEveryStringOfUnits) {
    const std::regex string(R"(([^\\"]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*)");
    const std::vector<std::string> pieces{"a",     R"(\ud83d)", R"(\udE00)", R"(\u00e9)", R"(\\)",
                                          R"(\")", R"(\u)",     R"(\ud8)",   "d83d",      R"(\x)",
                                          R"(\n)", "\xc3\xa9",  R"(\\u)",    R"(\uDBFF)", R"(\udc00)"};
    std::mt19937 random(20261127);
    int sound = 0;
    for (int round = 0; round < 20'000; ++round) {
        const std::string text = random_text(random, pieces, 6);
        const bool expected = std::regex_match(text, string);
        ASSERT_EQ(is_taken('"' + text + '"'), expected) << text;
        sound += expected ? 1 : 0;
    }
    EXPECT_GT(sound, 1000);
}

TEST(JsonRepairTest, KeepsOffsetsAndWhatNeedsNoRepair) {
    const std::string text =
        R"({"a":1e400,"\ud83d":"\\ud83d","b":[-18446744073709551616,1.5,"\ud83d\ude00"]})";
    const std::string expected =
        R"({"a":9e99 ,"\ufffd":"\\ud83d","b":[9e99                 ,1.5,"\ud83d\ude00"]})";
    EXPECT_EQ(repaired_json(text), expected);
    EXPECT_EQ(repaired_json(expected), expected);
}

}  // namespace
}  // namespace weir::llm
