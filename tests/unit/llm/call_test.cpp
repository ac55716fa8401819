// What is read from bodies that are fine.
#include "llm/call.hpp"

#include <gtest/gtest.h>

#include "llm/estimate.hpp"

namespace weir::llm {
namespace {

Call call_of(Api api, const std::string& body, std::string_view path = {}) {
    auto result = read_call({.api = api, .body = body, .path = path});
    if (auto* error = std::get_if<CallError>(&result)) {
        ADD_FAILURE() << error->message << " in " << body;
        return {};
    }
    return std::get<Call>(std::move(result));
}

std::string chat(const std::string& more) {
    return R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}])" + more + "}";
}

TEST(CallTest, ReadsModelStreamAndCounts) {
    const Call call =
        call_of(Api::chat_completions,
                R"({"model":"gpt-4o","stream":true,"messages":[{"role":"system","content":"Be brief."},
                                  {"role":"user","name":"ann","content":[{"type":"text","text":"h\u00e9"}]}],
                                  "tools":[{"type":"function","function":{"name":"f"}}]})");
    EXPECT_EQ(call.model, "gpt-4o");
    EXPECT_TRUE(call.stream);
    EXPECT_EQ(call.output_bound, std::nullopt);
    EXPECT_EQ(call.input.messages, 2);
    EXPECT_EQ(call.input.names, 1);
    EXPECT_EQ(call.input.tools, 1);
    EXPECT_EQ(call.input.media_tokens, 0);
}

TEST(CallTest, NullCountsAsAbsent) {
    const Call call =
        call_of(Api::chat_completions,
                R"({"model":"m","stream":null,"max_tokens":null,"n":null,"tools":null,"stream_options":null,
                    "messages":[{"role":"assistant","content":null,"name":null,"tool_calls":null}]})");
    EXPECT_FALSE(call.stream);
    EXPECT_EQ(call.output_bound, std::nullopt);
    EXPECT_FALSE(call.ask_for_usage);
}

TEST(CallTest, TokenArraysAreExact) {
    EXPECT_EQ(call_of(Api::completions, R"({"model":"m","prompt":[[1,2],[3]]})").input.exact_tokens, 3);
    const Call call = call_of(Api::embeddings, R"({"model":"m","input":[5,6,7,8]})");
    EXPECT_EQ(call.input.exact_tokens, 4);
    EXPECT_EQ(call.output_bound, 0);
    EXPECT_EQ(estimate_input(call, EstimateMode::fitted), 4);
}

TEST(CallTest, Responses) {
    const Call call =
        call_of(Api::responses, R"({"model":"m","instructions":"Be brief.","max_output_tokens":77,
        "input":[{"role":"user","content":[{"type":"input_text","text":"hello"},{"type":"input_image","file_id":"f"}]},
                 {"type":"function_call","name":"f","arguments":"{}","call_id":"c"},
                 {"type":"function_call_output","call_id":"c","output":"42"},
                 {"type":"reasoning","encrypted_content":"AAAA","summary":[]}]})");
    EXPECT_EQ(call.output_bound, 77);
    EXPECT_EQ(call.input.messages, 5);
    EXPECT_GT(call.input.media_tokens, 0);
    EXPECT_FALSE(call.ask_for_usage);
    const std::string image(100'000, 'A');
    const Call fed_back =
        call_of(Api::responses, R"({"model":"gpt-4o","input":[{"type":"image_generation_call","result":")" +
                                    image + R"("}]})");
    EXPECT_EQ(fed_back.input.media_tokens, 765);
    EXPECT_LT(fed_back.input.text.bytes, 1000);
    EXPECT_EQ(call_of(Api::responses, R"({"prompt":{"id":"p"},"stream":true})").model, "");
}

TEST(CallTest, Background) {
    EXPECT_TRUE(call_of(Api::responses, R"({"model":"m","input":"x","background":true})").background);
    EXPECT_FALSE(call_of(Api::responses, R"({"model":"m","input":"x","background":false})").background);
    EXPECT_FALSE(call_of(Api::responses, R"({"model":"m","input":"x","background":null})").background);
    EXPECT_FALSE(call_of(Api::chat_completions, chat(R"(,"background":true)")).background);
}

TEST(CallTest, ThePathNamesTheModel) {
    const auto model = [](const std::string& body, std::string_view path) {
        return call_of(Api::chat_completions, body, path).model;
    };
    EXPECT_EQ(model(R"({"messages":[]})", "/openai/deployments/dep-1/chat/completions"), "dep-1");
    EXPECT_EQ(model(R"({"model":"other"})", "/openai/deployments/dep-1/chat/completions"), "dep-1");
    EXPECT_EQ(model(R"({"model":"m"})", "/v1/chat/completions"), "m");
    EXPECT_EQ(model(R"({"model":null})", "/v1/chat/completions"), "");
    EXPECT_EQ(model("{}", ""), "");
    const std::string body = "{}";
    const std::string path = "/deployments/" + std::string(300, 'd') + "/chat/completions";
    const auto result = read_call({.api = Api::chat_completions, .body = body, .path = path});
    ASSERT_TRUE(std::holds_alternative<CallError>(result));
    EXPECT_EQ(std::get<CallError>(result).param, "model");
}

TEST(CallTest, Streams) {
    EXPECT_TRUE(call_of(Api::ollama_chat, R"({"model":"m"})").stream);
    EXPECT_TRUE(call_of(Api::ollama_generate, R"({"model":"m","stream":null})").stream);
    EXPECT_FALSE(call_of(Api::ollama_chat, R"({"model":"m","stream":false})").stream);
    EXPECT_FALSE(call_of(Api::ollama_embed, R"({"model":"m"})").stream);
    EXPECT_TRUE(call_of(Api::gemini_generate, "{}", "/v1beta/models/m:streamGenerateContent").stream);
    EXPECT_FALSE(call_of(Api::gemini_generate, "{}", "/v1beta/models/m:generateContent").stream);
    EXPECT_TRUE(call_of(Api::llama_completion, "{}", "/generate_stream").stream);
}

TEST(CallTest, AnthropicMessages) {
    const Call call = call_of(Api::anthropic_messages, R"({"model":"claude","max_tokens":0,"stream":true,
        "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
        "messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","data":"some text"}},
             {"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"42"},
                 {"type":"image","source":{"type":"url","url":"https://x"}}]}]},
             {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"AAAA"},
                 {"type":"tool_use","id":"t","name":"f","input":{"a":[1,true,null]}}]}]})");
    EXPECT_EQ(call.output_bound, 0);
    EXPECT_EQ(call.input.messages, 2);
    EXPECT_EQ(call.input.media_tokens, 1600);
    EXPECT_FALSE(call.ask_for_usage);
}

TEST(CallTest, Base64CountsAsMediaNotAsText) {
    const std::string image = "data:image/png;base64," + std::string(100'000, 'A');
    const std::string body =
        R"({"model":"gpt-4o","messages":[{"content":[{"type":"image_url","image_url":{"url":")" + image +
        R"("}}]}]})";
    const Call call = call_of(Api::chat_completions, body);
    EXPECT_EQ(call.input.media_tokens, 85 + 4 * 170);  // no image that can be measured: a usual one
    EXPECT_LT(call.input.text.bytes, 200);
}

TEST(CallTest, FieldsGivenTwiceInAMessageCountTwice) {
    const auto tokens = [](const std::string& message) {
        return estimate_input(call_of(Api::chat_completions, R"({"model":"m","messages":[)" + message + "]}"),
                              EstimateMode::fitted);
    };
    const std::string text(1000, 'x');
    EXPECT_GT(tokens(R"({"content":"a","content":")" + text + R"("})"),
              tokens(R"({"content":")" + text + R"("})") - 1);
}

TEST(CallTest, MembersGivenTwiceCountTwice) {
    const std::string text(1000, 'x');
    const std::string messages = R"("messages":[{"content":")" + text + R"("}])";
    const Call once = call_of(Api::chat_completions, R"({"model":"m",)" + messages + "}");
    const Call twice = call_of(Api::chat_completions, R"({"model":"m",)" + messages + "," + messages + "}");
    EXPECT_EQ(twice.input.messages, 2);
    EXPECT_GE(twice.input.text.bytes, 2 * once.input.text.bytes);
}

std::int64_t fitted(Api api, const std::string& body) {
    return estimate_input(call_of(api, body), EstimateMode::fitted);
}

std::string words(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "word ";
    return text;
}

TEST(CallTest, TextCountsWhereverItStands) {
    const std::string text = words(1000);
    const std::string quoted = '"' + text + '"';
    for (const auto& [api, body] : std::vector<std::pair<Api, std::string>>{
             {Api::embeddings, R"({"model":"m","messages":[{"role":"user","content":)" + quoted + "}]}"},
             {Api::embeddings, R"({"model":"m","input":[{"text":)" + quoted + "}]}"},
             {Api::embeddings,
              R"({"model":"m","inputs":[{"content":[{"type":"text","text":)" + quoted + "}]}]}"},
             {Api::embeddings, R"({"content":)" + quoted + "}"},
             {Api::embeddings, R"({"texts":[)" + quoted + "]}"},
             {Api::completions, R"({"model":"m","prompt":[12,)" + quoted + ",56]}"},
             {Api::completions, R"({"model":"m","prompt":{"prompt_string":)" + quoted + "}}"},
             {Api::chat_completions, R"({"model":"m","messages":)" + quoted + "}"},
             {Api::chat_completions, R"({"model":"m","messages":{"role":"user","content":)" + quoted + "}}"},
             {Api::chat_completions,
              R"({"model":"m","messages":[{"content":{"type":"text","text":)" + quoted + "}}]}"},
             {Api::chat_completions, R"({"model":"m","messages":[{"content":{"anything":)" + quoted + "}}]}"},
             {Api::chat_completions, R"({"model":"m","messages":[{"content":[[)" + quoted + "]]}]}"},
             {Api::chat_completions, R"({"model":"m","messages":[{"tool_calls":{"a":)" + quoted + "}}]}"},
             {Api::chat_completions, R"({"model":"m","tools":)" + quoted + "}"},
             {Api::chat_completions, R"({"model":"m","input":)" + quoted + "}"},
             {Api::chat_completions, R"({"message":)" + quoted + R"(,"chat_history":[]})"},
             {Api::responses, R"({"model":"m","input":{"role":"user","content":)" + quoted + "}}"},
             {Api::responses, R"({"model":"m","instructions":[)" + quoted + "]}"},
             {Api::responses, R"({"prompt":{"id":"p","variables":{"a":)" + quoted + "}}}"},
             {Api::anthropic_messages, R"({"system":{"type":"text","text":)" + quoted + "}}"},
             {Api::ollama_chat, R"({"model":"m","messages":[{"role":"user","content":)" + quoted + "}]}"},
             {Api::ollama_generate, R"({"model":"m","prompt":"x","system":)" + quoted + "}"},
             {Api::ollama_embed, R"({"model":"m","input":[)" + quoted + "]}"},
             {Api::llama_completion, R"({"prompt":)" + quoted + "}"},
             {Api::llama_completion, R"({"input_prefix":"a","input_suffix":)" + quoted + "}"},
             {Api::llama_completion, R"({"input_extra":[{"filename":"f","text":)" + quoted + "}]}"},
             {Api::llama_completion, R"({"inputs":)" + quoted + "}"},
             {Api::llama_completion, R"({"text":)" + quoted + R"(,"sampling_params":{}})"},
             {Api::gemini_generate, R"({"contents":[{"role":"user","parts":[{"text":)" + quoted + "}]}]}"},
             {Api::gemini_generate, R"({"contents":{"parts":{"text":)" + quoted + "}}}"},
             {Api::gemini_generate, R"({"systemInstruction":{"parts":[{"text":)" + quoted + "}]}}"},
             {Api::gemini_generate,
              R"({"contents":[{"parts":[{"functionResponse":{"name":"f","response":)" + quoted + "}}]}]}"},
             {Api::gemini_embed, R"({"content":{"parts":[{"text":)" + quoted + "}]}}"},
             {Api::gemini_embed, R"({"requests":[{"content":{"parts":[{"text":)" + quoted + "}]}}]}"},
             {Api::gemini_embed, R"({"instances":[{"content":)" + quoted + "}]}"},
             {Api::rerank, R"({"query":"x","documents":[)" + quoted + "]}"},
             {Api::rerank, R"({"query":"x","texts":[)" + quoted + "]}"},
             {Api::images, R"({"prompt":)" + quoted + "}"},
             {Api::audio_speech, R"({"input":)" + quoted + "}"},
             {Api::moderations, R"({"input":[{"type":"text","text":)" + quoted + "}]}"}}) {
        const std::string shown = std::to_string(static_cast<int>(api)) + " " + body.substr(0, 90);
        EXPECT_GE(fitted(api, body), 900) << shown;
        EXPECT_LE(fitted(api, body), 1000) << shown;
    }
}

TEST(CallTest, TokensCountOneEach) {
    EXPECT_EQ(call_of(Api::completions, R"({"prompt":[12,"text",56]})").input.exact_tokens, 2);
    EXPECT_EQ(call_of(Api::completions, R"({"prompt":[-1,1.5,[7,[8]]]})").input.exact_tokens, 4);
    EXPECT_EQ(call_of(Api::ollama_generate, R"({"prompt":"a","context":[1,2,3]})").input.exact_tokens, 3);
    EXPECT_EQ(call_of(Api::llama_completion, R"({"input_ids":[[1,2],[3]]})").input.exact_tokens, 3);
}

TEST(CallTest, MediaOfOtherApis) {
    const auto media = [](Api api, const std::string& body) { return call_of(api, body).input.media_tokens; };
    const std::string image(4000, 'A');
    EXPECT_EQ(media(Api::ollama_chat, R"({"messages":[{"content":"x","images":[")" + image + R"("]}]})"),
              765);
    EXPECT_EQ(
        media(Api::ollama_generate, R"({"prompt":"x","images":[")" + image + R"(",")" + image + R"("]})"),
        2 * 765);
    EXPECT_EQ(media(Api::gemini_generate,
                    R"({"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":")" + image +
                        R"("}}]}]})"),
              258);
    EXPECT_GT(
        media(Api::gemini_generate, R"({"contents":[{"parts":[{"fileData":{"fileUri":"https://x"}}]}]})"),
        1000);
    EXPECT_EQ(media(Api::embeddings, R"({"input":[{"image":"https://x/y.png"}]})"), 765);
    EXPECT_GT(media(Api::chat_completions,
                    R"({"messages":[{"content":[{"type":"audio_url","audio_url":{"url":"https://x"}}]}]})"),
              1000);
    EXPECT_GT(media(Api::chat_completions,
                    R"({"messages":[{"content":[{"type":"video_url","video_url":{"url":"https://x"}}]}]})"),
              1000);
}

TEST(CallTest, ABodyOfTwentyMegabytesIsRead) {
    std::string body = R"({"model":"m","messages":[{"content":")" + std::string(20 << 20, 'a') + R"("}]})";
    body.reserve(body.size() + 64);
    EXPECT_EQ(call_of(Api::chat_completions, body).input.text.bytes, 20 << 20);
}

TEST(CallTest, ABodyWithoutRoomBehindItIsReadToo) {
    std::string body = chat(R"(,"max_tokens":12)");
    body.shrink_to_fit();
    EXPECT_EQ(call_of(Api::chat_completions, body).output_bound, 12);
}

TEST(CallTest, FurtherModelsAreNamedWithinBounds) {
    const Call call = call_of(Api::chat_completions, R"({"model":"m","models":["a",5,"","b"]})");
    EXPECT_EQ(call.further_models, (std::vector<std::string>{"a", "b"}));
    std::string many = "\"x\"";
    for (int i = 0; i < 40; ++i) many += ",\"x\"";
    EXPECT_EQ(call_of(Api::chat_completions, R"({"models":[)" + many + "]}").further_models.size(), 16U);
    EXPECT_TRUE(call_of(Api::chat_completions, R"({"models":"a"})").further_models.empty());
}

TEST(CallTest, AnEmptyModelIsNone) {
    EXPECT_EQ(call_of(Api::chat_completions, R"({"model":""})").model, "");
    EXPECT_EQ(call_of(Api::llama_completion, R"({"model_id":"m","input":"x"})").model, "m");
    EXPECT_EQ(call_of(Api::ollama_generate, R"({"model":"","name":"m","prompt":"x"})").model, "m");
    EXPECT_EQ(call_of(Api::chat_completions, R"({"name":"m","model_id":5})").model, "");
}

TEST(CallTest, AWrappedBodyIsReadInside) {
    const std::string body =
        R"({"model":"outer","request":{"contents":[{"parts":[{"text":"hello there"}]}]}})";
    auto result =
        read_call({.api = Api::gemini_generate, .body = body, .path = "/v1internal:generateContent"});
    const Call& call = std::get<Call>(result);
    EXPECT_EQ(call.model, "outer");
    EXPECT_EQ(call.input.messages, 1);
    EXPECT_GE(call.input.text.bytes, 11);
    const std::string twice = R"({"request":{},"request":{}})";
    result = read_call({.api = Api::gemini_generate, .body = twice, .path = "/v1internal:generateContent"});
    EXPECT_EQ(std::get<CallError>(result).param, "request");
}

}  // namespace
}  // namespace weir::llm
