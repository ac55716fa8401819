// Answers that produced nothing: an error within a 200, and statuses of errors. The request counts, tokens go
// back.
#include <array>

#include "wire/answer_rows.hpp"
#include "wire/answers.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

constexpr Charge nothing_but_the_request{.input = 0, .output = 0};

std::string path_body(const std::string& path, bool stream) {
    const std::string more = stream ? ",\"stream\":true" : "";
    if (path == "/v1/responses") return body_of(R"("input":"hello there","max_output_tokens":500)" + more);
    if (path == "/v1/completions") return body_of(R"("prompt":"hello there","max_tokens":500)" + more);
    if (path == "/v1/embeddings") return body_of(R"("input":"hello there")");
    return body_of(messages_member + R"(,"max_tokens":500)" + more);
}

struct PlainFailure {
    const char* name;
    const char* path;
    const char* answer;
};

constexpr std::array plain_failures{
    PlainFailure{"chat", "/v1/chat/completions",
                 R"({"error":{"message":"Overloaded","type":"server_error","code":503}})"},
    PlainFailure{"chat_error_text", "/v1/chat/completions", R"({"error":"model is loading"})"},
    PlainFailure{"chat_error_last", "/v1/chat/completions",
                 R"({"id":"c","object":"error","error":{"message":"m"}})"},
    PlainFailure{"chat_empty_choices", "/v1/chat/completions", R"({"choices":[],"error":{"message":"m"}})"},
    PlainFailure{"chat_null_usage", "/v1/chat/completions",
                 R"({"choices":null,"usage":null,"error":{"message":"m"}})"},
    PlainFailure{"completions", "/v1/completions", R"({"error":{"message":"m"}})"},
    PlainFailure{"embeddings", "/v1/embeddings", R"({"error":{"message":"m"}})"},
    PlainFailure{"messages", "/v1/messages",
                 R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"},
    PlainFailure{"responses", "/v1/responses", R"({"error":{"message":"m","code":"server_error"}})"},
    PlainFailure{
        "responses_failed", "/v1/responses",
        R"({"id":"resp_1","status":"failed","error":{"code":"server_error","message":"m"},"output":[],"usage":null})"},
    PlainFailure{"ollama", "/api/chat", R"({"error":"model 'm' not found"})"},
    PlainFailure{"gemini", "/v1beta/models/gemini-2.5-flash:generateContent",
                 R"({"error":{"code":503,"message":"m","status":"UNAVAILABLE"}})"},
};

struct StreamFailure {
    const char* name;
    const char* path;
    const char* events;
};

constexpr std::array stream_failures{
    StreamFailure{"chat_first_chunk", "/v1/chat/completions",
                  "data: {\"error\":{\"message\":\"Overloaded\",\"code\":503}}\n\n"},
    StreamFailure{"chat_first_chunk_and_mark", "/v1/chat/completions",
                  "data: {\"error\":{\"message\":\"Overloaded\"}}\n\ndata: [DONE]\n\n"},
    StreamFailure{"chat_event_error", "/v1/chat/completions", "event: error\ndata: {\"message\":\"m\"}\n\n"},
    StreamFailure{"chat_after_a_comment", "/v1/chat/completions",
                  ": PROCESSING\n\ndata: {\"error\":{\"message\":\"m\"}}\n\n"},
    StreamFailure{
        "chat_after_the_role", "/v1/chat/completions",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
        "data: {\"error\":{\"message\":\"m\"}}\n\ndata: [DONE]\n\n"},
    StreamFailure{"messages_first_event", "/v1/messages",
                  "event: error\ndata: "
                  "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}\n\n"},
    StreamFailure{
        "responses_failed", "/v1/responses",
        "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"status\":"
        "\"in_progress\",\"usage\":null}}\n\n"
        "event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":{\"id\":\"r\",\"status\":"
        "\"failed\",\"error\":{\"code\":\"server_error\"},\"output\":[],\"usage\":null}}\n\n"},
    StreamFailure{
        "responses_error", "/v1/responses",
        "event: error\ndata: {\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"m\"}\n\n"},
    StreamFailure{"ollama_first_line", "/api/chat", "{\"error\":\"out of memory\"}\n"},
    StreamFailure{"gemini_first_chunk", "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
                  "data: {\"error\":{\"code\":503,\"message\":\"m\",\"status\":\"UNAVAILABLE\"}}\n\n"},
};

std::string body_for(const std::string& path, bool stream) {
    if (path.starts_with("/v1beta")) return R"({"contents":[{"parts":[{"text":"hello there"}]}]})";
    return path_body(path, stream);
}

/// Three times the same failure, and one success behind them: a retrying client pays for what it got.
WireRow and_then_a_success() {
    const Ask ask{.bytes = plain_chat()};
    const Reply failure = reply({.body = R"({"error":{"message":"Overloaded","code":529}})"});
    Ask overloaded = ask;
    overloaded.status = 529;
    return {.name = "three_failures_and_an_answer",
            .asks = {ask, ask, overloaded, ask},
            .replies = {failure, failure, reply({.body = "{}", .status = 529}),
                        chat_reply(R"({"prompt_tokens":12,"completion_tokens":34})")},
            .charge = Charge{.requests = 4, .input = 12, .output = 34}};
}

WireRow status_row(int status, const std::string& path, Amount input) {
    const std::string error = R"({"error":{"message":"m","type":"t","param":null,"code":null}})";
    return {.name = "status_" + std::to_string(status) + (path == "/v1/messages" ? "_messages" : "_chat"),
            .asks = {{.bytes = request({.path = path, .body = path_body(path, false)}),
                      .status = status,
                      .body = error}},
            .replies = {reply({.body = error, .status = status})},
            .charge = Charge{.input = input, .output = 0}};
}

}  // namespace

WireRows failure_rows() {
    WireRows rows;
    for (const PlainFailure& failure : plain_failures) {
        rows.push_back(
            {.name = std::string("plain_") + failure.name,
             .asks = {{.bytes = request({.path = failure.path, .body = body_for(failure.path, false)}),
                       .body = failure.answer}},
             .replies = {reply({.body = failure.answer})},
             .charge = nothing_but_the_request});
    }
    for (const StreamFailure& failure : stream_failures) {
        for (const Framing framing : {Framing::chunked, Framing::close}) {
            const bool lines = std::string(failure.path) == "/api/chat";
            rows.push_back(
                {.name = std::string("stream_") + failure.name +
                         (framing == Framing::close ? "_closed" : "_chunked"),
                 .asks = {{.bytes = request({.path = failure.path, .body = body_for(failure.path, true)}),
                           .body = failure.events}},
                 .replies = {reply({.body = failure.events,
                                    .type = lines ? "application/x-ndjson" : "text/event-stream",
                                    .framing = framing})},
                 .charge = nothing_but_the_request});
        }
    }
    rows.push_back(and_then_a_success());
    for (const int status : {301, 400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 499, 503, 529})
        rows.push_back(status_row(status, "/v1/chat/completions", 0));
    for (const int status : {500, 502, 504, 520})
        rows.push_back(status_row(status, "/v1/chat/completions", estimated()));
    for (const int status : {429, 503, 529}) rows.push_back(status_row(status, "/v1/messages", 0));
    return rows;
}

}  // namespace weir::testing
