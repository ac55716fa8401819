// Which paths are metered, and whose dialect they speak.
#include "llm/api.hpp"

#include <gtest/gtest.h>

namespace weir::llm {
namespace {

TEST(ApiTest, MetersPostsBelowAVersionOrTheRoot) {
    EXPECT_EQ(api_of("POST", "/v1/chat/completions"), Api::chat_completions);
    EXPECT_EQ(api_of("POST", "/v1/chat/completions/"), Api::chat_completions);
    EXPECT_EQ(api_of("POST", "/chat/completions"), Api::chat_completions);
    EXPECT_EQ(api_of("POST", "/api/v1/completions"), Api::completions);
    EXPECT_EQ(api_of("POST", "/openai/v1/responses"), Api::responses);
    EXPECT_EQ(api_of("POST", "/v1beta/embeddings"), Api::embeddings);
    EXPECT_EQ(api_of("POST", "/v1/messages"), Api::anthropic_messages);
}

TEST(ApiTest, DoesNotMeterWhatOnlyLooksAlike) {
    for (const std::string_view path :
         {"/v1/chat/completions/x", "/v1/chat/completions//", "/v1/x/chat/completions",
          "/v1/threads/t1/messages", "/v1chat/completions", "/vx/completions", "/v/completions",
          "/v1/responses/resp_1", "/v1/messages/batches", "/v1/models", "/", "", "/v1-x/embeddings",
          "x/completions", "/openai/deployments/d/chat/completions"}) {
        EXPECT_EQ(api_of("POST", path), Api::unmetered) << path;
    }
    EXPECT_EQ(api_of("GET", "/v1/chat/completions"), Api::unmetered);
    EXPECT_EQ(api_of("post", "/v1/chat/completions"), Api::unmetered);
}

TEST(ApiTest, DialectFollowsThePath) {
    for (const std::string_view path : {"/v1/messages", "/v1/messages/", "/v1/messages/count_tokens",
                                        "/messages", "/v1/messages/batches/b1/results"}) {
        EXPECT_EQ(dialect_of(path), Dialect::anthropic) << path;
    }
    for (const std::string_view path :
         {"/v1/chat/completions", "/v1/threads/t/messages", "/v1/messagesx", "/v1/x/messages", "", "/"}) {
        EXPECT_EQ(dialect_of(path), Dialect::openai) << path;
    }
}

}  // namespace
}  // namespace weir::llm
