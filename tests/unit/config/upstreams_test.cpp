// Several upstreams: what is said of each, what follows where it is not said, and what is hardly meant.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/sources.hpp"

namespace weir::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Given keys{.environment = {{"K", "sk-1"}}};

/// Of upstreams with these members beside their names.
Outcome of(const std::vector<std::string>& members, const Given& given = keys, const std::string& more = "") {
    std::string upstreams;
    for (const std::string& each : members) {
        if (!upstreams.empty()) upstreams += ", ";
        upstreams += R"({"name": "u)" + std::to_string(upstreams.size()) + R"(", )" + each + "}";
    }
    return build_from(R"({"upstreams": [)" + upstreams + "]" + more + "}", given);
}

Upstream one(const std::string& members, const std::string& more = "") {
    const Outcome outcome = of({members}, keys, more);
    EXPECT_THAT(lines_of(outcome.mistakes), IsEmpty());
    return outcome.config.upstreams.at(0);
}

std::vector<std::string> mistakes(const std::vector<std::string>& members) {
    return lines_of(of(members).mistakes);
}

TEST(Upstreams, SayWhichModelsTheyServeAndUnderWhichName) {
    const Upstream renamed = one(
        R"("url": "http://h", "models": {"gpt-4o*": "mine", "o3": true, "o4": "", "same": "same", "Same2": "same2"})");
    EXPECT_THAT(renamed.models,
                ElementsAre(ServedModels{"gpt-4o*", "mine"}, ServedModels{"o3", ""}, ServedModels{"o4", ""},
                            ServedModels{"same", ""}, ServedModels{"Same2", "same2"}));
    EXPECT_THAT(one(R"("url": "http://h", "models": ["gpt-4o*", "o3"])").models,
                ElementsAre(ServedModels{"gpt-4o*", ""}, ServedModels{"o3", ""}));
    EXPECT_THAT(one(R"("url": "http://h")").models, IsEmpty());
}

TEST(Upstreams, HaveAtMost256ModelsAnd64OfThem) {
    const auto list_of = [](int count) {
        std::string models;
        for (int i = 0; i < count; ++i) models += (i > 0 ? R"(, "m)" : R"("m)") + std::to_string(i) + "\"";
        return R"("url": "http://h", "models": [)" + models + "]";
    };
    EXPECT_THAT(mistakes({list_of(256)}), IsEmpty());
    EXPECT_THAT(mistakes({list_of(257)}), ElementsAre("$.upstreams[0].models: expected at most 256 models"));
    EXPECT_THAT(mistakes(std::vector<std::string>(64, R"("url": "http://h")")), IsEmpty());
    EXPECT_THAT(mistakes(std::vector<std::string>(65, R"("url": "http://h")")),
                ElementsAre("$.upstreams: expected at most 64 upstreams"));
}

std::string served(const std::string& members) {
    const ServedDialects serves = one(members).serves;
    return std::string(serves.openai ? "o" : "") + (serves.anthropic ? "a" : "") +
           (serves.ollama ? "l" : "") + (serves.gemini ? "g" : "");
}

TEST(Upstreams, ServeWhatTheirHostTells) {
    EXPECT_EQ(served(R"("url": "https://api.openai.com")"), "o");
    EXPECT_EQ(served(R"("url": "https://mine.openai.azure.com")"), "o");
    EXPECT_EQ(served(R"("url": "https://mine.services.ai.azure.com/anthropic")"), "a");
    EXPECT_EQ(served(R"("url": "https://API.anthropic.com")"), "oa");
    EXPECT_EQ(served(R"("url": "https://generativelanguage.googleapis.com")"), "og");
    EXPECT_EQ(served(R"("url": "http://127.0.0.1:8001")"), "oalg");
    EXPECT_EQ(served(R"("url": "http://h", "serves": ["gemini", "ollama"])"), "lg");
    EXPECT_EQ(served(R"("url": "https://api.openai.com", "serves": ["anthropic"])"), "a");
    const Outcome by_flag =
        of({R"("url": "http://h")"}, {.environment = {}, .flags = {{"upstream", "https://api.openai.com"}}});
    EXPECT_FALSE(by_flag.config.upstreams.at(0).serves.anthropic) << "the flag names the host";
}

TEST(Upstreams, OfAzureTakeAzuresKey) {
    const Upstream azure =
        one(R"("url": "https://h", "api_key_env": "K", "azure": {"api_version": "2024-10-21"})");
    EXPECT_EQ(azure.azure_api_version, "2024-10-21");
    EXPECT_EQ(azure.key_header, KeyHeader::api_key);
    EXPECT_FALSE(azure.serves.anthropic);
    EXPECT_EQ(one(R"("url": "https://h", "azure": {"api_version": "2025-04-01-preview"}, "api_key_env": "K",
                     "key_header": "authorization")")
                  .key_header,
              KeyHeader::authorization);
}

TEST(Upstreams, WaitAsLongAsAllDoUnlessTheySay) {
    const Outcome outcome = of({R"("url": "http://h", "timeouts_ms": {"connect": 7})"}, keys,
                               R"(, "timeouts_ms": {"connect": 1, "write": 2})");
    const UpstreamTimeouts& timeouts = outcome.config.upstreams.at(0).timeouts;
    EXPECT_EQ(timeouts, (UpstreamTimeouts{7, Timeouts{}.first_byte_ms, Timeouts{}.between_bytes_ms, 2}));
    EXPECT_EQ(outcome.origins.of("$.upstreams[0].timeouts_ms.connect"), "file");
    EXPECT_EQ(outcome.origins.of("$.upstreams[0].timeouts_ms.write"), "timeouts_ms.write");
    EXPECT_EQ(outcome.origins.of("$.upstreams[0].timeouts_ms.first_byte"), "default");
}

TEST(Upstreams, OfPlainHttpHaveNoTls) {
    const std::string tls = R"(, "tls": {"ca_file": "/ca.pem"})";
    EXPECT_THAT(mistakes({R"("url": "https://h")" + tls}), IsEmpty());
    EXPECT_THAT(mistakes({R"("url": "http://h")" + tls}),
                ElementsAre(HasSubstr("$.upstreams[0].tls: expected a URL "
                                      "that begins with \"https://\"")));
    const Texts secure{{"upstream", "https://h"}};
    EXPECT_THAT(lines_of(of({R"("url": "http://h")" + tls}, {.environment = {}, .flags = secure}).mistakes),
                IsEmpty());
}

TEST(Upstreams, OfTheFileStayWhereAFlagNamesTheFirstOnesUrl) {
    const Outcome outcome = of({R"("url": "http://a", "priority": 3)", R"("url": "http://b")"},
                               {.environment = {}, .flags = {{"upstream", "http://c"}}});
    ASSERT_EQ(outcome.config.upstreams.size(), 2U);
    EXPECT_EQ(outcome.config.upstreams[0].url.host, "c");
    EXPECT_EQ(outcome.config.upstreams[0].priority, 3);
    EXPECT_EQ(outcome.config.upstreams[1].url.host, "b");
}

TEST(Upstreams, AndWhenAnotherIsAsked) {
    const Retry retry = of({R"("url": "http://h")"}, keys,
                           R"(, "retry": {"attempts": 5, "budget_ms": 0, "after_send": true})")
                            .config.retry;
    EXPECT_EQ(retry.attempts, 5);
    EXPECT_EQ(retry.budget_ms, 0);
    EXPECT_TRUE(retry.after_send);
}

TEST(Upstreams, WarnWhereCallersKeysReachSeveralProviders) {
    const std::string with_key = R"("url": "http://h", "api_key_env": "K")";
    const std::string with_header = R"("url": "http://h", "headers": {"api-key": "x"})";
    const std::string without = R"("url": "http://h")";
    EXPECT_THAT(lines_of(of({with_key, without}).warnings),
                ElementsAre(HasSubstr("$.upstreams[1]: gets the keys that callers send")));
    EXPECT_THAT(of({with_key, with_header}).warnings, IsEmpty());
    EXPECT_THAT(of({without, without}).warnings, IsEmpty());
}

TEST(Upstreams, WarnWhereAPriorityHasNoWeight) {
    const std::string none = R"("url": "http://h", "weight": 0)";
    const std::string some = R"("url": "http://h")";
    EXPECT_THAT(lines_of(of({some, none + R"(, "priority": 1)", none + R"(, "priority": 1)"}).warnings),
                ElementsAre(HasSubstr("$.upstreams[1].weight: all upstreams of priority 1 have weight 0")));
    EXPECT_THAT(of({some, none}).warnings, IsEmpty());
}

TEST(Upstreams, AreShownWithAllThatHolds) {
    const std::string text = describe(of(
        {R"("url": "https://h", "models": {"gpt-4o*": "mine"}, "serves": ["gemini", "openai"], "check_path": "/h?x")"}));
    EXPECT_THAT(text, HasSubstr(R"(upstreams[0].models["gpt-4o*"])"));
    EXPECT_THAT(text, testing::ContainsRegex("upstreams.0..serves +openai, gemini +file\n"));
    EXPECT_THAT(text, testing::ContainsRegex("upstreams.0..check_path +/h.x +file\n"));
    EXPECT_THAT(text, testing::ContainsRegex("upstreams.0..weight +1 +default\n"));
}

}  // namespace
}  // namespace weir::config
