// Events of any length and shape: long ones, several lines, no blank lines, texts that are no proper JSON.
#include "unit/llm/tap.hpp"

namespace weir::llm {
namespace {

std::string chunk(std::string_view content) {
    return std::string(R"({"choices":[{"index":0,"delta":{"content":")").append(content).append("\"}}]}");
}

constexpr std::string_view usage_chunk =
    R"({"choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29}})";

TEST(LongEventTest, UsageAtTheEndOfAnEventOf1200Kilobytes) {
    const std::string text =
        "event: response.completed\ndata: "
        "{\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\",\"object\":"
        "\"response\",\"status\":\"completed\",\"output\":[{\"type\":\"image_generation_call\",\"result\":"
        "\"" +
        std::string(1'200'000, 'A') +
        "\"}],\"usage\":{\"input_tokens\":5000,\"output_tokens\":4000,\"total_tokens\":9000}}}\n\n";
    for (const std::size_t step : {7U, 1000U, 65'536U, 2'000'000U}) {
        for (const bool drops : {false, true}) {
            const TappedAnswer passed = pass(event_answer(Api::responses, drops), text, step);
            EXPECT_EQ(passed.bytes, text);
            EXPECT_EQ(passed.usage.input_tokens, 5000);
            EXPECT_EQ(passed.usage.output_tokens, 4000);
            EXPECT_EQ(passed.usage.response_id, "resp_1");
            EXPECT_TRUE(passed.usage.ended);
        }
    }
}

TEST(LongEventTest, EveryVocabularyInAnEventOf200Kilobytes) {
    const std::string filler = R"("filler":")" + std::string(200'000, 'x') + R"(",)";
    const auto usage = [&](Api api, std::string_view rest) {
        const std::string text = "data: {" + filler + std::string(rest) + "\n\n";
        const TappedUsage in_pieces = pass(event_answer(api), text, 999).usage;
        expect_same(in_pieces, pass(event_answer(api), text, text.size()).usage);
        return in_pieces;
    };
    const auto chat = usage(
        Api::chat_completions,
        R"("choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop","x":[{}]}],"usage":{"prompt_tokens":9,"completion_tokens":5}})");
    EXPECT_EQ(chat.input_tokens, 9);
    EXPECT_EQ(chat.output_tokens, 5);
    EXPECT_TRUE(chat.ended);
    EXPECT_EQ(usage(Api::chat_completions, R"("choices":[{"index":0,"delta":{"content":"a"}}]})").output_seen,
              1);
    EXPECT_EQ(usage(Api::chat_completions, R"("choices":[{"index":0,"delta":{"content":""}}]})").output_seen,
              0);
    EXPECT_TRUE(usage(Api::chat_completions, R"("error":{"message":"m"}})").failed);
    const auto gemini = usage(
        Api::gemini_generate,
        R"("candidates":[{"content":{"parts":[{"inlineData":{"data":"AAAA"}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":1290}})");
    EXPECT_EQ(gemini.output_tokens, 1290);
    EXPECT_TRUE(gemini.ended);
    const auto start = usage(
        Api::anthropic_messages,
        R"("type":"message_start","message":{"content":[],"usage":{"input_tokens":9,"output_tokens":1}}})");
    EXPECT_EQ(start.input_tokens, 9);
    EXPECT_EQ(usage(Api::images,
                    R"("type":"image_generation.completed","usage":{"input_tokens":1,"output_tokens":2}})")
                  .output_tokens,
              2);
}

TEST(LongEventTest, AnEventTooLongToBeHeldPassesEvenIfItIsOurs) {
    const std::string text = R"(data: {"choices":[],"x":")" + std::string(3 << 20, 'x') +
                             R"(","usage":{"prompt_tokens":19,"completion_tokens":10}})"
                             "\n\ndata: [DONE]\n\n";
    const TappedAnswer passed = pass(event_answer(Api::chat_completions, true), text, 50'000);
    EXPECT_EQ(passed.bytes, text);
    EXPECT_EQ(passed.usage.output_tokens, 10);
}

TEST(EventShapeTest, OneLineEndBetweenEvents) {
    for (const std::string_view line_end : {"\n", "\r\n", "\r"}) {
        SCOPED_TRACE(line_end.size());
        std::string text;
        std::string kept;
        const auto add = [&](std::string_view data, bool is_kept) {
            const std::string line = std::string("data: ").append(data).append(line_end);
            text += line;
            if (is_kept) kept += line;
        };
        add(chunk("a"), true);
        add(chunk("b"), true);
        add(usage_chunk, false);
        add(usage_chunk, false);
        add("[DONE]", true);
        const auto usage = usage_of(event_answer(Api::chat_completions), text);
        EXPECT_EQ(usage.output_tokens, 10);
        EXPECT_EQ(usage.output_seen, 10);
        EXPECT_TRUE(usage.ended);
        for (const std::size_t step : {1U, 5U, 60U, 1000U}) {
            EXPECT_EQ(pass(event_answer(Api::chat_completions, true), text, step).bytes, kept) << step;
        }
    }
    UsageTap tap(event_answer(Api::chat_completions, true));
    EXPECT_EQ(feed(tap, "data: " + chunk("a") + "\n"), "data: " + chunk("a") + "\n")
        << "lines pass as they come";
    EXPECT_EQ(feed(tap, "data: {\"cho"), "");
    EXPECT_EQ(feed(tap, "ices\":[]}\n"), "data: {\"choices\":[]}\n");
}

TEST(EventShapeTest, NamesAndIdsAroundTheData) {
    const std::string before = "event: message\nid: 1\ndata: ";
    const std::string text = before + chunk("a") + "\n\n" + before + std::string(usage_chunk) + "\n\n" +
                             before + "[DONE]\n\n: bye\n\n";
    const std::string kept = before + chunk("a") + "\n\n" + before + "[DONE]\n\n: bye\n\n";
    for (const std::size_t step : {1U, 3U, 1000U}) {
        EXPECT_EQ(pass(event_answer(Api::chat_completions, true), text, step).bytes, kept) << step;
    }
}

TEST(EventShapeTest, DataOfSeveralLines) {
    const std::string text =
        "data: {\ndata:   \"choices\": [{\"index\":0,\"delta\":{\"content\":\"}\"},\ndata: "
        "\"finish_reason\":\"stop\"}],\n"
        "data: \"usage\": {\"prompt_tokens\": 3,\ndata:\ndata:  \"completion_tokens\": 1}\ndata: }\n\n";
    const auto usage = usage_of(event_answer(Api::chat_completions), text);
    EXPECT_EQ(usage.input_tokens, 3);
    EXPECT_EQ(usage.output_tokens, 1);
    EXPECT_TRUE(usage.ended);
    const std::string ours = "data: {\"choices\":[],\ndata: \"usage\":{\"prompt_tokens\":3}}\n\n";
    for (const std::size_t step : {1U, 1000U}) {
        EXPECT_EQ(pass(event_answer(Api::chat_completions, true), text + ours, step).bytes, text) << step;
    }
}

TEST(EventShapeTest, WhatIsNoProperJsonIsReadAllTheSame) {
    for (const std::string_view odd :
         {"\"x\":\"\\ud83d\",", "\"x\":\"\xff\",", "\"x\":1e400,", "\"x\":-Infinity,", "\"x\":NaN,",
          "\"x\":115792089237316195423570985008687907853269984665640564039457584007913129639935,"}) {
        SCOPED_TRACE(odd);
        const std::string members =
            std::string("{")
                .append(odd)
                .append(R"("choices":[{"index":0,"finish_reason":"stop","delta":{"content":"a"}}],"error":")")
                .append("\\ud83d\xff")
                .append(R"(","usage":{"prompt_tokens":3,"completion_tokens":4}})");
        for (const auto& usage : {usage_of(event_answer(Api::chat_completions), "data: " + members + "\n\n"),
                                  usage_of_json(Api::chat_completions, members)}) {
            EXPECT_EQ(usage.input_tokens, 3);
            EXPECT_EQ(usage.output_tokens, 4);
            EXPECT_TRUE(usage.ended);
        }
    }
}

TEST(EventShapeTest, AzuresFirstChunkPasses) {
    const std::string text =
        "data: {\"choices\":[],\"prompt_filter_results\":[{\"prompt_index\":0}],\"usage\":null}\n\n"
        "data: {\"choices\":[],\"usage\":null}\n\n";
    EXPECT_EQ(pass(event_answer(Api::chat_completions, true), text, 1000).bytes, text);
}

}  // namespace
}  // namespace weir::llm
