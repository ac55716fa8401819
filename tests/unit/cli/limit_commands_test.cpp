// weir limits …: what is asked of the admin API, so that nothing set before is lost.
#include <gmock/gmock.h>

#include "command_fixture.hpp"

namespace weir::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class LimitCommands : public Commands {};

TEST_F(LimitCommands, LimitsAreLaidOverAndCleared) {
    api_.answer(
        201,
        R"({"target":"key/acme","limits":{"rpm":100},"until":"2026-11-26T18:00:00Z","reason":"launch","version":2})");
    EXPECT_EQ(run({"limits", "set", "acme", "rpm=100", "--until", "18:00", "--reason", "launch"}), 0)
        << err();
    EXPECT_EQ(api_.line(), "POST /admin/overrides");
    EXPECT_EQ(
        api_.body(),
        (nlohmann::json{
            {"target", "key/acme"}, {"limits", {{"rpm", 100}}}, {"until", "18:00"}, {"reason", "launch"}}));
    EXPECT_EQ(out(), "key/acme: rpm 100, until 2026-11-26 18:00:00 UTC (launch)\n");
    EXPECT_EQ(run({"limits", "set", "tier/trial", "--factor", "2.5"}), 0) << err();
    EXPECT_EQ(api_.body(), (nlohmann::json{{"target", "tier/trial"}, {"factor", 2.5}}));
    EXPECT_THAT(api_.head(), HasSubstr("If-Match: \"2\"\r\n"));
    EXPECT_EQ(run({"limits", "clear", "acme"}), 0) << err();
    EXPECT_EQ(api_.line(), "DELETE /admin/overrides/key/acme");
    EXPECT_EQ(run({"limits", "get", "acme"}), 0) << err();
    EXPECT_EQ(api_.line(), "GET /admin/keys/acme");
}

TEST_F(LimitCommands, RecommendedOnesComePageAfterPage) {
    const auto page = [](const std::string& key, const std::string& next) {
        return R"({"recommended":[{"key":")" + key +
               R"(","dimension":"requests","window":"1m","limit":20,"p99":10,"recommended":12,"hours":400,)"
               R"("hours_needed":24,"refused_part":0}],"next":)" +
               next + "}";
    };
    api_.answer_to("GET /admin/limits/recommended?limit=200", 200, page("a b", R"("a b")"));
    api_.answer_to("GET /admin/limits/recommended?limit=200&after=a%20b", 200, page("c", "null"));
    EXPECT_EQ(run({"limits", "recommend"}), 0) << err();
    EXPECT_THAT(out(), HasSubstr("a b"));
    EXPECT_THAT(out(), HasSubstr("\nc "));
    EXPECT_EQ(run({"limits", "recommend", "--json"}), 0) << err();
    EXPECT_EQ(nlohmann::json::parse(out())["recommended"].size(), 2U);
    api_.answer_to("GET /admin/limits/recommended?key=c%20d", 200, page("c d", "null"));
    EXPECT_EQ(run({"limits", "recommend", "c d"}), 0) << err();
    EXPECT_THAT(out(), HasSubstr("c d"));
}

TEST_F(LimitCommands, WhatWasLaidOverBeforeStays) {
    api_.answer(201, R"({"target":"key/acme","limits":{"rpm":100},"version":8})");
    const std::string before =
        R"({"target":"key/acme","limits":{"rpm":100,"otpm":7,"enforce":false,)"
        R"("more":[{"dimension":"requests","window":"1d","limit":9},{"dimension":"requests","window":"60m","limit":8}]},)"
        R"("until":"2026-11-26T18:00:00Z","reason":"launch"})";
    api_.answer_to("GET /admin/overrides", 200,
                   R"({"overrides":[{"target":"key/x","factor":3},)" + before + R"(],"version":7})");
    EXPECT_EQ(run({"limits", "set", "acme", "otpm=5k", "requests/1h=5"}), 0) << err();
    EXPECT_THAT(api_.head(), HasSubstr("If-Match: \"7\"\r\n"));
    EXPECT_EQ(api_.body(),
              nlohmann::json::parse(R"({"target":"key/acme","limits":{"rpm":100,"otpm":5000,"enforce":false,
        "more":[{"dimension":"requests","window":"1h","limit":5},{"dimension":"requests","window":"1d","limit":9}]},
        "until":"2026-11-26T18:00:00Z","reason":"launch"})"));
    EXPECT_EQ(err(), "");
    // requests/1m is rpm.
    EXPECT_EQ(run({"limits", "set", "acme", "requests/1m=3", "--until", "never", "--reason", ""}), 0)
        << err();
    EXPECT_FALSE(api_.body()["limits"].contains("rpm"));
    EXPECT_FALSE(api_.body().contains("until"));
    EXPECT_FALSE(api_.body().contains("reason"));
    EXPECT_EQ(run({"limits", "set", "acme", "--factor", "2"}), 0) << err();
    EXPECT_EQ(api_.body(), nlohmann::json::parse(R"({"target":"key/acme","factor":2.0,
        "until":"2026-11-26T18:00:00Z","reason":"launch"})"));
    EXPECT_THAT(err(), StartsWith("weir: this takes the place of what lay over it: key/acme: "));
    EXPECT_EQ(run({"limits", "set", "x", "rpm=1"}), 0) << err();
    EXPECT_EQ(err(), "weir: this takes the place of what lay over it: key/x: every limit times 3\n");
    api_.answer(201, R"({"target":"key/acme","factor":2.0,"version":8})");
    EXPECT_EQ(run({"limits", "set", "acme", "--factor", "2"}), 0) << err();
    EXPECT_EQ(out(), "key/acme: every limit times 2\n");
}

TEST_F(LimitCommands, AChangeThatWasOutrunIsReadAndMadeAgain) {
    api_.answer(201, R"({"target":"key/acme","limits":{"rpm":1},"version":8})");
    api_.answer_to("GET /admin/overrides", 200, R"({"overrides":[],"version":7})");
    api_.answer_to("POST /admin/overrides", 412, R"({"error":{"code":"outrun","message":"It changed."}})");
    EXPECT_EQ(run({"limits", "set", "acme", "rpm=1"}), 1);
    EXPECT_EQ(err(), "weir: It changed.\n");
}

TEST_F(LimitCommands, LimitsOfATierAGroupAndAnUpstream) {
    api_.answer_to("GET /admin/overrides", 200,
                   R"({"overrides":[{"target":"tier/trial","factor":2,"until":null,"reason":"launch"}]})");
    api_.answer_to("GET /admin/tiers/trial", 200, R"({"name":"trial","source":"file","version":1,
        "document":{"limits":{"rpm":1000},"models":{"gpt-4o*":{"otpm":5}},"enforce":false}})");
    EXPECT_EQ(run({"limits", "get", "tier/trial"}), 0) << err();
    EXPECT_EQ(out(),
              "Limits of     tier/trial, in shadow mode\nFrom          file\nConfigured    rpm 1,000\n"
              "On a model    gpt-4o*: otpm 5\nLaid over     every limit times 2 (launch)\n");
    api_.answer(200, R"({"name":"a b","document":{"rpm":7},"source":"runtime"})");
    EXPECT_EQ(run({"limits", "get", "upstream/a b", "--json"}), 0) << err();
    EXPECT_EQ(api_.line(), "GET /admin/upstreams/a%20b/limits");
    EXPECT_EQ(run({"limits", "get", "group/g"}), 0) << err();
    EXPECT_THAT(out(), HasSubstr("Configured    rpm 7\n"));
    api_.answer(404, R"({"error":{"code":"not_found","message":"There is none of this name."}})");
    EXPECT_EQ(run({"limits", "get", "tier/gold"}), 1);
    EXPECT_EQ(err(), "weir: there is no tier gold\n");
}

}  // namespace
}  // namespace weir::cli
