// Text only.
#include "wire/answers.hpp"

#include <array>
#include <cstdio>

namespace weir::testing {

namespace {

std::string chunked(const std::string& body) {
    std::array<char, 24> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", body.size());
    return body.empty() ? "0\r\n\r\n" : size.data() + body + "\r\n0\r\n\r\n";
}

}  // namespace

Reply reply(const Answer& answer) {
    std::string bytes = "HTTP/1.1 " + std::to_string(answer.status) + " Said\r\n";
    if (!answer.type.empty()) bytes += "Content-Type: " + answer.type + "\r\n";
    bytes += answer.fields;
    switch (answer.framing) {
        case Framing::length:
            bytes += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body;
            return {.bytes = std::move(bytes)};
        case Framing::chunked:
            return {.bytes = bytes + "Transfer-Encoding: chunked\r\n\r\n" + chunked(answer.body)};
        case Framing::close:
            break;
    }
    return {.bytes = bytes + "Connection: close\r\n\r\n" + answer.body, .end = End::close};
}

Reply stream_reply(const std::string& events, Framing framing) {
    return reply({.body = events, .type = "text/event-stream", .framing = framing});
}

std::string event(const std::string& data) {
    return "data: " + data + "\n\n";
}

std::string event(const std::string& name, const std::string& data) {
    return "event: " + name + "\ndata: " + data + "\n\n";
}

std::string chat_completion(const std::string& usage) {
    return R"({"id":"c","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,)"
           R"("message":{"role":"assistant","content":"one two three"},"finish_reason":"stop"}])" +
           (usage.empty() ? "" : R"(,"usage":)" + usage) + "}";
}

Reply chat_reply(const std::string& usage) {
    return reply({.body = chat_completion(usage)});
}

const std::string delta_event = event(
    R"({"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":" tok"},"finish_reason":null}]})");
const std::string finish_event = event(
    R"({"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})");
const std::string done_event = event("[DONE]");

std::string usage_event(const std::string& usage) {
    return event(R"({"id":"c","object":"chat.completion.chunk","choices":[],"usage":)" + usage + "}");
}

std::string chat_events(const std::string& usage, int deltas) {
    std::string events;
    for (int i = 0; i < deltas; ++i) events += delta_event;
    return events + finish_event + (usage.empty() ? "" : usage_event(usage)) + done_event;
}

std::string chat_events_without_usage(int deltas) {
    return chat_events({}, deltas);
}

std::string message(const std::string& usage) {
    return R"({"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{"type":"text",)"
           R"("text":"one two three"}],"stop_reason":"end_turn","stop_sequence":null,"usage":)" +
           usage + "}";
}

std::string message_start(const std::string& usage) {
    return event("message_start",
                 R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",)"
                 R"("model":"claude","content":[],"stop_reason":null,"usage":)" +
                     usage + "}}");
}

const std::string message_text =
    event("content_block_start",
          R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})") +
    event(
        "content_block_delta",
        R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"one two three"}})") +
    event("content_block_stop", R"({"type":"content_block_stop","index":0})");

std::string message_delta(const std::string& usage, const std::string& stop_reason) {
    return event("message_delta", R"({"type":"message_delta","delta":{"stop_reason":)" + stop_reason +
                                      R"(,"stop_sequence":null},"usage":)" + usage + "}");
}

const std::string message_stop = event("message_stop", R"({"type":"message_stop"})");
const std::string anthropic_overloaded =
    event("error", R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");

std::string response(const std::string& status, const std::string& usage, const std::string& id) {
    const bool produced = status == "completed" || status == "incomplete";
    return R"({"id":")" + id + R"(","object":"response","status":")" + status + R"(","model":"gpt-4o",)" +
           (produced ? R"("output":[{"type":"message","role":"assistant","content":[)"
                       R"({"type":"output_text","text":"one two three"}]}],)"
                     : R"("output":[],)") +
           R"("usage":)" + usage + "}";
}

std::string response_event(const std::string& type, const std::string& response_json) {
    return event(type, R"({"type":")" + type + R"(","response":)" + response_json + "}");
}

const std::string response_delta =
    event("response.output_text.delta",
          R"({"type":"response.output_text.delta","item_id":"m","output_index":0,"delta":"one two three"})");

}  // namespace weir::testing
