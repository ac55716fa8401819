// How much a body allows to be produced, under whichever names servers read it.
#include <gtest/gtest.h>

#include "llm/call.hpp"

namespace weir::llm {
namespace {

std::optional<std::int64_t> bound(Api api, const std::string& body, std::string_view path = {}) {
    auto result = read_call({.api = api, .body = body, .path = path});
    if (auto* error = std::get_if<CallError>(&result)) {
        ADD_FAILURE() << error->message << " in " << body;
        return -1;
    }
    return std::get<Call>(result).output_bound;
}

std::optional<std::int64_t> chat(const std::string& members, std::string_view path = {}) {
    return bound(Api::chat_completions, R"({"model":"m","messages":[{"content":"hi"}])" + members + "}",
                 path);
}

TEST(OutputBoundTest, Chat) {
    EXPECT_EQ(chat(""), std::nullopt);
    EXPECT_EQ(chat(R"(,"max_tokens":100)"), 100);
    EXPECT_EQ(chat(R"(,"max_tokens":100,"n":3)"), 300);
    EXPECT_EQ(chat(R"(,"max_tokens":1000000000,"n":128)"), 1'000'000'000);
    EXPECT_EQ(chat(R"(,"max_tokens":100,"n":256)"), 25'600);
    EXPECT_EQ(chat(R"(,"max_tokens":100000,"n":1000000)"), 1'000'000'000);
    EXPECT_EQ(chat(R"(,"max_tokens":null)"), std::nullopt);
}

TEST(OutputBoundTest, IntegralFloatsAreIntegers) {
    EXPECT_EQ(chat(R"(,"max_tokens":1024.0)"), 1024);
    EXPECT_EQ(chat(R"(,"max_tokens":1e3)"), 1000);
    EXPECT_EQ(chat(R"(,"max_tokens":1.024e3)"), 1024);
    EXPECT_EQ(chat(R"(,"max_tokens":-0.0)"), std::nullopt);
    EXPECT_EQ(chat(R"(,"max_tokens":10,"n":2.0)"), 20);
}

TEST(OutputBoundTest, TheLargestOfAllNamesCounts) {
    EXPECT_EQ(chat(R"(,"max_completion_tokens":1,"max_tokens":5000)"), 5000);
    EXPECT_EQ(chat(R"(,"max_completion_tokens":5000,"max_tokens":1)"), 5000);
    for (const std::string name : {"max_completion_tokens", "max_output_tokens", "n_predict", "num_predict",
                                   "max_new_tokens", "max_tokens_to_sample"}) {
        EXPECT_EQ(chat(R"(,"max_tokens":1,")" + name + R"(":5000)"), 5000) << name;
        EXPECT_EQ(bound(Api::anthropic_messages, R"({"model":"m","max_tokens":1,")" + name + R"(":5000})"),
                  5000);
        EXPECT_EQ(bound(Api::responses, R"({"model":"m","input":"a",")" + name + R"(":7})"), 7);
    }
    for (const std::string name : {"n", "best_of", "n_cmpl", "num_return_sequences"})
        EXPECT_EQ(chat(R"(,"max_tokens":10,")" + name + R"(":3)"), 30) << name;
}

TEST(OutputBoundTest, NamesInCapitalsCountAsSomeServersReadThem) {
    EXPECT_EQ(chat(R"(,"MAX_TOKENS":5000)"), 5000);
    EXPECT_EQ(chat(R"(,"max_tokens":1,"Max_Completion_Tokens":5000)"), 5000);
    EXPECT_EQ(bound(Api::ollama_chat, R"({"Options":{"Num_Predict":5000,"num_ctx":1}})"), 5000);
}

TEST(OutputBoundTest, ZeroIsNoBoundButForAnthropic) {
    for (const std::string name : {"max_tokens", "max_completion_tokens", "max_output_tokens", "n_predict",
                                   "num_predict", "max_new_tokens"}) {
        EXPECT_EQ(chat(",\"" + name + "\":0"), std::nullopt) << name;
        EXPECT_EQ(bound(Api::responses, R"({"input":"a",")" + name + "\":0}"), std::nullopt) << name;
        EXPECT_EQ(bound(Api::llama_completion, R"({"prompt":"a",")" + name + "\":0}"), std::nullopt) << name;
        if (name != "max_tokens") {
            EXPECT_EQ(chat(R"(,"max_tokens":50,")" + name + "\":0"), std::nullopt) << name;
        }
    }
    EXPECT_EQ(bound(Api::ollama_chat, R"({"options":{"num_predict":0}})"), std::nullopt);
    EXPECT_EQ(bound(Api::gemini_generate, R"({"generationConfig":{"maxOutputTokens":0}})"), std::nullopt);
    EXPECT_EQ(bound(Api::anthropic_messages, R"({"max_tokens":0})"), 0);
    EXPECT_EQ(bound(Api::anthropic_messages, R"({"max_tokens":0,"max_output_tokens":5})"), 5);
}

TEST(OutputBoundTest, WhatALedgerCannotHoldIsClamped) {
    for (const std::string value : {"1000000001", "2147483647", "9223372036854775807", "9223372036854775808",
                                    "18446744073709551615", "2e9"})
        EXPECT_EQ(chat(",\"max_tokens\":" + value), 1'000'000'000) << value;
}

TEST(OutputBoundTest, EachConversationOfABatchIsAnswered) {
    const std::string three = R"({"messages":[[{"content":"a"}],[{"content":"b"}],[{"content":"c"}]],)";
    EXPECT_EQ(bound(Api::chat_completions, three + R"("max_tokens":900})", "/v1/chat/completions/batch"),
              2'700);
    EXPECT_EQ(bound(Api::chat_completions, three + R"("max_tokens":900,"n":2})"), 5'400);
    EXPECT_EQ(chat(R"(,"max_tokens":900)", "/v1/chat/completions/batch"), 900);
}

TEST(OutputBoundTest, WhereSomeServersReadAnotherPlaceToo) {
    const auto ollama = [](const std::string& more) {
        return bound(Api::ollama_chat, R"({"messages":[],"options":{"num_predict":1},)" + more + "}");
    };
    EXPECT_EQ(ollama(R"("max_tokens":5000)"), 5'000);
    EXPECT_EQ(ollama(R"("n_predict":5000,"n":2)"), 10'000);
    EXPECT_EQ(ollama(R"("max_tokens":-1)"), std::nullopt);
    EXPECT_EQ(bound(Api::ollama_chat, R"({"max_tokens":5000})"), std::nullopt);
    EXPECT_EQ(chat(R"(,"max_tokens":1,"parameters":{"max_new_tokens":5000})", "/invocations"), 5'000);
    EXPECT_EQ(chat(R"(,"parameters":{"max_new_tokens":5000})", "/invocations"), 5'000);
    EXPECT_EQ(chat(R"(,"parameters":{"max_new_tokens":5000})", "/v1/chat/completions"), std::nullopt);
    EXPECT_EQ(chat(R"(,"max_tokens":1,"parameters":{"max_new_tokens":5000})", "/v1/chat/completions"), 5'000);
    EXPECT_EQ(chat(R"(,"max_tokens":1,"parameters":"x")"), 1);
    EXPECT_EQ(chat(R"(,"parameters":{"max_new_tokens":5000})", "/V1/Chat/Completions/"), std::nullopt);
    EXPECT_EQ(chat(R"(,"inferenceConfig":{"maxTokens":7})", "/model/m/converse"), 7);
    EXPECT_EQ(bound(Api::chat_completions, R"({"inputText":"a"})", "/model/titan-text/invoke"), std::nullopt);
    EXPECT_EQ(bound(Api::chat_completions, R"({"input":{"prompt":"a"},"parameters":{"max_tokens":9}})",
                    "/api/v1/services/aigc/text-generation/generation"),
              9);
}

TEST(OutputBoundTest, VertexPredictions) {
    const auto predict = [](const std::string& model, const std::string& members) {
        const std::string path = "/v1/p/publishers/google/models/" + model + ":predict";
        return bound(api_of("POST", path), "{" + members + "}", path);
    };
    const std::string two = R"("instances":[{"prompt":"a"},{"prompt":"b","max_tokens":500}])";
    EXPECT_EQ(predict("textembedding-gecko@003", two), 0);
    EXPECT_EQ(predict("text-embedding-005", two), 0);
    EXPECT_EQ(predict("MultimodalEmbedding@001", two), 0);
    EXPECT_EQ(predict("llama", two), 1'000);
    EXPECT_EQ(predict("text-bison", R"("instances":[{"content":"a"}],"parameters":{"maxOutputTokens":77})"),
              77);
    EXPECT_EQ(predict("llama", R"("instances":[{"prompt":"a"}])"), std::nullopt);
    EXPECT_EQ(predict("llama", "\"x\":1"), std::nullopt);
    EXPECT_EQ(bound(Api::gemini_embed, "{}", "/v1beta/models/m:embedContent"), 0);
}

TEST(OutputBoundTest, AWrappedBody) {
    EXPECT_EQ(
        bound(Api::gemini_generate, R"({"model":"m","request":{"generationConfig":{"maxOutputTokens":42}}})",
              "/v1internal:generateContent"),
        42);
    EXPECT_EQ(bound(Api::chat_completions, R"({"request":{"model":"m","max_tokens":42}})",
                    "/async/chat/completions"),
              42);
    EXPECT_EQ(
        bound(Api::chat_completions, R"({"request":{"model":"m","max_tokens":42}})", "/v1/chat/completions"),
        std::nullopt);
}

TEST(OutputBoundTest, MinusOneIsNoBoundWhereServersReadItSo) {
    EXPECT_EQ(chat(R"(,"n_predict":-1)"), std::nullopt);
    EXPECT_EQ(chat(R"(,"max_tokens":10,"n_predict":-1)"), std::nullopt);
    EXPECT_EQ(chat(R"(,"max_tokens":-1)"), std::nullopt);
    EXPECT_EQ(chat(R"(,"max_tokens":-1.0,"max_completion_tokens":5)"), std::nullopt);
    EXPECT_EQ(bound(Api::responses, R"({"max_output_tokens":-1})"), std::nullopt);
    EXPECT_EQ(chat(R"(,"max_tokens":-1)", "/api/v0/chat/completions"), std::nullopt);
    EXPECT_EQ(bound(Api::completions, R"({"model":"m","prompt":"a","n_predict":-2})"), std::nullopt);
    EXPECT_EQ(bound(Api::llama_completion, R"({"prompt":"a","max_tokens":-1})"), std::nullopt);
    EXPECT_EQ(bound(Api::ollama_chat, R"({"options":{"num_predict":-1}})"), std::nullopt);
    EXPECT_EQ(bound(Api::ollama_chat, R"({"options":{"num_predict":-2}})"), std::nullopt);
}

TEST(OutputBoundTest, Completions) {
    const auto completions = [](const std::string& more) {
        return bound(Api::completions, R"({"model":"m",)" + more + "}");
    };
    // OpenAI stops at 16 tokens, its followers go on to the end.
    EXPECT_EQ(completions(R"("prompt":"a")"), std::nullopt);
    EXPECT_EQ(completions(R"("prompt":"a","max_tokens":null)"), std::nullopt);
    EXPECT_EQ(completions(R"("prompt_embeds":["AA==","AA=="],"max_tokens":5)"), 10);
    EXPECT_EQ(completions(R"("prompt":"a","prompt_embeds":"AA==","max_tokens":5)"), 10);
    EXPECT_EQ(completions(R"("prompt":["a","b"],"max_tokens":5,"n":2,"best_of":3)"), 30);
    EXPECT_EQ(completions(R"("prompt":[[1,2],[3]],"max_tokens":5)"), 10);
    EXPECT_EQ(completions(R"("prompt":[1,2,3],"max_tokens":5)"), 5);
    EXPECT_EQ(completions(R"("prompt":[1,"a",3],"max_tokens":5)"), 5);
    EXPECT_EQ(completions(R"("prompt":["a",[1,"b"],{"prompt_string":"c"}],"max_tokens":5)"), 15);
    EXPECT_EQ(completions(R"("prompt":[],"max_tokens":5)"), 5);
    EXPECT_EQ(completions(R"("prompt":["a","b"],"max_tokens":1000000000,"best_of":128)"), 1'000'000'000);
}

TEST(OutputBoundTest, WhereOtherApisKeepIt) {
    EXPECT_EQ(bound(Api::ollama_chat, R"({"options":{"num_predict":42}})"), 42);
    EXPECT_EQ(bound(Api::ollama_generate, R"({"prompt":"a","options":{"num_predict":42.0}})"), 42);
    EXPECT_EQ(bound(Api::ollama_generate, R"({"prompt":"a","max_tokens":5})"), std::nullopt);
    EXPECT_EQ(bound(Api::llama_completion, R"({"prompt":"a","n_predict":42})"), 42);
    EXPECT_EQ(bound(Api::llama_completion, R"({"prompt":["a","b"],"n_predict":42})"), 84);
    EXPECT_EQ(bound(Api::llama_completion, R"({"prompt":"a","max_length":42})"), 42);
    EXPECT_EQ(bound(Api::llama_completion, R"({"prompt":"a","max_tokens_to_sample":42})"), 42);
    EXPECT_EQ(
        bound(Api::llama_completion, R"({"inputs":"a","parameters":{"max_new_tokens":42,"best_of":2}})"), 84);
    EXPECT_EQ(bound(Api::llama_completion, R"({"text":"a","sampling_params":{"max_new_tokens":42,"n":2}})"),
              84);
    EXPECT_EQ(bound(Api::llama_completion, R"({"text":["a","b"],"sampling_params":{"max_new_tokens":42}})"),
              84);
    EXPECT_EQ(bound(Api::ollama_generate, R"({"prompt":"a","context":[1],"options":{"num_predict":5}})"), 5);
    EXPECT_EQ(bound(Api::llama_completion, R"({"inputs":"a"})"), std::nullopt);
    EXPECT_EQ(
        bound(Api::gemini_generate, R"({"generationConfig":{"maxOutputTokens":42,"candidateCount":2}})"), 84);
    EXPECT_EQ(bound(Api::gemini_generate, R"({"generation_config":{"max_output_tokens":42}})"), 42);
    EXPECT_EQ(bound(Api::gemini_generate, "{}"), std::nullopt);
}

TEST(OutputBoundTest, WhatProducesNoText) {
    for (const Api api :
         {Api::embeddings, Api::ollama_embed, Api::gemini_embed, Api::rerank, Api::moderations})
        EXPECT_EQ(bound(api, R"({"model":"m","input":"a","max_tokens":5})"), 0);
    EXPECT_EQ(bound(Api::images, R"({"model":"dall-e-3","prompt":"a","n":2})"), 0);
    EXPECT_EQ(bound(Api::images, R"({"model":"gpt-image-1","prompt":"a","n":2})"), 13'200);
    EXPECT_EQ(bound(Api::audio_speech, R"({"model":"tts-1","input":"hello"})"), 20);
}

}  // namespace
}  // namespace weir::llm
