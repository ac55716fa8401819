// Which paths are metered, whose dialect they speak, and what they say beside that.
#include "llm/api.hpp"

#include <gtest/gtest.h>

#include "support/metered_paths.hpp"

namespace weir::llm {
namespace {

TEST(ApiTest, IsJudgedByHowThePathEnds) {
    for (const auto& [path, api] : testing::metered_paths) EXPECT_EQ(api_of("POST", path), api) << path;
}

TEST(ApiTest, DoesNotMeterWhatOnlyLooksAlike) {
    for (const std::string_view path : {"/v1/chat/completions/x",
                                        "/v1/threads/t1/messages",
                                        "/v1/conversations/c1/messages",
                                        "/v1/threads/messages",
                                        "/v1/threads/v1/messages",
                                        "/v1/messages/batches",
                                        "/v1/messages/count_tokens",
                                        "/v1/responses/resp_1",
                                        "/v1/responses/resp_1/cancel",
                                        "/v1/responses/input_tokens",
                                        "/v1/conversations/c/items",
                                        "/v1/models",
                                        "/",
                                        "",
                                        "/v1chatcompletions",
                                        "/v1/xcompletions",
                                        "/v1/completionsx",
                                        "/v1/batches",
                                        "/v1/files",
                                        "/v1/threads/t/runs/r",
                                        "/v1/threads/t/runs/r/submit_tool_outputs",
                                        "/v1/threads",
                                        "/v1/evals/e/runs",
                                        "/app/invoke",
                                        "/app/converse",
                                        "/app/predict",
                                        "/app/generate",
                                        "/v1/chat/completions/batch/x",
                                        "/app/chat",
                                        "/app/generate",
                                        "/v1/videos/generate",
                                        "/api/tags",
                                        "/api/show",
                                        "/api/pull",
                                        "/tokenize",
                                        "/apply-template",
                                        "/v1beta/models/m:countTokens",
                                        "/v1beta/models/m:batchGenerateContent",
                                        "/v1/models/ft:gpt-4o:org",
                                        "/v1/fine_tuning/jobs",
                                        "/v1/audio/voices",
                                        "/v1/realtime/sessions"}) {
        EXPECT_EQ(api_of("POST", path), Api::unmetered) << path;
    }
    EXPECT_EQ(api_of("GET", "/v1/chat/completions"), Api::unmetered);
    EXPECT_EQ(api_of("post", "/v1/chat/completions"), Api::unmetered);
    EXPECT_EQ(api_of("DELETE", "/v1/responses"), Api::unmetered);
}

TEST(ApiTest, DialectFollowsThePath) {
    for (const std::string_view path :
         {"/v1/messages", "/v1/messages/", "/v1/messages/count_tokens", "/messages", "/anthropic/v1/Messages",
          "/v1/messages/batches/b1/results", "/v1/complete", "/v1/x/messages", "/gateway/messages",
          "/v1/p/publishers/anthropic/models/c:rawPredict"}) {
        EXPECT_EQ(dialect_of(path), Dialect::anthropic) << path;
    }
    for (const std::string_view path :
         {"/v1/chat/completions", "/v1/threads/t/messages", "/v1/messagesx", "/v1/conversations/c/messages",
          "", "/", "/api/v1/chat", "/v1beta/openai/chat/completions", "/api/chat/completions", "/v1/models",
          "/v1/models/ft:gpt-4o:org", "/v1/p/publishers/mistralai/models/c:rawPredict", "/v1/files"}) {
        EXPECT_EQ(dialect_of(path), Dialect::openai) << path;
    }
    for (const std::string_view path :
         {"/api/chat", "/api/generate", "/api/tags", "/x/api/embed/", "/api/blobs/sha256:a"})
        EXPECT_EQ(dialect_of(path), Dialect::ollama) << path;
    for (const std::string_view path : {"/v1beta/models/m:generateContent", "/v1/models/m:countTokens",
                                        "/v1beta/models", "/v1beta/models/m", "/v1beta/cachedContents"}) {
        EXPECT_EQ(dialect_of(path), Dialect::gemini) << path;
    }
}

TEST(ApiTest, ModelInThePath) {
    EXPECT_EQ(model_in_path("/openai/deployments/gpt-4o/chat/completions"), "gpt-4o");
    EXPECT_EQ(model_in_path("/OpenAI/Deployments/GPT-4o%20;x/chat/completions"), "GPT-4o");
    EXPECT_EQ(model_in_path("/v1/engines/davinci/completions"), "davinci");
    EXPECT_EQ(model_in_path("/v1/engines/e/embeddings"), "e");
    EXPECT_EQ(model_in_path("/v1beta/models/gemini-2.5-pro:generateContent"), "gemini-2.5-pro");
    EXPECT_EQ(model_in_path("/v1beta/models/gemini-2.5-pro%3agenerateContent/"), "gemini-2.5-pro");
    EXPECT_EQ(model_in_path("/v1/projects/p/publishers/anthropic/models/claude@2:rawPredict"), "claude@2");
    EXPECT_EQ(model_in_path("/serving-endpoints/llama/invocations"), "llama");
    EXPECT_EQ(model_in_path("/model/anthropic.claude-v2/converse"), "anthropic.claude-v2");
    EXPECT_EQ(model_in_path("/v2/models/llama/generate"), "llama");
    EXPECT_EQ(model_in_path("/v2/models/llama/versions/1/generate_stream"), "llama");
    for (const std::string_view path :
         {"/v1/chat/completions", "/v1/deployments", "/deployments/d", "", "/v1/models/m",
          "/v1/projects/p/endpoints/openapi/chat/completions", "/invocations"}) {
        EXPECT_EQ(model_in_path(path), "") << path;
    }
}

TEST(ApiTest, StreamsByPath) {
    for (const std::string_view path :
         {"/v1beta/models/m:streamGenerateContent", "/generate_stream", "/model/m/converse-stream",
          "/api/extra/generate/stream", "/v1/p/publishers/anthropic/models/c:streamRawPredict"})
        EXPECT_TRUE(is_stream_path(path)) << path;
    for (const std::string_view path :
         {"/v1beta/models/m:generateContent", "/generate", "/v1/chat/completions", ""})
        EXPECT_FALSE(is_stream_path(path)) << path;
}

}  // namespace
}  // namespace weir::llm
