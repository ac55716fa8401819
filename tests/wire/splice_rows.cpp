// What weir adds must not turn a valid request into an invalid one: an upstream that refuses `stream_options`
// gets the request once more without, and is remembered.
#include "wire/answer_rows.hpp"
#include "wire/answers.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

const char* const refusal =
    R"({"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]})";

std::string streamed_body() {
    return body_of(messages_member + R"(,"max_tokens":500,"stream":true)");
}

WireRow refused_once(std::string name, int status) {
    const Ask ask{.bytes = streamed_chat(), .body = chat_events_without_usage()};
    return {.name = std::move(name),
            .asks = {ask, ask, ask},
            .replies = {reply({.body = refusal, .status = status}), stream_reply(chat_events({}))},
            .charge = Charge{.requests = 3, .input = {3, 180}, .output = {9, 1500}},
            .reached = 4,
            .upstream_body = streamed_body()};
}

/// Bodies of every kind have to take what weir adds; the rest of their bytes stays as it was.
WireRows bodies() {
    const char* const usage = R"({"prompt_tokens":12,"completion_tokens":34})";
    const std::string stream = messages_member + R"(,"stream":true)";
    const auto row = [&](std::string name, const std::string& body, std::vector<std::string> kept,
                         const std::string& path = "/v1/chat/completions") {
        kept.emplace_back("include_usage");
        return WireRow{
            .name = "added_to_" + std::move(name),
            .asks = {{.bytes = request({.path = path, .body = body}), .body = chat_events_without_usage()}},
            .replies = {stream_reply(chat_events(usage))},
            .charge = Charge{.input = 12, .output = 34},
            .upstream_has = std::move(kept)};
    };
    return {
        row("a_body_with_a_mark", "\xEF\xBB\xBF" + body_of(stream), {messages_member}),
        row("a_body_with_blanks", "\r\n " + body_of(stream) + " \n", {messages_member}),
        row("a_body_with_a_large_number", body_of(stream + R"(,"metadata":{"a":1e400})"), {R"({"a":1e400})"}),
        row("a_body_with_a_lone_surrogate", body_of(stream + R"(,"user":"\ud83d")"), {R"("\ud83d")"}),
        row("null_options", body_of(stream + R"(,"stream_options":null)"), {messages_member}),
        row("empty_options", body_of(stream + R"(,"stream_options":{})"), {messages_member}),
        row("options_that_say_no", body_of(stream + R"(,"stream_options":{"include_usage":false})"),
            {messages_member}),
        row("options_with_siblings", body_of(stream + R"(,"stream_options":{"include_obfuscation":false})"),
            {R"("include_obfuscation":false)"}),
        row("a_deployment", "{" + stream + "}", {messages_member},
            "/openai/deployments/d/chat/completions?api-version=1"),
    };
}

WireRows others() {
    const std::string asking = body_of(
        messages_member + R"(,"max_tokens":500,"stream":true,"stream_options":{"include_usage":true})");
    const std::string siblings =
        body_of(messages_member +
                R"(,"max_tokens":500,"stream":true,"stream_options":{"include_obfuscation":false})");
    const Reply refused = reply({.body = refusal, .status = 422});
    WireRow never{.name = "never_asked_by_setting",
                  .asks = {{.bytes = streamed_chat(), .body = chat_events_without_usage()}},
                  .replies = {stream_reply(chat_events({}))},
                  .charge = Charge{.input = estimated(), .output = {3, 500}},
                  .config = R"({"upstreams": [{"name": "mock", "url": "$URL", "ask_for_usage": "never"}]})",
                  .upstream_body = streamed_body()};
    WireRow automatic = never;
    automatic.name = "asked_by_setting";
    automatic.config = R"({"upstreams": [{"name": "mock", "url": "$URL", "ask_for_usage": "auto"}]})";
    automatic.replies = {stream_reply(chat_events(R"({"prompt_tokens":12,"completion_tokens":34})"))};
    automatic.charge = Charge{.input = 12, .output = 34};
    automatic.upstream_body.reset();
    automatic.upstream_has = {"include_usage"};
    // Mistral's own API takes no `stream_options`, and reports usage unasked.
    const std::string fim = body_of(R"("prompt":"hi","max_tokens":500,"stream":true)");
    const std::string fim_events =
        event(R"({"choices":[{"index":0,"delta":{"content":" tok"},"finish_reason":"stop"}],)"
              R"("usage":{"prompt_tokens":12,"completion_tokens":34,"total_tokens":46}})") +
        done_event;
    return {
        {.name = "not_added_to_fim",
         .asks = {{.bytes = request({.path = "/v1/fim/completions", .body = fim}), .body = fim_events}},
         .replies = {stream_reply(fim_events)},
         .charge = Charge{.input = 12, .output = 34},
         .upstream_body = fim},
        refused_once("unprocessable_422", 422),
        refused_once("bad_request_400", 400),
        // Refused without it too: the client sees the second answer, which is about its own request.
        {.name = "refused_both_times",
         .asks = {{.bytes = streamed_chat(), .status = 400, .body = "the second"}},
         .replies = {reply({.body = "the first", .status = 400}),
                     reply({.body = "the second", .status = 400})},
         .charge = Charge{.input = 0, .output = 0},
         .reached = 2,
         .upstream_body = streamed_body()},
        // What the client asked for itself is its own business.
        {.name = "the_clients_own",
         .asks = {{.bytes = request({.body = asking}), .status = 422, .body = refusal}},
         .replies = {refused},
         .charge = Charge{.input = 0, .output = 0},
         .upstream_body = asking},
        {.name = "with_siblings",
         .asks = {{.bytes = request({.body = siblings}), .body = chat_events_without_usage()}},
         .replies = {refused, stream_reply(chat_events({}))},
         .charge = Charge{.input = estimated(), .output = {3, 500}},
         .reached = 2,
         .upstream_body = siblings},
        {.name = "plain_requests_are_never_repeated",
         .asks = {{.bytes = plain_chat(), .status = 422, .body = refusal}},
         .replies = {refused},
         .charge = Charge{.input = 0, .output = 0}},
        {.name = "other_errors_are_not_repeated",
         .asks = {{.bytes = streamed_chat(), .status = 401}, {.bytes = streamed_chat(), .status = 429}},
         .replies = {reply({.body = "{}", .status = 401}), reply({.body = "{}", .status = 429})},
         .charge = Charge{.requests = 2, .input = 0, .output = 0}},
        never,
        automatic,
    };
}

}  // namespace

WireRows splice_rows() {
    return bodies() + others();
}

}  // namespace weir::testing
