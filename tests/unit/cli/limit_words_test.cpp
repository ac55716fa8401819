// Limits, times and targets as one types them.
#include "cli/limit_words.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/unexpected.hpp"

namespace weir::cli {
namespace {

using config::Unexpected;
constexpr std::int64_t some_minute_us = 1'700'000'040'000'000;

Json parse(const std::vector<std::string>& words) {
    return parse_limits(words);
}

/// What is wrong with it.
std::string mistake(const std::vector<std::string>& words) {
    try {
        parse_limits(words);
    } catch (const Unexpected& unexpected) {
        return unexpected.what();
    }
    return "nothing";
}

TEST(LimitWords, BecomeADocument) {
    EXPECT_EQ(parse({"rpm=100", "otpm=5k", "tpm=2M", "itpm=0"}),
              (Json{{"rpm", 100}, {"otpm", 5'000}, {"tpm", 2'000'000}, {"itpm", 0}}));
    EXPECT_EQ(parse({"max_in_flight=8"}), (Json{{"max_in_flight", 8}}));
    EXPECT_EQ(parse({"requests/1d=500", "total_tokens/1h=7"}),
              (Json{{"more",
                     {{{"dimension", "requests"}, {"window", "1d"}, {"limit", 500}},
                      {{"dimension", "total_tokens"}, {"window", "1h"}, {"limit", 7}}}}}));
}

TEST(LimitWords, MistakesAreExplained) {
    EXPECT_NE(mistake({"rmp=1"}).find("did you mean \"rpm\""), std::string::npos);
    for (const char* word :
         {"rpm", "rpm=", "rpm=-1", "rpm=1.5", "rpm=1g", "rpm=99999999999999", "rpm=5 k", "tokens/1m=1",
          "in_flight/1m=1", "in_flight=1", "requests/0s=1", "requests/=1", "=5"}) {
        EXPECT_NE(mistake({word}), "nothing") << word;
    }
    EXPECT_NE(mistake({"rpm=1", "rpm=2"}), "nothing");
}

TEST(Until, FromNowOrAsItIs) {
    EXPECT_EQ(parse_until("2h", some_minute_us), "2023-11-15T00:14:00Z");
    EXPECT_EQ(parse_until("18:00", some_minute_us), "18:00");
    EXPECT_EQ(parse_until("2026-11-26T18:00:00Z", some_minute_us), "2026-11-26T18:00:00Z");
    EXPECT_THROW(parse_until("tomorrow", some_minute_us), Unexpected);
    EXPECT_THROW(parse_until("32d", some_minute_us), Unexpected);
}

TEST(Target, ANameAloneIsAKey) {
    EXPECT_EQ(parse_target("acme-web"), "key/acme-web");
    EXPECT_EQ(parse_target("tier/trial"), "tier/trial");
    EXPECT_THROW(parse_target("teir/trial"), Unexpected);
    EXPECT_THROW(parse_target("group/"), Unexpected);
}

TEST(Seconds, AsNumberOrTime) {
    EXPECT_EQ(parse_seconds("86400"), 86'400);
    EXPECT_EQ(parse_seconds("0"), 0);
    EXPECT_EQ(parse_seconds("30m"), 1'800);
    EXPECT_EQ(parse_seconds("31d"), 2'678'400);
    for (const char* text : {"soon", "-1", "", "5 m", "m", "5w", "32d", "2678401", "99999999999999999999d"}) {
        EXPECT_THROW(parse_seconds(text), Unexpected) << text;
    }
}

}  // namespace
}  // namespace weir::cli
