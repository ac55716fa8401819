// What is read from bodies that are fine.
#include "llm/call.hpp"

#include <gtest/gtest.h>

#include "llm/estimate.hpp"

namespace weir::llm {
namespace {

Call call_of(Api api, const std::string& body) {
    auto result = read_call(api, body);
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

TEST(CallTest, OutputBoundOfChat) {
    EXPECT_EQ(call_of(Api::chat_completions, chat(R"(,"max_tokens":100)")).output_bound, 100);
    EXPECT_EQ(
        call_of(Api::chat_completions, chat(R"(,"max_tokens":100,"max_completion_tokens":50)")).output_bound,
        50);
    EXPECT_EQ(call_of(Api::chat_completions, chat(R"(,"max_tokens":100,"n":3)")).output_bound, 300);
    EXPECT_EQ(call_of(Api::chat_completions, chat(R"(,"max_tokens":1000000000,"n":128)")).output_bound,
              1'000'000'000);
    EXPECT_EQ(call_of(Api::chat_completions, chat(R"(,"max_tokens":0)")).output_bound, 0);
}

TEST(CallTest, OutputBoundOfCompletions) {
    const auto bound = [](const std::string& more) {
        return call_of(Api::completions, R"({"model":"m",)" + more + "}").output_bound;
    };
    EXPECT_EQ(bound(R"("prompt":"a")"), 16);
    EXPECT_EQ(bound(R"("echo":true)"), 16);
    EXPECT_EQ(bound(R"("prompt":["a","b"],"max_tokens":5,"n":2,"best_of":3)"), 30);
    EXPECT_EQ(bound(R"("prompt":[[1,2],[3]],"max_tokens":5)"), 10);
    EXPECT_EQ(bound(R"("prompt":[1,2,3],"max_tokens":5)"), 5);
    EXPECT_EQ(bound(R"("prompt":["a","b"],"max_tokens":1000000000,"best_of":128)"), 1'000'000'000);
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
    EXPECT_EQ(call_of(Api::responses, R"({"prompt":{"id":"p"},"stream":true})").model, "");
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
    EXPECT_EQ(call.input.media_tokens, 85 + 8 * 170);
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

}  // namespace
}  // namespace weir::llm
