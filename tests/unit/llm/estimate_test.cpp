// The fitted estimate against counts of the o200k tokenizer, the bound, and the reserved output.
#include "llm/estimate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace weir::llm {
namespace {

std::int64_t fitted(std::string_view text) {
    TextProfile profile;
    profile.add(text);
    return estimate_text(profile, Encoding::other);
}

Call call_of(Api api, const std::string& body) {
    auto result = read_call({.api = api, .body = body});
    if (auto* error = std::get_if<CallError>(&result)) ADD_FAILURE() << error->message;
    return std::get<Call>(std::move(result));
}

Call chat_of(const std::string& body) {
    return call_of(Api::chat_completions, body);
}

TEST(EstimateTest, EveryScriptCostsSomethingAndNeverMoreThanItsBytes) {
    std::string text;
    for (std::uint32_t point = 0x20; point < 0x20000; point += point < 0x3000 ? 1 : 37) {
        if (point >= 0xd800 && point < 0xe000) continue;
        text.clear();
        for (int i = 0; i < 50; ++i) {
            if (point < 0x80) {
                text += static_cast<char>(point);
                continue;
            }
            if (point >= 0x10000) text += static_cast<char>(0xf0 | point >> 18);
            if (point >= 0x10000) text += static_cast<char>(0x80 | (point >> 12 & 63));
            if (point >= 0x800 && point < 0x10000) text += static_cast<char>(0xe0 | point >> 12);
            if (point >= 0x800) text += static_cast<char>(0x80 | (point >> 6 & 63));
            if (point < 0x800) text += static_cast<char>(0xc0 | point >> 6);
            text += static_cast<char>(0x80 | (point & 63));
        }
        ASSERT_GE(fitted(text), 1) << std::hex << point;
        ASSERT_LE(fitted(text), static_cast<std::int64_t>(text.size())) << std::hex << point;
    }
}

TEST(EstimateTest, InvalidUtf8IsTakenToo) {
    std::mt19937 random(20260803);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes(random() % 40, '\0');
        for (char& c : bytes) c = static_cast<char>(random());
        TextProfile profile;
        profile.add(bytes);
        ASSERT_EQ(profile.bytes, static_cast<std::int64_t>(bytes.size()));
        for (const auto encoding : {Encoding::o200k, Encoding::cl100k, Encoding::other})
            ASSERT_LE(estimate_text(profile, encoding), profile.bytes);
    }
}

TEST(EstimateTest, MessagesNamesAndReplyAreAdded) {
    const std::string hi = R"({"role":"user","content":"hello"})";
    const Call one = chat_of(R"({"model":"m","messages":[)" + hi + "]}");
    EXPECT_EQ(estimate_input(one, EstimateMode::fitted), fitted("hello") + 3 + 3);
    const Call two = chat_of(R"({"model":"m","messages":[)" + hi + "," + hi + "]}");
    EXPECT_GE(estimate_input(two, EstimateMode::fitted), estimate_input(one, EstimateMode::fitted) + 4);
    const Call named = chat_of(R"({"model":"m","messages":[{"role":"user","name":"a","content":"hello"}]})");
    EXPECT_GE(estimate_input(named, EstimateMode::fitted), estimate_input(one, EstimateMode::fitted) + 2);
}

TEST(EstimateTest, TheBoundIsAtLeastTheBytesOfAllText) {
    const std::string text = "caf\xc3\xa9 \xe4\xb8\xad\xe6\x96\x87";
    const Call call = chat_of(R"({"model":"m","messages":[{"role":"user","content":")" + text +
                              R"("},{"role":"tool","tool_call_id":"call_1234567890","content":"x"}],
                                 "tools":[{"type":"function","function":{"name":"look_up","parameters":{"a":1}}}]})");
    EXPECT_GE(estimate_input(call, EstimateMode::bound), static_cast<std::int64_t>(text.size()) + 100);
    EXPECT_GT(estimate_input(call, EstimateMode::bound), estimate_input(call, EstimateMode::fitted));
}

TEST(EstimateTest, IsClamped) {
    Call call;
    EXPECT_EQ(estimate_input(call, EstimateMode::fitted), 1);
    call.input.exact_tokens = 5'000'000'000;
    EXPECT_EQ(estimate_input(call, EstimateMode::bound), 1'000'000'000);
}

TEST(EstimateTest, ReservedOutput) {
    Call call;
    EXPECT_EQ(reserve_output(call, EstimateMode::fitted, 1024), 1024);
    call.output_bound = 100;
    EXPECT_EQ(reserve_output(call, EstimateMode::fitted, 1024), 100);
    EXPECT_EQ(reserve_output(call, EstimateMode::bound, 10), 100);
    EXPECT_EQ(reserve_output(call, EstimateMode::fitted, 10, OutputReserve::own_bound), 100);
    call.output_bound = 100'000;
    EXPECT_EQ(reserve_output(call, EstimateMode::fitted, 1024, OutputReserve::own_bound), 100'000);
    EXPECT_EQ(reserve_output(call, EstimateMode::fitted, 1024), 1024);
    EXPECT_EQ(reserve_output(call, EstimateMode::bound, 1024), 100'000);
    call.output_bound = 0;
    EXPECT_EQ(reserve_output(call, EstimateMode::fitted, 1024), 0);
    call.output_bound.reset();
    EXPECT_EQ(reserve_output(call, EstimateMode::fitted, 1024, OutputReserve::own_bound), 1024);
}

TEST(EstimateTest, AGuessIsNoBoundThatTheRequestGives) {
    const Call images = call_of(Api::images, R"({"model":"gpt-image-1","prompt":"a","n":2})");
    EXPECT_EQ(reserve_output(images, EstimateMode::fitted, 1024, OutputReserve::own_bound), 1024);
    EXPECT_EQ(reserve_output(images, EstimateMode::bound, 1024), 13'200);
    const Call speech = call_of(Api::audio_speech, R"({"model":"tts-1","input":"hello"})");
    EXPECT_EQ(reserve_output(speech, EstimateMode::fitted, 10, OutputReserve::own_bound), 10);
}

TEST(EstimateTest, FittedCountsTextUnderAnyNameWhereMessagesStand) {
    std::string words;
    for (int i = 0; i < 1000; ++i) words += "word ";
    const std::string text = '"' + words + '"';
    const auto tokens = [](Api api, const std::string& body) {
        return estimate_input(call_of(api, body), EstimateMode::fitted);
    };
    const auto expect_about_1000 = [&](Api api, const std::string& body) {
        EXPECT_GE(tokens(api, body), 900) << body.substr(0, 60);
        EXPECT_LE(tokens(api, body), 1200) << body.substr(0, 60);
    };
    for (const std::string& message :
         {R"("Role":"user","Content":)" + text, R"("content":[{"type":"new","stdout":)" + text + "}]",
          R"("role":"assistant","tool_plan":)" + text,
          R"("reasoning_details":[{"type":"reasoning.text","text":)" + text + "}]",
          R"("content":[{"type":"code_execution_tool_result","content":{"type":"x","stdout":)" + text +
              "}}]"}) {
        expect_about_1000(Api::chat_completions, R"({"Messages":[{)" + message + "}]}");
        expect_about_1000(Api::anthropic_messages, R"({"messages":[{)" + message + "}]}");
    }
    for (const std::string& item :
         {R"("type":"apply_patch_call","operation":{"type":"x","diff":)" + text + "}",
          R"("type":"mcp_list_tools","tools":[{"name":"a","description":)" + text + "}]",
          R"("type":"file_search_call","results":[{"text":)" + text + "}]",
          R"("type":"code_interpreter_call","code":)" + text}) {
        expect_about_1000(Api::responses, R"({"input":[{)" + item + "}]}");
    }
    expect_about_1000(Api::gemini_generate,
                      R"({"generationConfig":{"responseSchema":{"description":)" + text + "}}}");
    expect_about_1000(Api::chat_completions, R"({"tool_results":[{"outputs":[{"a":)" + text + "}]}]}");
    expect_about_1000(Api::llama_completion, R"({"prompt":"a","memory":)" + text + "}");
    expect_about_1000(Api::embeddings, R"({"data":[)" + text + "]}");
    expect_about_1000(Api::embeddings, R"({"sentences":[)" + text + "]}");
    expect_about_1000(Api::llama_completion, R"({"text_input":)" + text + "}");
    const std::string base64 = '"' + std::string(4000, 'A') + "==\"";
    for (const std::string& member :
         {"\"signature\":" + text, "\"x\":" + base64, "\"annotations\":[{\"title\":" + text + "}]",
          R"("x":{"encrypted_content":)" + text + "}",
          R"("url":"https://)" + std::string(4000, 'a') + "\""}) {
        EXPECT_LE(tokens(Api::chat_completions, R"({"messages":[{"content":"hi",)" + member + "}]}"), 30)
            << member.substr(0, 40);
        EXPECT_LE(tokens(Api::responses, R"({"input":[{"content":"hi",)" + member + "}]}"), 30)
            << member.substr(0, 40);
    }
}

TEST(EstimateTest, TheBoundCountsAllTextWhereverItStands) {
    const std::string words(15'000, 'w');
    const std::string quoted = '"' + words + '"';
    for (const std::string& member :
         {R"("prediction":{"type":"content","content":)" + quoted + "}",
          R"("documents":[{"text":)" + quoted + "}]", "\"documents\":[" + quoted + "]",
          "\"chat_template\":" + quoted, R"("chat_template_kwargs":{"a":[)" + quoted + "]}",
          R"("guided_json":{)" + quoted + ":1}", "\"guided_grammar\":" + quoted,
          R"("metadata":{"a":)" + quoted + "}", "\"user\":" + quoted, "\"stop\":[" + quoted + "]",
          R"("tool_choice":{"type":"function","function":{"name":)" + quoted + "}}",
          R"("stream_options":{"x":)" + quoted + "}", R"("structured_outputs":{"regex":)" + quoted + "}",
          quoted + ":1", R"("options":{"stop":)" + quoted + "}", R"("extra":[[{"a":{"b":)" + quoted + "}}]]",
          "\"prompt\":" + quoted, "\"input\":" + quoted}) {
        const Call call = chat_of(R"({"model":"m","messages":[{"content":"hi"}],)" + member + "}");
        EXPECT_GE(estimate_input(call, EstimateMode::bound), 15'000) << member.substr(0, 40);
        EXPECT_LE(estimate_input(call, EstimateMode::bound), 15'300) << member.substr(0, 40);
    }
}

TEST(EstimateTest, FittedCountsWhatServersPutIntoThePrompt) {
    std::string words;
    for (int i = 0; i < 1000; ++i) words += "word ";
    const std::string quoted = '"' + words + '"';
    const auto tokens = [&](const std::string& member) {
        return estimate_input(chat_of(R"({"model":"m","messages":[{"content":"hi"}],)" + member + "}"),
                              EstimateMode::fitted);
    };
    for (const std::string& member :
         {R"("prediction":{"type":"content","content":)" + quoted + "}",
          R"("documents":[{"text":)" + quoted + "}]", "\"chat_template\":" + quoted,
          R"("chat_template_kwargs":{"a":)" + quoted + "}", R"("response_format":{"schema":)" + quoted + "}",
          "\"input\":" + quoted, "\"system\":" + quoted}) {
        EXPECT_GE(tokens(member), 900) << member.substr(0, 40);
        EXPECT_LE(tokens(member), 1200) << member.substr(0, 40);
    }
    for (const std::string& member : {R"("metadata":{"a":)" + quoted + "}", "\"user\":" + quoted,
                                      R"("guided_json":{"a":)" + quoted + "}"}) {
        EXPECT_LE(tokens(member), 20) << member.substr(0, 40);
    }
}

TEST(EstimateTest, WhatIsCertainLeavesGuessesOut) {
    const std::string by_url = R"({"type":"image_url","image_url":{"url":"https://x/y.png"}})";
    const Call call =
        chat_of(R"({"model":"gpt-4o-mini","messages":[{"content":[{"type":"text","text":"hello"},)" + by_url +
                "]}]}");
    EXPECT_EQ(estimate_input(call, EstimateMode::fitted), estimate_input_least(call) + 8'500);
    EXPECT_LT(estimate_input_least(call), 20);
    EXPECT_GT(estimate_input(call, EstimateMode::bound), 48'000);
    const Call text = chat_of(R"({"model":"gpt-4o-mini","messages":[{"content":"hello"}]})");
    EXPECT_EQ(estimate_input(text, EstimateMode::fitted), estimate_input_least(text));
    EXPECT_EQ(estimate_input_least(Call{}), 1);
}

TEST(EstimateTest, ARerankerReadsTheQueryWithEachDocument) {
    const auto tokens = [](const std::string& documents, EstimateMode mode) {
        return estimate_input(
            call_of(Api::rerank, R"({"query":"one two three four","documents":)" + documents + "}"), mode);
    };
    // Three times the error of the query.
    EXPECT_NEAR(static_cast<double>(tokens(R"(["a","a","a"])", EstimateMode::fitted)), 3 * 4 + 3, 3);
    EXPECT_GE(tokens(R"(["a","a","a"])", EstimateMode::bound), 3 * 18 + 3);
    EXPECT_GT(tokens(R"([{"text":"a"},{"text":"a"}])", EstimateMode::fitted), 8);
    const Call score = call_of(Api::rerank, R"({"text_1":"one two three four","text_2":["a","a","a"]})");
    EXPECT_GE(estimate_input(score, EstimateMode::bound), 3 * 18 + 3);
}

}  // namespace
}  // namespace weir::llm
