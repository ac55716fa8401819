// The tap beyond the fixtures: formats, when bytes are held back, hostile numbers, long events, random bytes.
#include <random>
#include <string>

#include "unit/llm/tap.hpp"

namespace weir::llm {
namespace {

TEST(UsageTapTest, ForwardsWhatItHasAsSoonAsNothingNeedsToBeDropped) {
    UsageTap tap(event_answer(Api::chat_completions, false));
    EXPECT_EQ(feed(tap, "data: {\"choi"), "data: {\"choi");
    EXPECT_EQ(feed(tap, "ces\":[]}\n"), "ces\":[]}\n");
}

TEST(UsageTapTest, HoldsBackOnlyTheUnfinishedEvent) {
    UsageTap tap(event_answer(Api::chat_completions, true));
    EXPECT_EQ(feed(tap, ": pi"), ": pi");
    EXPECT_EQ(feed(tap, "ng\n\ndata: {}\n\nda"), "ng\n\ndata: {}\n\n");
    EXPECT_EQ(feed(tap, "ta: 1\n"), "");
    EXPECT_EQ(feed(tap, "\n: x"), "data: 1\n\n: x");
    EXPECT_EQ(feed(tap, "\n\ndata: {\"choices\":[],\"usage\":{}}\n\ndata: [DO"), "\n\n");
    EXPECT_EQ(feed(tap, "NE]\n\n"), "data: [DONE]\n\n") << "a second chunk of usage may have come";
    EXPECT_EQ(finish(tap), "");
}

TEST(UsageTapTest, DropsEachUsageChunk) {
    const std::string usage = "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n";
    UsageTap tap(event_answer(Api::chat_completions, true));
    EXPECT_EQ(feed(tap, "data: {\"choices\":[]," + usage + "data: {\"choices\":[]," + usage), "");
    EXPECT_EQ(feed(tap, "data: {\"choices\":null," + usage), "");
    EXPECT_EQ(feed(tap, "data: {\"id\":\"c\"," + usage), "") << "no choices at all";
    EXPECT_EQ(feed(tap, "data: [DONE]\n\n"), "data: [DONE]\n\n");
}

TEST(UsageTapTest, KeepsChunksOfSubstance) {
    for (const std::string more :
         {R"("error":{"message":"m"})", R"("moderation":{"flagged":true})", R"("prompt_filter_results":[{}])",
          R"("choices":[{}])", R"("usage":null)"}) {
        const bool overrides = more.starts_with("\"choices") || more.starts_with("\"usage");
        const std::string rest = overrides ? "" : R"("choices":[],"usage":{"prompt_tokens":1},)";
        const std::string extra = more.starts_with("\"choices") ? R"("usage":{"prompt_tokens":1},)"
                                  : more.starts_with("\"usage") ? R"("choices":[],)"
                                                                : "";
        const std::string event = "data: {" + rest + extra + more + "}\n\n";
        UsageTap tap(event_answer(Api::chat_completions, true));
        EXPECT_EQ(feed(tap, event), event);
    }
}

TEST(UsageTapTest, PassesAnEventTooLongToBeHeld) {
    UsageTap tap(event_answer(Api::chat_completions, true));
    const std::string piece(300'000, 'x');
    std::string in = "data: {\"choices\":[],\"usage\":{\"a\":\"";
    std::string out = feed(tap, in);
    for (int i = 0; i < 6; ++i) {
        in += piece;
        out += feed(tap, piece);
    }
    EXPECT_EQ(out, in);
    EXPECT_EQ(feed(tap, "\"}}\n\nda"), "\"}}\n\n");
    EXPECT_EQ(feed(tap, "ta: {\"choices\":[],\"usage\":{}}\n\n"), "") << "the next event is held again";
}

TEST(UsageTapTest, AnEventTooLongToBeHeldPassesInOnePieceToo) {
    for (const std::string_view line_end : {"\n", "\r", "\r\n"}) {
        const std::string begin = "data: {\"choices\":[],\"usage\":{\"a\":\"";
        const std::string end = std::string("\"}}").append(line_end);
        const std::size_t longest =
            (std::size_t{1} << 20) - begin.size() - 4;  // `"}}` and one byte of the line's end
        for (const std::size_t length : {longest, longest + 1}) {
            const std::string event = begin + std::string(length, 'x') + end + std::string(line_end);
            const std::string_view passes = length > longest ? std::string_view(event) : std::string_view();
            for (const std::size_t step : {event.size(), std::size_t{1000}, std::size_t{1 << 20}})
                EXPECT_TRUE(pass(event_answer(Api::chat_completions, true), event, step).bytes == passes)
                    << length << " in steps of " << step;
        }
    }
}

TEST(UsageTapTest, ATailTooLongToBeHeldPassesInOnePieceToo) {
    const std::string usage = "data: {\"choices\":[],\"usage\":{}}\n";
    const std::string tail = "id: " + std::string(2 << 20, 'x') + "\n\n";
    for (const std::size_t step : {usage.size() + tail.size(), std::size_t{1000}})
        EXPECT_TRUE(pass(event_answer(Api::chat_completions, true), usage + tail, step).bytes == tail)
            << step;
}

TEST(UsageTapTest, TheEndLeavesTheLastPiecesAlone) {
    UsageTap tap(event_answer(Api::chat_completions, true));
    EXPECT_EQ(feed(tap, "data: {\"choices\":[1"), "");
    std::vector<std::string_view> forward;
    tap.feed("]}\n\ndata: half", forward);
    tap.finish(forward, true);
    EXPECT_EQ(joined(forward), "data: {\"choices\":[1]}\n\ndata: half");
}

TEST(UsageTapTest, ForwardsAnUnfinishedEventAtTheEnd) {
    UsageTap tap(event_answer(Api::chat_completions, true));
    EXPECT_EQ(feed(tap, "data: {\"choices\":[],\"usa"), "");
    EXPECT_EQ(finish(tap), "data: {\"choices\":[],\"usa");
}

TEST(UsageTapTest, ClampsAndIgnoresNumbersThatCannotBe) {
    const auto usage = [](std::string_view value) {
        return usage_of_json(
            Api::chat_completions,
            std::string(R"({"usage":{"prompt_tokens":7,"completion_tokens":)").append(value).append("}}"));
    };
    EXPECT_EQ(usage("1000000001").output_tokens, 1'000'000'000);
    EXPECT_EQ(usage("18446744073709551615").output_tokens, 1'000'000'000);
    EXPECT_EQ(usage("\"18446744073709551616\"").output_tokens, 1'000'000'000);
    EXPECT_EQ(usage("12.0").output_tokens, 12);
    EXPECT_EQ(usage("1.2e1").output_tokens, 12);
    EXPECT_EQ(usage("\"12\"").output_tokens, 12);
    for (const std::string_view bad :
         {"-1", "1.5", "1e30", "\"1x\"", "\"\"", "\"-1\"", "null", "[1]", "{}", "true"}) {
        EXPECT_EQ(usage(bad).output_tokens, std::nullopt) << bad;
        EXPECT_EQ(usage(bad).input_tokens, 7) << bad;
    }
    EXPECT_EQ(usage("99999999999999999999999999").output_tokens, std::nullopt);
}

TEST(UsageTapTest, FindsTheOutermostUsageAlone) {
    EXPECT_EQ(usage_of_json(Api::chat_completions, R"({"a":{"usage":{"prompt_tokens":1}}})").input_tokens,
              std::nullopt);
    EXPECT_EQ(usage_of_json(Api::chat_completions, R"([[{"usage":{"prompt_tokens":1}}]])").input_tokens,
              std::nullopt);
    EXPECT_EQ(usage_of_json(Api::chat_completions, R"({"a":"\"usage\":{","usage" : {"prompt_tokens":1} })")
                  .input_tokens,
              1);
    EXPECT_EQ(
        usage_of_json(Api::chat_completions, R"({"xusage":{"prompt_tokens":9},"usage2":{"prompt_tokens":9}})")
            .input_tokens,
        std::nullopt);
    EXPECT_EQ(usage_of_json(Api::chat_completions, R"({"usage":"usage","b":"usage"})").input_tokens,
              std::nullopt);
    const std::string long_usage =
        R"({"usage":{"prompt_tokens":1,"x":")" + std::string(70'000, 'x') + R"("}})";
    EXPECT_EQ(usage_of_json(Api::chat_completions, long_usage).input_tokens, 1);
    EXPECT_TRUE(usage_of_json(Api::chat_completions, long_usage).ended);
    EXPECT_FALSE(usage_of_json(Api::chat_completions, R"({"usage":{})").ended);
}

TEST(UsageTapTest, FindsTheUsageWhereverTheAnswerIsSplit) {
    const std::string answer =
        R"({"a\\":"\\\"","us\"age":"\\","b":["\"usage\":{",{"usage":1}],"usage":{"x":"}\\","prompt_tokens":7},"c":"\\"})";
    for (std::size_t first = 0; first <= answer.size(); ++first) {
        for (std::size_t second = first; second <= answer.size(); second += 3) {
            UsageTap tap(json_answer(Api::chat_completions));
            feed(tap, std::string_view(answer).substr(0, first));
            feed(tap, std::string_view(answer).substr(first, second - first));
            feed(tap, std::string_view(answer).substr(second));
            ASSERT_EQ(tap.usage().input_tokens, 7) << first << " " << second;
            ASSERT_TRUE(tap.usage().ended) << first << " " << second;
        }
    }
}

TEST(UsageTapTest, AStringIsNoNameOfWhatStandsBehindIt) {
    // What stands behind a value without a comma is no JSON. How much of the text is at hand differs by the
    // pieces: it must not be taken for the name of the object.
    const std::string text = R"({"delta":")" + std::string(70'000, 'a') + R"("{}})";
    EXPECT_EQ(usage_of_json(Api::anthropic_messages, text).output_seen, 1);
}

TEST(UsageTapTest, ARunningCountIsNoFinalCount) {
    const auto cut = usage_of_events(
        Api::chat_completions,
        {R"({"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":5,"completion_tokens":40}})"});
    EXPECT_EQ(cut.input_tokens, 5);
    EXPECT_EQ(cut.output_tokens, std::nullopt);
    EXPECT_EQ(cut.output_seen, 40);
    const auto whole = usage_of_events(
        Api::chat_completions,
        {R"({"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":5,"completion_tokens":40}})",
         "[DONE]"});
    EXPECT_EQ(whole.output_tokens, 40);
}

TEST(UsageTapTest, CountsDeltasThatHoldSomething) {
    const auto seen =
        usage_of_events(Api::chat_completions,
                        {
                            R"({"choices":[{"delta":{"role":"assistant","content":""}}]})",
                            R"({"choices":[{"delta":{"content":"a"}}]})",
                            R"({"choices":[{"delta":{"reasoning":"a"}}]})",
                            R"({"choices":[{"delta":{"refusal":"a"}},{"delta":{"content":"b"}}]})",
                            R"({"choices":[{"delta":{"function_call":{"arguments":"{"}}}]})",
                            R"({"choices":[{"delta":{"tool_calls":[{"function":{"arguments":""}}]}}]})",
                            R"(nonsense)",
                            R"({"choices":[{"delta":{},"finish_reason":"stop"}]})",
                        });
    EXPECT_EQ(seen.output_seen, 5);
    EXPECT_FALSE(seen.ended) << "the second choice has not finished";
}

TEST(UsageTapTest, BinaryAnswersPass) {
    UsageTap tap({.api = Api::chat_completions,
                  .content_type = "audio/mpeg",
                  .content_encoding = {},
                  .drop_usage_chunk = true});
    const std::string_view bytes = "ID3\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\n";
    EXPECT_EQ(feed(tap, bytes), bytes);
    EXPECT_EQ(tap.usage().input_tokens, std::nullopt);
}

TEST(UsageTapTest, RandomBytesPassUnchanged) {
    const std::string_view pieces[] = {
        "data:", "data: {", "\n",   "\r",    "\r\n", "\n\n", ":",         "\"",
        "\\",    "{",       "}",    "[",     "]",    ",",    "\"usage\"", "\"choices\":[{}]",
        "null",  "x",       "\xff", "[DONE]"};
    std::mt19937 random(20260801);
    for (int round = 0; round < 3000; ++round) {
        const bool is_stream = round % 2 == 0;
        UsageTap tap(is_stream ? event_answer(Api::unmetered, round % 4 == 0) : json_answer(Api::unmetered));
        std::string in;
        std::string out;
        for (std::size_t i = random() % 60; i > 0; --i) {
            std::string piece;
            for (std::size_t k = random() % 5; k > 0; --k) piece += pieces[random() % std::size(pieces)];
            in += piece;
            out += feed(tap, piece);
        }
        out += finish(tap);
        ASSERT_EQ(out, in);
    }
}

}  // namespace
}  // namespace weir::llm
