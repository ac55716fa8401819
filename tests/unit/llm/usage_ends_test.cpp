// When a stream is whole by its protocol, when an answer has failed, and which response it is.
#include "unit/llm/tap.hpp"

namespace weir::llm {
namespace {

constexpr std::string_view text_chunk = R"({"choices":[{"index":0,"delta":{"content":"a"}}]})";

TEST(AnswerEndTest, ProtocolsSayThatAStreamIsWhole) {
    for (const std::string_view last : {
             "[DONE]",
             " [DONE] ",
             R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})",
             R"({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}})",
             R"({"error":{"message":"m"}})",
             R"({"error":"m"})",
             R"({"type":"error","message":"m"})",
             R"({"type":"message_stop"})",
             R"({"type":"message_delta","delta":{"stop_reason":"end_turn"}})",
             R"({"type":"response.completed","response":{"status":"completed"}})",
             R"({"type":"response.incomplete","response":{"status":"incomplete"}})",
             R"({"type":"response.failed","response":{"status":"failed"}})",
             R"({"type":"image_generation.completed","b64_json":"A"})",
             R"({"type":"transcript.text.done","text":"a"})",
             R"({"type":"speech.audio.done"})",
             R"({"type":"message-end"})",
             R"({"event_type":"stream-end"})",
             R"({"content":"","stop":true})",
             R"({"generated_text":"a","token":{"text":"a"}})",
             R"({"done":true})",
             R"({"candidates":[],"promptFeedback":{"blockReason":"SAFETY"}})",
         }) {
        SCOPED_TRACE(last);
        EXPECT_TRUE(usage_of_events(Api::unmetered, {text_chunk, last}).ended);
    }
    for (const std::string_view more :
         {R"({"choices":[{"index":0,"delta":{},"finish_reason":null}]})", R"({"choices":[],"usage":null})",
          R"({"choices":[{"index":1,"delta":{},"finish_reason":"stop"}]})", R"({"type":"ping"})",
          R"({"error":null})", R"({"type":"message_delta","delta":{"stop_reason":null}})",
          R"({"content":"a","stop":false})", R"({"type":"response.output_text.done","text":"a"})",
          R"({"token":{"text":"a"},"generated_text":null})", R"({"promptFeedback":{"safetyRatings":[]}})",
          "[DONE", R"({"done":false})"}) {
        SCOPED_TRACE(more);
        EXPECT_FALSE(usage_of_events(Api::unmetered, {text_chunk, more}).ended);
    }
}

TEST(AnswerEndTest, EveryChoiceMustFinish) {
    const std::string_view second = R"({"choices":[{"index":1,"delta":{"content":"b"}}]})";
    const std::string_view first_ends = R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})";
    const std::string_view second_ends = R"({"choices":[{"index":1,"delta":{},"finish_reason":"length"}]})";
    EXPECT_FALSE(usage_of_events(Api::chat_completions, {text_chunk, second, first_ends}).ended);
    EXPECT_TRUE(usage_of_events(Api::chat_completions, {text_chunk, second, first_ends, second_ends}).ended);
}

TEST(AnswerEndTest, AnErrorBeforeAnyOutputHasFailed) {
    for (const std::string_view json :
         {R"({"error":{"message":"m"}})", R"({"error":"m"})", R"([{"error":{"code":429}}])",
          R"({"type":"error","error":{"type":"overloaded_error"}})", R"({"object":"error","message":"m"})",
          R"({"error":{"message":"m"},"choices":[],"usage":{"prompt_tokens":0}})",
          R"({"object":"response","status":"failed","error":{"code":"x"},"usage":null})"}) {
        SCOPED_TRACE(json);
        const auto usage = usage_of_json(Api::responses, json);
        EXPECT_TRUE(usage.failed);
        EXPECT_TRUE(usage.ended);
    }
    EXPECT_TRUE(usage_of_events(Api::chat_completions, {R"({"error":{"message":"m"}})"}).failed);
    EXPECT_TRUE(usage_of_events(Api::chat_completions,
                                {R"({"choices":[{"delta":{"role":"assistant","content":""}}]})",
                                 R"({"error":{"message":"m"}})", "[DONE]"})
                    .failed);
    EXPECT_TRUE(
        usage_of_events(Api::responses,
                        {R"({"type":"response.created","response":{"id":"r","status":"in_progress"}})",
                         R"({"type":"response.failed","response":{"id":"r","usage":null}})"})
            .failed);
    EXPECT_TRUE(
        usage_of(event_answer(Api::anthropic_messages),
                 "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n")
            .failed);
    EXPECT_TRUE(usage_of(event_answer(Api::chat_completions), "event: error\ndata: Overloaded\n\n").failed);
    EXPECT_TRUE(usage_of_events(
                    Api::anthropic_messages,
                    {R"({"type":"message_start","message":{"usage":{"input_tokens":9,"output_tokens":1}}})",
                     R"({"type":"error","error":{"type":"overloaded_error"}})"})
                    .failed);
    const AnswerDescription lines{
        .api = Api::ollama_chat, .content_type = "application/x-ndjson", .content_encoding = {}};
    EXPECT_TRUE(usage_of(lines, "{\"error\":\"model not found\"}\n").failed);
}

TEST(AnswerEndTest, AnErrorBehindOutputOrWithUsageHasNotFailed) {
    const auto after = usage_of_events(Api::chat_completions, {text_chunk, R"({"error":{"message":"m"}})"});
    EXPECT_FALSE(after.failed);
    EXPECT_EQ(after.output_seen, 1);
    EXPECT_FALSE(
        usage_of_json(Api::responses,
                      R"({"status":"completed","error":null,"usage":{"input_tokens":1,"output_tokens":2}})")
            .failed);
    EXPECT_FALSE(usage_of_json(Api::chat_completions,
                               R"({"choices":[{"message":{"content":"a"}}],"error":{"code":1}})")
                     .failed);
    const auto with_usage = usage_of_events(
        Api::responses,
        {R"({"type":"response.failed","response":{"status":"failed","usage":{"input_tokens":7,"output_tokens":3}}})"});
    EXPECT_FALSE(with_usage.failed);
    EXPECT_EQ(with_usage.input_tokens, 7);
    EXPECT_EQ(with_usage.output_tokens, 3);
}

TEST(AnswerEndTest, ResponsesAreKnownByTheirId) {
    const auto accepted = usage_of_json(
        Api::responses,
        R"({"id":"resp_1","object":"response","status":"queued","background":true,"usage":null})");
    EXPECT_EQ(accepted.response_id, "resp_1");
    EXPECT_TRUE(accepted.unfinished);
    const auto polled = usage_of_json(
        Api::unmetered,
        R"({"id":"resp_1","object":"response","status":"completed","usage":{"input_tokens":7,"output_tokens":3}})");
    EXPECT_EQ(polled.response_id, "resp_1");
    EXPECT_FALSE(polled.unfinished);
    EXPECT_EQ(polled.output_tokens, 3);
    const auto stream = [](std::initializer_list<std::string_view> data) {
        return usage_of_events(Api::responses, data);
    };
    const std::string_view created =
        R"({"type":"response.created","response":{"id":"resp_2","status":"queued"}})";
    EXPECT_EQ(stream({created}).response_id, "resp_2");
    EXPECT_TRUE(stream({created}).unfinished);
    EXPECT_FALSE(
        stream({created, R"({"type":"response.completed","response":{"id":"resp_2","status":"completed"}})"})
            .unfinished);
    EXPECT_EQ(usage_of_json(Api::chat_completions, R"({"id":"c","object":"chat.completion"})").response_id,
              "");
    EXPECT_EQ(usage_of_json(Api::unmetered, R"({"id":"run_1","object":"thread.run","status":"queued"})")
                  .response_id,
              "");
    const std::string long_id = R"({"object":"response","id":")" + std::string(257, 'x') + R"("})";
    EXPECT_EQ(usage_of_json(Api::responses, long_id).response_id, "");
}

TEST(AnswerEndTest, AResponseThatBreaksOffIsKnownByItsId) {
    const auto id_of = [](const AnswerDescription& answer, std::string_view text) {
        return usage_of(answer, text, false).response_id;
    };
    const AnswerDescription json = json_answer(Api::responses);
    EXPECT_EQ(id_of(json, R"({"id":"resp_1")"), "resp_1");
    EXPECT_EQ(id_of(json, R"({"id":"resp_1","object":"respo)"), "resp_1");
    EXPECT_EQ(id_of(json, R"({"error":null,"output":[{"id":"msg_1"}],"id": "resp_1", "tex)"), "resp_1");
    EXPECT_EQ(id_of(json, R"({"error":null,"metadata":{"id":"x"},"output":[{"id":"msg_1"}],"st)"), "");
    for (const std::string_view cut : {R"({"id":"resp_)", R"({"id":)", R"({"id)", "{", ""})
        EXPECT_EQ(id_of(json, cut), "") << cut;
    EXPECT_EQ(id_of(json, R"({"id":"a\"b","status":"queued",)"), "") << "an escape";
    EXPECT_EQ(id_of(json, R"({"id":")" + std::string(257, 'x') + R"(","status":"que)"), "") << "too long";
    EXPECT_EQ(id_of(json, R"({"id":"resp_1")" + std::string(70'000, 'x')), "resp_1") << "more than is kept";
    EXPECT_EQ(id_of(json_answer(Api::chat_completions), R"({"id":"chatcmpl_1","obj)"), "");

    const AnswerDescription stream = event_answer(Api::responses);
    const std::string event =
        R"(data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1")";
    EXPECT_EQ(id_of(stream, event), "resp_1");
    EXPECT_EQ(id_of(stream, event + R"(,"object":"respo)"), "resp_1");
    EXPECT_EQ(id_of(stream, event + ",\n"), "resp_1");
    EXPECT_EQ(id_of(stream, R"(data: {"type":"response.created","response":{"id":"resp_)"), "");
    EXPECT_EQ(
        id_of(stream, events({R"({"type":"response.created","response":{"id":"resp_1","object":"response",)"
                              R"("status":"queued"}})"}) +
                          R"(data: {"type":"response.x","response":{"id":"resp_2")"),
        "resp_1");
    EXPECT_FALSE(usage_of(json, R"({"id":"resp_1","usage":{"input_tokens":1)", false).ended);
}

}  // namespace
}  // namespace weir::llm
