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
    EXPECT_EQ(chat(R"(,"max_tokens":0)"), 0);
    EXPECT_EQ(chat(R"(,"max_tokens":null)"), std::nullopt);
}

TEST(OutputBoundTest, IntegralFloatsAreIntegers) {
    EXPECT_EQ(chat(R"(,"max_tokens":1024.0)"), 1024);
    EXPECT_EQ(chat(R"(,"max_tokens":1e3)"), 1000);
    EXPECT_EQ(chat(R"(,"max_tokens":1.024e3)"), 1024);
    EXPECT_EQ(chat(R"(,"max_tokens":-0.0)"), 0);
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

TEST(OutputBoundTest, MinusOneIsNoBoundWhereServersReadItSo) {
    EXPECT_EQ(chat(R"(,"n_predict":-1)"), std::nullopt);
    EXPECT_EQ(chat(R"(,"max_tokens":10,"n_predict":-1)"), std::nullopt);
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
    EXPECT_EQ(completions(R"("prompt":"a")"), 16);
    EXPECT_EQ(completions(R"("echo":true)"), 16);
    EXPECT_EQ(completions(R"("prompt":["a","b"],"max_tokens":5,"n":2,"best_of":3)"), 30);
    EXPECT_EQ(completions(R"("prompt":[[1,2],[3]],"max_tokens":5)"), 10);
    EXPECT_EQ(completions(R"("prompt":[1,2,3],"max_tokens":5)"), 5);
    EXPECT_EQ(completions(R"("prompt":[1,"a",3],"max_tokens":5)"), 5);
    EXPECT_EQ(completions(R"("prompt":["a",[1,"b"],{"prompt_string":"c"}],"max_tokens":5)"), 15);
    EXPECT_EQ(completions(R"("prompt":[],"max_tokens":5)"), 5);
    EXPECT_EQ(completions(R"("prompt":["a","b"],"max_tokens":1000000000,"best_of":128)"), 1'000'000'000);
    EXPECT_EQ(bound(Api::completions, "{}", "/openai/deployments/d/completions"), 16);
    // Who names no model speaks to llama.cpp, and FIM is Mistral's: neither stops at 16.
    EXPECT_EQ(bound(Api::completions, R"({"prompt":"a"})"), std::nullopt);
    EXPECT_EQ(bound(Api::completions, R"({"model":"m","prompt":"a"})", "/v1/fim/completions"), std::nullopt);
    EXPECT_EQ(bound(Api::completions, R"({"model":"m","prompt":"a"})", "/completions"), std::nullopt);
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
