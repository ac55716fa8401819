// Ledgers as an operator reads them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/render.hpp"

namespace weir::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Json entry(std::int64_t expires_in_ms, int requests, int input_tokens, int output_tokens) {
    return {{"expires_in_ms", expires_in_ms},
            {"requests", requests},
            {"input_tokens", input_tokens},
            {"output_tokens", output_tokens}};
}

/// Two buckets of a minute.
Json ledger() {
    return {
        {"redis_key", "weir:2:{1a2b3c4d}:key:acme-web:60000000"},
        {"scope", "key"},
        {"owner", "acme-web"},
        {"window", "1m"},
        {"window_ms", 60'000},
        {"enforced", true},
        {"epoch", 77},
        {"limits", {{"requests", 20}, {"output_tokens", 500}}},
        {"used", {{"requests", 3}, {"input_tokens", 1'120}, {"output_tokens", 45}, {"total_tokens", 1'165}}},
        {"entries", {entry(48'000, 1, 20, 40), entry(12'400, 2, 1'100, 5)}}};
}

std::string rendered(const Json& one, bool shows_all = false) {
    return render_ledgers({{"id", "acme-web"}, {"ledgers", Json::array({one})}}, 80, shows_all);
}

TEST(RenderLedgers, KeyLimitsBucketsAndWhenThereIsRoom) {
    EXPECT_EQ(rendered(ledger()),
              "'weir:2:{1a2b3c4d}:key:acme-web:60000000'\n"
              "key acme-web, window 1m\n"
              "\n"
              "COUNTED         USED  LIMIT\n"
              "requests           3     20  ###.................  15%\n"
              "input_tokens   1,120   none\n"
              "output_tokens     45    500  #...................   9%\n"
              "\n"
              "EXPIRES IN  BUCKETS  REQUESTS  INPUT  OUTPUT\n"
              "      13 s        1         2  1,100       5\n"
              "      48 s        1         1     20      40\n"
              "\n"
              "More room in 13 s: 2 requests, 1,100 input and 5 output tokens.\n");
}

TEST(RenderLedgers, AFullOneSaysWhenThereIsRoomInAllOfIt) {
    Json full = ledger();
    full["limits"] = {{"requests", 3}, {"total_tokens", 60}};
    // Requests have room when the first bucket is gone, tokens when both are.
    full["entries"] = {entry(48'000, 1, 20, 40), entry(12'400, 2, 1'100, 5)};
    EXPECT_THAT(rendered(full), HasSubstr("total_tokens   1,165     60  ####################  1941%\n"));
    EXPECT_THAT(rendered(full),
                EndsWith("\nFull: requests, total_tokens; there is room again in 48 s if nothing else is "
                         "charged.\n"));
    full["limits"] = {{"requests", 3}};
    EXPECT_THAT(rendered(full),
                EndsWith("\nFull: requests; there is room again in 13 s if nothing else is charged.\n"));
    full["limits"] = {{"requests", 3}, {"output_tokens", 0}};
    EXPECT_THAT(rendered(full), EndsWith("\nBlocked by a limit of 0: output_tokens.\n"));
}

TEST(RenderLedgers, ManyBucketsAreSummedUnlessAllAreAskedFor) {
    Json many = ledger();
    many["entries"] = Json::array();
    for (std::int64_t i = 120; i > 0; --i) many["entries"].push_back(entry(i * 500, 1, 10, 100));
    const std::string text = rendered(many);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2 + 1 + 4 + 1 + 13 + 1 + 1);
    EXPECT_THAT(text, HasSubstr("\n500 ms to 5 s       10        10    100   1,000\n"));
    EXPECT_THAT(text, HasSubstr("\n 56 s to 60 s       10        10    100   1,000\n"));
    EXPECT_THAT(text, HasSubstr("More room in 500 ms: 1 request, 10 input and 100 output tokens."));
    const std::string all = rendered(many, true);
    EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 2 + 1 + 4 + 1 + 121 + 1 + 1);
    std::istringstream lines(all + text);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST(RenderLedgers, BucketsThatReadAlikeAreOneLineAndLongTimesHaveTwoUnits) {
    Json some = ledger();
    some["entries"] = {entry(2'600'000'000, 1, 0, 0), entry(87'120'000, 1, 0, 0), entry(3'570'001, 1, 0, 0),
                       entry(12'900, 2, 3, 4), entry(12'400, 1, 1, 1)};
    EXPECT_THAT(rendered(some), HasSubstr(" EXPIRES IN  BUCKETS  REQUESTS  INPUT  OUTPUT\n"
                                          "       13 s        2         3      4       5\n"
                                          "59 min 31 s        1         1      0       0\n"
                                          "24 h 12 min        1         1      0       0\n"
                                          "   30 d 3 h        1         1      0       0\n"));
    EXPECT_THAT(rendered(some, true), HasSubstr("\n       13 s        1         2      3       4\n"));
}

TEST(RenderLedgers, WhatIsEmptyInShadowModeOrInMemorySaysSo) {
    Json empty = ledger();
    empty["entries"] = Json::array();
    empty["used"] = {{"requests", 0}, {"input_tokens", 0}, {"output_tokens", 0}, {"total_tokens", 0}};
    empty["redis_key"] = nullptr;
    empty["enforced"] = false;
    const std::string text = rendered(empty);
    EXPECT_THAT(text, StartsWith("key acme-web, window 1m, in this node's memory, in shadow mode\n\n"));
    EXPECT_THAT(text, Not(HasSubstr("EXPIRES")));
    EXPECT_THAT(text, EndsWith("\nNothing counts now: all of it is free.\n"));
    EXPECT_EQ(render_ledgers({{"id", "x"}, {"ledgers", Json::array()}}, 80, false),
              "No limits apply, so that there are no ledgers.\n");
    EXPECT_EQ(render_ledgers(Json(), 80, false), "No limits apply, so that there are no ledgers.\n");
}

TEST(RenderLedgers, OneThatCannotBeReadIsNamedAllTheSame) {
    Json away = ledger();
    away["used"] = nullptr;
    away["entries"] = Json::array();
    EXPECT_EQ(rendered(away),
              "'weir:2:{1a2b3c4d}:key:acme-web:60000000'\n"
              "key acme-web, window 1m\n"
              "\n"
              "Can't be read: the server that holds it is away.\n");
}

TEST(RenderLedgers, AKeyInRedisIsOneWordToAShell) {
    Json odd = ledger();
    odd["redis_key"] = "weir:2:{1}:key:it's\n$(me):60000000";
    EXPECT_THAT(rendered(odd), StartsWith("'weir:2:{1}:key:it'\\''s?$(me):60000000'\n"));
}

TEST(RenderLedgers, RequestsInFlightHaveSlotsAndNoWindow) {
    Json slots = ledger();
    slots["redis_key"] = "weir:2:{1a2b3c4d}:key:acme-web:in_flight";
    slots["window"] = "";
    slots["limits"] = {{"in_flight", 8}};
    slots["used"] = {{"in_flight", 3}};
    slots["entries"] = {{{"expires_in_ms", 58'200}, {"in_flight", 2}},
                        {{"expires_in_ms", 12'000}, {"in_flight", 1}}};
    EXPECT_EQ(rendered(slots),
              "'weir:2:{1a2b3c4d}:key:acme-web:in_flight'\n"
              "key acme-web, requests in flight\n"
              "\n"
              "COUNTED    USED  LIMIT\n"
              "in_flight     3      8  #######.............  37%\n"
              "\n"
              "IN FLIGHT  HELD FOR\n"
              "        1      12 s\n"
              "        2      59 s\n"
              "\n"
              "There is room for more requests in flight.\n");
    slots["used"] = {{"in_flight", 8}};
    EXPECT_THAT(rendered(slots), EndsWith("\nFull: there is room again when one of these requests ends.\n"));
    slots["limits"] = {{"in_flight", 0}};
    EXPECT_THAT(rendered(slots), EndsWith("\nBlocked by a limit of 0: in_flight.\n"));
}

}  // namespace
}  // namespace weir::cli
