// Answers that look like a failure, or like usage, and are none; and usage where few would look for it.
#include "wire/answer_rows.hpp"
#include "wire/answers.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

const char* const usage = R"({"prompt_tokens":12,"completion_tokens":34,"total_tokens":46})";

WireRow plain(std::string name, const std::string& path, const std::string& body, Amount input,
              Amount output) {
    const bool responses = path == "/v1/responses";
    const std::string asked = responses ? body_of(R"("input":"hello there","max_output_tokens":500)")
                                        : body_of(messages_member + R"(,"max_tokens":500)");
    return {.name = std::move(name),
            .asks = {{.bytes = request({.path = path, .body = asked}), .body = body}},
            .replies = {reply({.body = body})},
            .charge = Charge{.input = input, .output = output}};
}

WireRow streamed(std::string name, const std::string& events, const std::string& seen, Amount input,
                 Amount output) {
    return {.name = std::move(name),
            .asks = {{.bytes = streamed_chat(), .body = seen}},
            .replies = {stream_reply(events)},
            .charge = Charge{.input = input, .output = output}};
}

/// A chat completion with further members in front of its usage.
std::string completion_with(const std::string& members, const std::string& content = "one two three") {
    return R"({"id":"c","object":"chat.completion",)" + members +
           R"("choices":[{"index":0,"message":{"role":"assistant","content":")" + content +
           R"("},"finish_reason":"stop"}],"usage":)" + usage + "}";
}

WireRows no_failures() {
    const std::string chat = "/v1/chat/completions";
    const std::string null_error =
        R"({"id":"resp_1","object":"response","status":"completed","error":null,"incomplete_details":null,)"
        R"("output":[{"type":"message","content":[{"type":"output_text","text":"one two"}]}],"usage":)";
    const std::string delta_with_null_error =
        event(R"({"error":null,"choices":[{"index":0,"delta":{"content":" tok"},"finish_reason":null}]})");
    return {
        plain("error_null", chat, completion_with(R"("error":null,)"), 12, 34),
        plain("error_null_in_a_response", "/v1/responses",
              null_error + R"({"input_tokens":12,"output_tokens":34}})", 12, 34),
        plain("error_null_without_usage", "/v1/responses", null_error + "null}", estimated(), {1, 500}),
        plain("error_in_the_text", chat, completion_with("", R"({\"error\":{\"message\":\"m\"}})"), 12, 34),
        plain("error_within_a_member", chat, completion_with(R"("metadata":{"error":{"message":"m"}},)"), 12,
              34),
        plain(
            "error_in_a_tool_call", chat,
            R"({"choices":[{"index":0,"message":{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":)"
            R"({"name":"error","arguments":"{\"error\":1}"}}]},"finish_reason":"tool_calls"}],"usage":)" +
                std::string(usage) + "}",
            12, 34),
        plain("an_error_beside_output", chat, completion_with(R"("error":{"message":"partial"},)"), 12, 34),
        streamed("error_null_in_events", delta_with_null_error + chat_events(usage),
                 delta_with_null_error + chat_events_without_usage(), 12, 34),
        streamed(
            "error_in_the_text_of_events",
            event(R"({"choices":[{"index":0,"delta":{"content":"event: error"},"finish_reason":null}]})") +
                chat_events(usage),
            event(R"({"choices":[{"index":0,"delta":{"content":"event: error"},"finish_reason":null}]})") +
                chat_events_without_usage(),
            12, 34),
    };
}

WireRows no_usage() {
    const std::string chat = "/v1/chat/completions";
    const std::string quoted = R"(\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1})";
    const std::string in_text =
        event(R"({"choices":[{"index":0,"delta":{"content":")" + quoted + R"("},"finish_reason":null}]})");
    return {
        plain("usage_in_the_text", chat, completion_with("", quoted), 12, 34),
        plain("usage_within_a_member", chat,
              completion_with(R"("metadata":{"usage":{"prompt_tokens":1,"completion_tokens":1}},)"), 12, 34),
        plain("usage_twice", chat, completion_with(R"("usage":{"prompt_tokens":1,"completion_tokens":1},)"),
              12, 34),
        plain("braces_in_the_text", chat, completion_with("", R"(}}}]]]{{{\"\\)"), 12, 34),
        plain("spread_over_lines", chat,
              "{\n  \"choices\": [\n    {\"index\": 0, \"message\": {\"content\": \"one\"}}\n  ],\n  "
              "\"usage\": {\n"
              "    \"prompt_tokens\": 12,\n    \"completion_tokens\": 34\n  }\n}\n",
              12, 34),
        streamed("usage_in_the_text_of_events", in_text + chat_events(usage),
                 in_text + chat_events_without_usage(), 12, 34),
    };
}

/// An event may be spread over several lines; its data are joined.
WireRows several_lines() {
    const std::string chunk =
        "data: {\"id\":\"c\",\"choices\":[],\ndata: \"usage\":" + std::string(usage) + "}\n\n";
    WireRow row{.name = "an_event_of_two_lines",
                .asks = {{.bytes = streamed_chat(), .contains = {" tok", "[DONE]"}}},
                .replies = {stream_reply(delta_event + finish_event + chunk + done_event)},
                .charge = Charge{.input = 12, .output = 34}};
    return {row};
}

WireRows weighted() {
    const std::string weight = R"({"tiers": {"default": {"cached_input_weight": 0.1}}})";
    const std::string anthropic =
        R"({"input_tokens":10,"cache_creation_input_tokens":200,"cache_read_input_tokens":3000,"output_tokens":7})";
    WireRow messages{
        .name = "cached_input_of_messages",
        .asks = {{.bytes = request(
                      {.path = "/v1/messages", .body = body_of(messages_member + R"(,"max_tokens":500)")})}},
        .replies = {reply({.body = message(anthropic)})},
        .charge = Charge{.input = 510, .output = 7},
        .config = weight};
    WireRow gemini{.name = "cached_input_of_gemini",
                   .asks = {{.bytes = request({.path = "/v1beta/models/m:generateContent",
                                               .body = R"({"contents":[{"parts":[{"text":"hi"}]}]})"})}},
                   .replies = {reply({.body = R"({"candidates":[{"finishReason":"STOP"}],"usageMetadata":)"
                                              R"({"promptTokenCount":1000,"cachedContentTokenCount":800,)"
                                              R"("candidatesTokenCount":5,"totalTokenCount":1005}})"})},
                   .charge = Charge{.input = 280, .output = 5},
                   .config = weight};
    return {messages, gemini};
}

WireRows large() {
    std::string vectors;
    for (int i = 0; i < 500'000; ++i) vectors += "-0.01234567,";
    const std::string body = R"({"object":"list","data":[{"embedding":[)" + vectors +
                             R"(0]}],"usage":{"prompt_tokens":777,"total_tokens":777}})";
    return {{.name = "embeddings_of_6_mb",
             .asks = {{.bytes = request(
                           {.path = "/v1/embeddings", .body = R"({"model":"m","input":"hello there"})"}),
                       .body = body}},
             .replies = {reply({.body = body})},
             .charge = Charge{.input = 777, .output = 0}}};
}

}  // namespace

WireRows look_alike_rows() {
    return no_failures() + no_usage() + several_lines() + weighted() + large();
}

}  // namespace weir::testing
