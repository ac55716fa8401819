// What an Azure upstream is asked for, by what the client has asked for.
#include "llm/azure_path.hpp"

#include <gtest/gtest.h>

namespace weir::llm {
namespace {

std::string sent(std::string_view path_and_query, std::string_view deployment = "mine",
                 std::string_view base_path = "") {
    return azure_path({.path_and_query = path_and_query,
                       .deployment = deployment,
                       .api_version = "2024-10-21",
                       .base_path = base_path});
}

TEST(AzurePath, WhatADeploymentServesStandsBelowIt) {
    for (const std::string rest :
         {"chat/completions", "completions", "embeddings", "images/generations", "images/edits",
          "audio/transcriptions", "audio/translations", "audio/speech"}) {
        EXPECT_EQ(sent("/v1/" + rest), "/openai/deployments/mine/" + rest + "?api-version=2024-10-21");
    }
    EXPECT_EQ(sent("/V1/Chat/Completions/"),
              "/openai/deployments/mine/Chat/Completions?api-version=2024-10-21");
    EXPECT_EQ(sent("/v1/embeddings", "my models/ä?"),
              "/openai/deployments/my%20models%2F%C3%A4%3F/embeddings?api-version=2024-10-21");
}

TEST(AzurePath, EverythingElseStandsBelowOpenai) {
    EXPECT_EQ(sent("/v1/responses"), "/openai/responses?api-version=2024-10-21");
    EXPECT_EQ(sent("/v1/responses/resp_1"), "/openai/responses/resp_1?api-version=2024-10-21");
    EXPECT_EQ(sent("/v1/models"), "/openai/models?api-version=2024-10-21");
    EXPECT_EQ(sent("/v1/files/f/content"), "/openai/files/f/content?api-version=2024-10-21");
    EXPECT_EQ(sent("/v1/chat/completions", ""), "/openai/chat/completions?api-version=2024-10-21");
}

TEST(AzurePath, OtherParametersStay) {
    EXPECT_EQ(sent("/v1/models?limit=2&after=x%26y"),
              "/openai/models?api-version=2024-10-21&limit=2&after=x%26y");
    EXPECT_EQ(sent("/v1/models?a=1&API-Version=2020-01-01&b"), "/openai/models?api-version=2024-10-21&a=1&b");
    EXPECT_EQ(sent("/v1/models?"), "/openai/models?api-version=2024-10-21");
}

TEST(AzurePath, AzuresOwnPathsAreGivenTheDeploymentAndTheVersionThatTheyLack) {
    EXPECT_EQ(sent("/openai/deployments/gpt-4o/chat/completions?api-version=2023-05-15&x=1"),
              "/openai/deployments/mine/chat/completions?api-version=2023-05-15&x=1");
    EXPECT_EQ(sent("/openai/deployments/gpt-4o/chat/completions?x=1"),
              "/openai/deployments/mine/chat/completions?api-version=2024-10-21&x=1");
    EXPECT_EQ(sent("/openai/deployments/gpt-4o/chat/completions", ""),
              "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21");
    EXPECT_EQ(sent("/openai/responses"), "/openai/responses?api-version=2024-10-21");
    EXPECT_EQ(sent("/openai/v1/responses?x=1"), "/openai/v1/responses?x=1") << "needs no version";
}

TEST(AzurePath, ABasePathIsNotSaidTwice) {
    EXPECT_EQ(sent("/v1/embeddings", "mine", "/openai"),
              "/deployments/mine/embeddings?api-version=2024-10-21");
    EXPECT_EQ(sent("/v1/models", "mine", "/gateway/OpenAI"), "/models?api-version=2024-10-21");
    EXPECT_EQ(sent("/openai/deployments/d/embeddings", "mine", "/openai"),
              "/deployments/mine/embeddings?api-version=2024-10-21");
    EXPECT_EQ(sent("/v1/models", "mine", "/gateway"), "/openai/models?api-version=2024-10-21");
    EXPECT_EQ(sent("/v1/models", "mine", "/notopenai"), "/openai/models?api-version=2024-10-21");
}

TEST(AzurePath, OtherPathsStay) {
    for (const char* path : {"/health?x=1", "/v1", "/", "/openai", "/v1beta/models?y"})
        EXPECT_EQ(sent(path), path);
}

}  // namespace
}  // namespace weir::llm
