// What is right by itself, and told all the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/sources.hpp"

namespace weir::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> warnings(const Texts& flags) {
    const Outcome outcome = build_without_file({.environment = {}, .flags = flags});
    EXPECT_THAT(lines_of(outcome.mistakes), IsEmpty());
    return lines_of(outcome.warnings);
}

TEST(Warnings, OfAVersionThatClientsSendToo) {
    for (const char* url : {"https://h/v1", "https://h/v1/", "http://h:81/openai/v1", "https://h/v1beta"}) {
        EXPECT_THAT(warnings({{"upstream", url}}),
                    ElementsAre(HasSubstr("$.upstreams[0].url: clients' paths begin with /v1")))
            << url;
    }
    EXPECT_THAT(warnings({{"upstream", "https://h/v1"}}),
                ElementsAre(HasSubstr("https://h/v1/v1/chat/completions would be asked for")));
    for (const char* url : {"https://h", "https://h/", "https://h/openai", "https://v1", "https://h/v",
                            "https://h/v1/openai", "https://h/vllm"}) {
        EXPECT_THAT(warnings({{"upstream", url}}), IsEmpty()) << url;
    }
}

TEST(Warnings, OfAVersionSayWhatToRemove) {
    EXPECT_THAT(warnings({{"upstream", "https://h/v1"}}),
                ElementsAre(EndsWith("Remove /v1 here, unless clients leave it out of their paths.")));
    EXPECT_THAT(
        warnings({{"upstream", "https://h/V1"}}),
        ElementsAre(AllOf(HasSubstr("https://h/V1/v1/chat/completions"), HasSubstr("Remove /V1 here"))));
    EXPECT_THAT(
        warnings({{"upstream", "https://h/v1beta"}}),
        ElementsAre(HasSubstr("https://h/v1beta/v1beta/models/M:generateContent would be asked for")));
}

TEST(Warnings, OfAWholePathOfAnApi) {
    EXPECT_THAT(warnings({{"upstream", "https://h/openai/v1/chat/completions"}}),
                ElementsAre(AllOf(
                    HasSubstr("https://h/openai/v1/chat/completions/v1/chat/completions would be asked"),
                    EndsWith("Remove /v1/chat/completions here."))));
    for (const char* url : {"https://h/v1/messages", "https://h/V1/Responses", "http://h:11434/api/chat",
                            "https://h/x/chat/completions"}) {
        EXPECT_THAT(warnings({{"upstream", url}}), ElementsAre(HasSubstr(" here."))) << url;
    }
    for (const char* url : {"https://h/messages", "https://h/api", "https://h/v1beta/openai"}) {
        EXPECT_THAT(warnings({{"upstream", url}}), IsEmpty()) << url;
    }
}

TEST(Warnings, OfADefaultThatTheLimitMakesSmaller) {
    const auto of_tier = [](const std::string& members) {
        return lines_of(build_from(R"({"tiers": {"default": {)" + members + "}}}").warnings);
    };
    EXPECT_THAT(
        of_tier(R"("limits": {"otpm": 100}, "output_default": 5000)"),
        ElementsAre("$.tiers.default.output_default: 5000 is above the tier's own output limit: no more than "
                    "100 tokens are reserved"));
    EXPECT_THAT(of_tier(R"("limits": {"otpm": 100})"), IsEmpty()) << "nobody asked for 1,024";
    EXPECT_THAT(of_tier(R"("limits": {"otpm": 5000}, "output_default": 5000)"), IsEmpty());
    EXPECT_THAT(of_tier(R"("limits": {"otpm": 0}, "output_default": 5000)"), IsEmpty()) << "blocked anyway";
}

TEST(Warnings, OfAnAdminPortThatOthersReachAndMayNotUse) {
    for (const char* listen : {"0.0.0.0:9180", "[::]:9180", "10.0.0.1:1"}) {
        EXPECT_THAT(warnings({{"admin", listen}}), ElementsAre(HasSubstr("set admin.token_env"))) << listen;
    }
    for (const char* listen : {"127.0.0.1:9180", "127.0.0.2:9180", "[::1]:9180"}) {
        EXPECT_THAT(warnings({{"admin", listen}}), IsEmpty()) << listen;
    }
    EXPECT_THAT(build_from(R"({"admin": {"listen": "0.0.0.0:1", "token_env": "T"}})",
                           {.environment = {{"T", "3f1c5a0d9b7e42668c1f"}}})
                    .warnings,
                IsEmpty());
}

TEST(Warnings, OfAnAdminTokenThatCouldBeGuessed) {
    const auto lines = [](const std::string& token) {
        return lines_of(
            build_from(R"({"admin": {"token_env": "T"}})", {.environment = {{"T", token}}}).warnings);
    };
    EXPECT_THAT(lines("admin123"),
                ElementsAre(AllOf(HasSubstr("$.admin: the token "), HasSubstr("could be guessed"),
                                  testing::Not(HasSubstr("admin123")))));
    EXPECT_THAT(lines(std::string(19, 'x')), testing::SizeIs(1));
    EXPECT_THAT(lines(std::string(20, 'x')), IsEmpty());
}

TEST(Warnings, StandBelowTheDescription) {
    const std::string text =
        describe(build_without_file({.environment = {}, .flags = {{"admin", "0.0.0.0:1"}}}));
    EXPECT_THAT(text, HasSubstr("\n\nwarning: $.admin.listen: 0.0.0.0 can be reached"));
    EXPECT_THAT(text, EndsWith("set admin.token_env\n"));
    EXPECT_THAT(build_from(R"({"threads": -1, "admin": {"listen": "0.0.0.0:1"}})").warnings, IsEmpty())
        << "first the mistakes";
}

}  // namespace
}  // namespace weir::config
