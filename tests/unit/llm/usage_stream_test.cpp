// Streams: usage in every place, running and final, and what counts as seen.
#include "support/property.hpp"
#include "unit/llm/tap.hpp"

namespace weir::llm {
namespace {

constexpr auto none = std::nullopt;

TEST(StreamUsageTest, ReasoningApartIsOutput) {
    const auto usage = usage_of_events(
        Api::chat_completions,
        {R"({"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]})",
         R"({"choices":[],"usage":{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}})",
         "[DONE]"});
    EXPECT_EQ(usage.input_tokens, 32);
    EXPECT_EQ(usage.output_tokens, 103);
}

TEST(StreamUsageTest, ZerosAtTheEndAreNoReport) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += events({R"({"choices":[{"index":0,"delta":{"content":"a"}}]})"});
    text += events({R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})",
                    R"({"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}})",
                    "[DONE]"});
    const auto usage = usage_of(event_answer(Api::chat_completions), text);
    EXPECT_EQ(usage.input_tokens, none);
    EXPECT_EQ(usage.output_tokens, none);
    EXPECT_EQ(usage.output_seen, 300);
    EXPECT_TRUE(usage.ended);
}

TEST(StreamUsageTest, AZeroBeforeTheTextIsNoReportEither) {
    const auto usage = usage_of_events(
        Api::chat_completions,
        {R"({"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":0}})",
         R"({"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]})", "[DONE]"});
    EXPECT_EQ(usage.input_tokens, 5);
    EXPECT_EQ(usage.output_tokens, none);
    EXPECT_EQ(usage.output_seen, 1);
}

TEST(StreamUsageTest, TheLastThatSaysSomethingCounts) {
    const auto usage = usage_of_events(
        Api::chat_completions,
        {R"({"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":5,"completion_tokens":1}})",
         R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":5,"completion_tokens":7,"cached_tokens":2}}]})",
         R"({"choices":[],"usage":null})",
         R"({"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0}})", "[DONE]"});
    EXPECT_EQ(usage.input_tokens, 5);
    EXPECT_EQ(usage.output_tokens, 7);
    EXPECT_EQ(usage.cached_input_tokens, 2);
}

TEST(StreamUsageTest, UsageBesideAnUnfinishedChoiceIsFinalInAWholeStream) {
    const auto text = events(
        {R"({"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":9,"completion_tokens":200}})"});
    const auto whole = usage_of(event_answer(Api::chat_completions), text, true);
    EXPECT_EQ(whole.input_tokens, 9);
    EXPECT_EQ(whole.output_tokens, 200);
    EXPECT_FALSE(whole.ended);
    const auto cut = usage_of(event_answer(Api::chat_completions), text, false);
    EXPECT_EQ(cut.output_tokens, none);
    EXPECT_EQ(cut.output_seen, 200);
}

TEST(StreamUsageTest, UsageBesideAChoiceThatHasFinishedBefore) {
    const auto usage = usage_of_events(
        Api::chat_completions,
        {R"({"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]})",
         R"({"choices":[{"index":0,"delta":{"content":""},"finish_reason":null}],"usage":{"prompt_tokens":9,"completion_tokens":2}})"});
    EXPECT_EQ(usage.output_tokens, 2);
    EXPECT_TRUE(usage.ended);
}

TEST(StreamUsageTest, AnthropicsCountsMayComeApart) {
    const auto usage = usage_of_events(
        Api::anthropic_messages,
        {R"({"type":"message_start","message":{"id":"m","usage":{"input_tokens":0,"output_tokens":0}}})",
         R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}})",
         R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}})",
         R"({"type":"message_stop"})"});
    EXPECT_EQ(usage.input_tokens, none);
    EXPECT_EQ(usage.output_tokens, 15);
    const auto late = usage_of_events(
        Api::anthropic_messages,
        {R"({"type":"message_start","message":{"usage":{"input_tokens":0,"output_tokens":1}}})",
         R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":40,"cache_read_input_tokens":60,"output_tokens":15}})"});
    EXPECT_EQ(late.input_tokens, 100);
    EXPECT_EQ(late.cached_input_tokens, 60);
    EXPECT_EQ(late.output_tokens, 15);
    const auto compacted = usage_of_events(
        Api::anthropic_messages,
        {R"({"type":"message_start","message":{"usage":{"input_tokens":23000,"output_tokens":1}}})",
         R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":23000,"output_tokens":1000,"iterations":[{"type":"compaction","input_tokens":180000,"output_tokens":3500},{"type":"message","input_tokens":23000,"output_tokens":1000}]}})"});
    EXPECT_EQ(compacted.input_tokens, 203'000);
    EXPECT_EQ(compacted.output_tokens, 4500);
}

TEST(StreamUsageTest, OllamasLines) {
    const std::string text =
        "{\"message\":{\"content\":\"a\"},\"done\":false}\n{\"message\":{\"content\":\"b\"},\"done\":false}\n"
        "{\"message\":{\"content\":\"\"},\"done\":true,\"prompt_eval_count\":26,\"eval_count\":2}\n";
    for (const std::string_view type : {"application/x-ndjson", "application/json", "text/plain", ""}) {
        SCOPED_TRACE(type);
        const AnswerDescription answer{.api = Api::ollama_chat, .content_type = type, .content_encoding = {}};
        const auto usage = usage_of(answer, text);
        EXPECT_EQ(usage.input_tokens, 26);
        EXPECT_EQ(usage.output_tokens, 2);
        EXPECT_TRUE(usage.ended);
        const auto cut = usage_of(
            answer, std::string_view(text).substr(0, text.find("}\n{\"message\":{\"content\":\"\"") + 5));
        EXPECT_FALSE(cut.ended);
        EXPECT_EQ(cut.output_seen, 2);
        UsageTap tap(answer);
        feed(tap, text);
        EXPECT_TRUE(tap.is_stream());
    }
}

TEST(StreamUsageTest, GeminisChunksAsEventsAndAsAnArray) {
    const std::initializer_list<std::string_view> chunks{
        R"({"candidates":[{"content":{"parts":[{"text":"a"}]}}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":1,"totalTokenCount":9}})",
        R"({"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":5,"thoughtsTokenCount":7,"totalTokenCount":20}})"};
    const auto events_read = usage_of_events(Api::gemini_generate, chunks);
    EXPECT_EQ(events_read.input_tokens, 8);
    EXPECT_EQ(events_read.output_tokens, 12);
    EXPECT_EQ(events_read.output_seen, 12);
    EXPECT_TRUE(events_read.ended);
    std::string array = "[";
    for (const std::string_view chunk : chunks) array.append(array.size() > 1 ? ",\r\n" : "").append(chunk);
    EXPECT_TRUE(usage_of_json(Api::gemini_generate, array).ended) << "a finish reason was seen";
    const auto array_read = usage_of_json(Api::gemini_generate, array + "]");
    EXPECT_EQ(array_read.input_tokens, 8);
    EXPECT_EQ(array_read.output_tokens, 12);
}

TEST(StreamUsageTest, OtherProvidersStreams) {
    const auto llama = usage_of_events(
        Api::llama_completion, {R"({"content":"a","stop":false})",
                                R"({"content":"","stop":true,"tokens_predicted":7,"tokens_evaluated":30})"});
    EXPECT_EQ(llama.input_tokens, 30);
    EXPECT_EQ(llama.output_tokens, 7);
    EXPECT_TRUE(llama.ended);
    const auto tgi = usage_of_events(
        Api::llama_completion,
        {R"({"token":{"id":1,"text":"a"},"generated_text":null,"details":null})",
         R"({"token":{"id":2,"text":"b"},"generated_text":"ab","details":{"generated_tokens":2,"input_length":5}})"});
    EXPECT_EQ(tgi.input_tokens, 5);
    EXPECT_EQ(tgi.output_tokens, 2);
    EXPECT_TRUE(tgi.ended);
    const auto cohere = usage_of_events(
        Api::chat_completions,
        {R"({"type":"content-delta","delta":{"message":{"content":{"text":"a"}}}})",
         R"({"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":5,"output_tokens":18},"tokens":{"input_tokens":71,"output_tokens":18}}}})"});
    EXPECT_EQ(cohere.input_tokens, 71);
    EXPECT_EQ(cohere.output_tokens, 18);
    EXPECT_TRUE(cohere.ended);
    const auto groq = usage_of_events(
        Api::chat_completions,
        {R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"r","usage":{"prompt_tokens":8,"completion_tokens":2}}})"});
    EXPECT_EQ(groq.input_tokens, 8);
    EXPECT_EQ(groq.output_tokens, 2);
}

/// Events that differ in the text of a string alone, and what may stand in that: sound, or not.
const std::vector<std::string> shapes{
    R"({"id":"c","choices":[{"index":0,"delta":{"content":"@"},"finish_reason":null}],"usage":null,"obfuscation":"@"})",
    R"({"choices": [{"index": 1, "delta": {"reasoning_content": "@", "content": null}}]})",
    R"({"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"@"}}]}}]})",
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"@"}})",
    R"({"type":"response.output_text.delta","output_index":0,"delta":"@"})",
    R"({"type":"response.output_text.done","text":"@"})",
    R"({"candidates":[{"content":{"parts":[{"text":"@"}],"role":"model"},"index":0}]})",
    R"({"choices":[{"delta":{"content":"@"},"finish_reason":"stop"}],"error":{"message":"@"}})",
    R"({"error":"@","text":"@"})",
    R"({"delta":{"content":"@"},"usage":{"prompt_tokens":7,"completion_tokens":3}})"};
const std::vector<std::string> texts{
    "",        " a",       "Hello",      R"(\n)",   R"(\")", R"(\\)", R"(\u00e9)",
    R"(\ud8)", "\xc3\xa9", "\xff",       "\x01",    R"(\x)", "\"",    R"(","content":")",
    "{}",      "]",        R"(a\/b\tc)", "content", R"(\)"};

TEST(StreamUsageTest, AnEventSaysTheSameWhateverTheOneBeforeItWas) {
    const auto event_of = [](std::string json, const std::vector<std::string>& filling) {
        std::size_t next = 0;
        for (std::size_t at = json.find('@'); at != std::string::npos; at = json.find('@', at)) {
            const std::string& text = filling[next++ % filling.size()];
            json.replace(at, 1, text);
            at += text.size();
        }
        return json;
    };
    testing::check_property({.cases = 300}, [&] {
        const auto count = *rc::gen::inRange<std::size_t>(1, 12);
        std::string alike;
        std::string apart;  // no event of it is like another
        std::string shape = *rc::gen::elementOf(shapes);
        for (std::size_t i = 0; i < count; ++i) {
            if (*rc::gen::inRange(0, 4) == 0) shape = *rc::gen::elementOf(shapes);
            const std::string json =
                event_of(shape, {*rc::gen::elementOf(texts), *rc::gen::elementOf(texts)});
            alike += "data: " + json + "\n\n";
            apart += "data: {\"created\":" + std::to_string(i) + "," + json.substr(1) + "\n\n";
        }
        for (const Api api :
             {Api::chat_completions, Api::responses, Api::anthropic_messages, Api::unmetered}) {
            const TappedUsage usage = usage_of(event_answer(api), alike);
            const TappedUsage expected = usage_of(event_answer(api), apart);
            RC_ASSERT(usage.input_tokens == expected.input_tokens);
            RC_ASSERT(usage.output_tokens == expected.output_tokens);
            RC_ASSERT(usage.output_seen == expected.output_seen);
            RC_ASSERT(usage.ended == expected.ended);
            RC_ASSERT(usage.failed == expected.failed);
            RC_ASSERT(usage.has_error == expected.has_error);
        }
    });
}

}  // namespace
}  // namespace weir::llm
