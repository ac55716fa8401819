// Which limits a model falls under, and which paths pass.
#include <gtest/gtest.h>

#include "policy/policy.hpp"

namespace weir::policy {
namespace {

/// The pattern that a model falls under, "" for none.
std::string matched(const std::vector<std::string>& patterns, std::string_view model) {
    std::vector<config::ModelLimits> models;
    for (const std::string& pattern : patterns) models.push_back({pattern, {}});
    const config::ModelLimits* const found = match_model(models, model);
    return found == nullptr ? "" : found->pattern;
}

TEST(MatchModel, NoSpellingGoesRoundALimit) {
    for (const char* model : {"gpt-4o", "GPT-4o", " gpt-4o", "gpt-4o ", "\tgpt-4o\n", "gpt-4o-mini",
                              "openai/gpt-4o", "OpenAI/GPT-4O", "openrouter/openai/gpt-4o:free",
                              "openai/ gpt-4o", "models/gpt-4o", "/gpt-4o", "a//gpt-4o"}) {
        EXPECT_EQ(matched({"gpt-4o*"}, model), "gpt-4o*") << model;
        EXPECT_EQ(matched({" GPT-4O* "}, model), " GPT-4O* ") << model;
    }
    for (const char* model : {"", "gpt-4", "chatgpt-4o-latest", "gpt -4o", "openai"}) {
        EXPECT_EQ(matched({"gpt-4o*"}, model), "") << model;
    }
}

TEST(MatchModel, StarsAtEitherEnd) {
    EXPECT_EQ(matched({"*gpt-4o"}, "ft:GPT-4o"), "*gpt-4o");
    EXPECT_EQ(matched({"*gpt-4o"}, "gpt-4o"), "*gpt-4o");
    EXPECT_EQ(matched({"*gpt-4o"}, "gpt-4o-mini"), "");
    EXPECT_EQ(matched({"*gpt-4o*"}, "eu.chatgpt-4o-latest"), "*gpt-4o*");
    EXPECT_EQ(matched({"*gpt-4o*"}, "gpt-4"), "");
    EXPECT_EQ(matched({"*"}, ""), "*");
    EXPECT_EQ(matched({"*"}, "whatever"), "*");
    EXPECT_EQ(matched({"openai/*"}, "openai/o1"), "openai/*");
    EXPECT_EQ(matched({"openai/gpt-4o*"}, "openrouter/openai/gpt-4o"), "openai/gpt-4o*");
    EXPECT_EQ(matched({"openai/gpt-4o*"}, "gpt-4o"), "");
    EXPECT_EQ(matched({"gpt-4o"}, "gpt-4o-mini"), "");
}

TEST(MatchModel, OuterWhiteSpaceOfAnyKind) {
    for (const std::string blank :
         {"\xc2\xa0", "\xe2\x80\x80", "\xe2\x80\x8b", "\xef\xbb\xbf", "\xe3\x80\x80", " \xc2\xa0\t"}) {
        EXPECT_EQ(matched({"gpt-4o"}, blank + "gpt-4o"), "gpt-4o") << blank;
        EXPECT_EQ(matched({"gpt-4o"}, "openai/" + blank + "gpt-4o" + blank), "gpt-4o") << blank;
    }
    EXPECT_EQ(matched({"\xc3\xa9"}, "\xc3\xa9"), "\xc3\xa9");
    EXPECT_EQ(matched({"*"}, "\xc2\xa0"), "*");
}

TEST(MatchModel, APatternWithoutATagMatchesAnyTag) {
    for (const char* model : {"llama3", "llama3:latest", "library/llama3:latest", "LLAMA3:8b", "llama3@1",
                              "registry.ollama.ai/library/llama3:latest", "llama3:a@b", "llama3 :x"})
        EXPECT_EQ(matched({"llama3"}, model), "llama3") << model;
    EXPECT_EQ(matched({"claude-3"}, "claude-3@20240229"), "claude-3");
    EXPECT_EQ(matched({"*-mini"}, "o4-mini:high"), "*-mini");
    EXPECT_EQ(matched({"llama3:8b"}, "llama3:latest"), "");
    EXPECT_EQ(matched({"llama3:8b"}, "llama3"), "");
    EXPECT_EQ(matched({"llama3", "llama3:8b"}, "llama3:8b"), "llama3:8b");
    EXPECT_EQ(matched({"llama3"}, "llama3.1:latest"), "");
    EXPECT_EQ(matched({"llama3"}, ":llama3"), "");
}

TEST(MatchModel, TheLongestWinsAndThenTheClosest) {
    const std::vector<std::string> patterns{"*", "gpt-4o*", "*gpt-4o*", "gpt-4o", "gpt-4o-mini", "*4o-mini"};
    EXPECT_EQ(matched(patterns, "gpt-4o"), "gpt-4o");
    EXPECT_EQ(matched(patterns, "GPT-4o-2024"), "gpt-4o*");
    EXPECT_EQ(matched(patterns, "azure/gpt-4o-mini"), "gpt-4o-mini");
    EXPECT_EQ(matched(patterns, "my-4o-mini"), "*4o-mini");
    EXPECT_EQ(matched(patterns, "chatgpt-4o"), "*gpt-4o*");
    EXPECT_EQ(matched(patterns, "o1"), "*");
    EXPECT_EQ(matched({}, "o1"), "");
}

TEST(OtherPaths, PassRejectAndTheListed) {
    const auto config = std::make_shared<config::Config>();
    const Policy policy(config);
    EXPECT_TRUE(policy.passes_unmetered("/anything"));
    config->other_paths = config::OtherPaths::reject;
    EXPECT_FALSE(policy.passes_unmetered("/v1/models"));
    config->other_paths_allow = {"/v1/models", "/v1/files*"};
    for (const char* path : {"/v1/models", "/V1/Models", "/v1/models/", "/v1/files", "/v1/files/a/content"}) {
        EXPECT_TRUE(policy.passes_unmetered(path)) << path;
    }
    for (const char* path : {"/", "/v1/models/gpt-4o", "/v1/model", "/x/v1/files", "/v1/batches", ""}) {
        EXPECT_FALSE(policy.passes_unmetered(path)) << path;
    }
    config->other_paths_allow = {"/"};
    EXPECT_TRUE(policy.passes_unmetered("/"));
    EXPECT_FALSE(policy.passes_unmetered("/v1"));
}

}  // namespace
}  // namespace weir::policy
