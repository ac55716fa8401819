// Which paths are metered, whose dialect they speak, and what they say beside that.
#include "llm/api.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace weir::llm {
namespace {

const std::vector<std::pair<std::string_view, Api>> metered{
    {"/v1/chat/completions", Api::chat_completions},
    {"/v1/chat/completions/", Api::chat_completions},
    {"/v1/chat/completions//", Api::chat_completions},
    {"/chat/completions", Api::chat_completions},
    {"/V1/Chat/Completions", Api::chat_completions},
    {"/v1/chat/completions;x", Api::chat_completions},
    {"/v1/chat;a=b/completions;x/", Api::chat_completions},
    {"/v1/chat/completions%20", Api::chat_completions},
    {"/v1/chat/completions%20;x/%20/", Api::chat_completions},
    {"/v1/x/chat/completions", Api::chat_completions},
    {"/v1beta/openai/chat/completions", Api::chat_completions},
    {"/v1/projects/p/locations/l/endpoints/openapi/chat/completions", Api::chat_completions},
    {"/openai/deployments/d/chat/completions", Api::chat_completions},
    {"/api/v1/chat/completions", Api::chat_completions},
    {"/api/v0/chat/completions", Api::chat_completions},
    {"/api/chat/completions", Api::chat_completions},
    {"/models/chat/completions", Api::chat_completions},
    {"/v1/agents/completions", Api::chat_completions},
    {"/v1/chat/completions/batch", Api::chat_completions},
    {"/async/chat/completions", Api::chat_completions},
    {"/v1/threads/runs", Api::chat_completions},
    {"/v1/threads/t/runs", Api::chat_completions},
    {"/v1/ocr", Api::chat_completions},
    {"/v1/text/chatcompletion_v2", Api::chat_completions},
    {"/model/anthropic.claude-v2/invoke", Api::chat_completions},
    {"/model/anthropic.claude-v2/invoke-with-response-stream", Api::chat_completions},
    {"/model/anthropic.claude-v2/converse", Api::chat_completions},
    {"/model/anthropic.claude-v2/converse-stream", Api::chat_completions},
    {"/api/v1/services/aigc/text-generation/generation", Api::chat_completions},
    {"/api/v1/services/aigc/multimodal-generation/generation", Api::chat_completions},
    {"/v1/edits", Api::completions},
    {"/api/v3/embeddings/multimodal", Api::embeddings},
    {"/predict", Api::embeddings},
    {"/similarity", Api::embeddings},
    {"/v1/x/messages", Api::anthropic_messages},
    {"/gateway/messages", Api::anthropic_messages},
    {"/v2/models/m/generate", Api::llama_completion},
    {"/v2/models/m/generate_stream", Api::llama_completion},
    {"/v2/models/m/versions/1/generate", Api::llama_completion},
    {"/v2/models/m/versions/1/generate_stream", Api::llama_completion},
    {"/api/latest/generate", Api::llama_completion},
    {"/api/v1/generate", Api::llama_completion},
    {"/api/extra/generate/stream", Api::llama_completion},
    {"/vertex_generate", Api::llama_completion},
    {"/v1internal:generateContent", Api::gemini_generate},
    {"/v1internal:streamGenerateContent", Api::gemini_generate},
    {"/v1/chat", Api::chat_completions},
    {"/v2/chat", Api::chat_completions},
    {"/api/v1/chat", Api::chat_completions},
    {"/ml/v1/text/chat", Api::chat_completions},
    {"/invocations", Api::chat_completions},
    {"/serving-endpoints/e/invocations", Api::chat_completions},
    {"/api/v1/completions", Api::completions},
    {"/completions", Api::completions},
    {"/v1/engines/e/completions", Api::completions},
    {"/v1/fim/completions", Api::completions},
    {"/beta/completions", Api::completions},
    {"/openai/v1/responses", Api::responses},
    {"/openai/responses", Api::responses},
    {"/v1/responses/compact", Api::responses},
    {"/v1beta/embeddings", Api::embeddings},
    {"/v1-x/embeddings", Api::embeddings},
    {"/openai/deployments/d/embeddings", Api::embeddings},
    {"/v1/engines/e/embeddings", Api::embeddings},
    {"/v1/multimodalembeddings", Api::embeddings},
    {"/v1/embed", Api::embeddings},
    {"/v2/embed", Api::embeddings},
    {"/embed", Api::embeddings},
    {"/embedding", Api::embeddings},
    {"/pooling", Api::embeddings},
    {"/classify", Api::embeddings},
    {"/v1/classify", Api::embeddings},
    {"/v1/messages", Api::anthropic_messages},
    {"/messages", Api::anthropic_messages},
    {"/anthropic/v1/messages", Api::anthropic_messages},
    {"/anthropic/messages", Api::anthropic_messages},
    {"/v1/Messages;x/", Api::anthropic_messages},
    {"/v1/projects/p/locations/l/publishers/anthropic/models/claude@1:rawPredict", Api::anthropic_messages},
    {"/v1/projects/p/locations/l/publishers/anthropic/models/claude:streamRawPredict",
     Api::anthropic_messages},
    {"/v1/projects/p/locations/l/publishers/mistralai/models/m:rawPredict", Api::chat_completions},
    {"/api/chat", Api::ollama_chat},
    {"/API/Chat/", Api::ollama_chat},
    {"/ollama/api/chat", Api::ollama_chat},
    {"/api/generate", Api::ollama_generate},
    {"/api/embed", Api::ollama_embed},
    {"/api/embeddings", Api::ollama_embed},
    {"/completion", Api::llama_completion},
    {"/v1/completion", Api::llama_completion},
    {"/infill", Api::llama_completion},
    {"/generate", Api::llama_completion},
    {"/generate_stream", Api::llama_completion},
    {"/v1/generate", Api::llama_completion},
    {"/v1/complete", Api::llama_completion},
    {"/v1beta/models/gemini-2.5-pro:generateContent", Api::gemini_generate},
    {"/v1beta/models/gemini-2.5-pro%3AgenerateContent", Api::gemini_generate},
    {"/v1/models/gemini:STREAMgenerateContent", Api::gemini_generate},
    {"/v1beta/tunedModels/t:generateContent", Api::gemini_generate},
    {"/v1/projects/p/locations/l/publishers/google/models/m:streamGenerateContent", Api::gemini_generate},
    {"/v1beta/models/e:embedContent", Api::gemini_embed},
    {"/v1beta/models/e:batchEmbedContents", Api::gemini_embed},
    {"/v1/projects/p/locations/l/publishers/google/models/text-embedding-005:predict", Api::gemini_embed},
    {"/v1/projects/p/locations/l/publishers/google/models/TextEmbedding-Gecko@003:predict",
     Api::gemini_embed},
    {"/v1/projects/p/locations/l/publishers/google/models/text-bison:predict", Api::llama_completion},
    {"/v1/projects/p/locations/l/endpoints/123:predict", Api::llama_completion},
    {"/model/amazon.titan-embed-text-v2/invoke", Api::embeddings},
    {"/v1/rerank", Api::rerank},
    {"/v2/rerank", Api::rerank},
    {"/rerank", Api::rerank},
    {"/reranking", Api::rerank},
    {"/score", Api::rerank},
    {"/v1/score", Api::rerank},
    {"/v1/images/generations", Api::images},
    {"/openai/deployments/d/images/generations", Api::images},
    {"/v1/images/edits", Api::images},
    {"/v1/images/variations", Api::images},
    {"/v1/audio/transcriptions", Api::audio_transcription},
    {"/v1/audio/translations", Api::audio_transcription},
    {"/v1/audio/speech", Api::audio_speech},
    {"/v1/moderations", Api::moderations},
    {"/v1/chat/moderations", Api::moderations},
};

TEST(ApiTest, IsJudgedByHowThePathEnds) {
    for (const auto& [path, api] : metered) EXPECT_EQ(api_of("POST", path), api) << path;
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
