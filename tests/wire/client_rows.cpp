// Clients other than SDKs: health checks in HTTP/1.0, upgrades, and requests in the form of Codex and Claude
// Code.
#include "mock_upstream/coding.hpp"
#include "wire/answers.hpp"
#include "wire/request_rows.hpp"
#include "wire/requests.hpp"
#include "wire/wire_config.hpp"

namespace weir::testing {

namespace {

const char* const usage = R"({"prompt_tokens":12,"completion_tokens":34,"total_tokens":46})";
constexpr Charge charge{.input = 12, .output = 34};

WireRows versions() {
    const std::string body = body_of(messages_member);
    const auto chat = [&](std::string name, const std::string& version, const std::string& host, int status) {
        const bool served = status == 200;
        return WireRow{
            .name = std::move(name),
            .asks = {{.bytes = request({.body = body, .version = version, .host = host}), .status = status}},
            .replies = {chat_reply(usage)},
            .charge = served ? charge : Charge{.requests = 0},
            .reached = served ? 1 : 0,
            .upstream_has = {"host: 127.0.0.1"}};
    };
    WireRows rows{
        chat("http_1_0_without_host", "HTTP/1.0", "", 200),
        chat("http_1_0_with_host", "HTTP/1.0", "Host: weir.test\r\n", 200),
        chat("http_1_0_with_two_hosts", "HTTP/1.0", "Host: a\r\nHost: b\r\n", 400),
        chat("http_1_1_without_host", "HTTP/1.1", "", 400),
        chat("http_1_1_with_two_hosts", "HTTP/1.1", "Host: a\r\nHost: b\r\n", 400),
    };
    for (const char* path : {"/v1/models", "/health"}) {
        rows.push_back({.name = std::string("health_check_of") + path,
                        .asks = {{.bytes = std::string("GET ") + path + " HTTP/1.0\r\n\r\n", .body = "up"}},
                        .replies = {reply({.body = "up"})},
                        .charge = Charge{},
                        .key = ""});
    }
    rows.push_back({.name = "http_1_0_stream",
                    .asks = {{.bytes = request({.body = body_of(messages_member + ",\"stream\":true"),
                                                .version = "HTTP/1.0",
                                                .host = ""}),
                              .body = chat_events_without_usage(),
                              .fields = {"!transfer-encoding"}}},
                    .replies = {stream_reply(chat_events(usage))},
                    .charge = charge});
    return rows;
}

WireRows upgrades() {
    const std::string websocket =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        "dGhlIHNhbXBsZSBub25jZQ==\r\n";
    WireRows rows;
    for (const std::string path :
         {"/v1/responses", "/v1/realtime?model=gpt-realtime", "/responses", "/any"}) {
        rows.push_back({.name = "websocket_at" + path,
                        .asks = {{.bytes = request({.path = path, .fields = websocket, .method = "GET"}),
                                  .status = 426}},
                        .replies = {reply({.body = "{}"})},
                        .charge = Charge{.requests = 0},
                        .reached = 0});
    }
    rows.push_back(
        {.name = "websocket_in_capitals",
         .asks = {{.bytes = request({.path = "/v1/responses",
                                     .fields = "connection: keep-alive, upgrade\r\nupgrade: WebSocket\r\n",
                                     .method = "GET"}),
                   .status = 426}},
         .replies = {reply({.body = "{}"})},
         .charge = Charge{.requests = 0},
         .reached = 0});
    // Java's HttpClient offers HTTP/2 in every first request.
    rows.push_back(
        {.name = "h2c_is_served_as_http_1_1",
         .asks = {{.bytes = request(
                       {.body = body_of(messages_member),
                        .fields = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                                  "HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA\r\n"})}},
         .replies = {chat_reply(usage)},
         .charge = charge,
         .upstream_lacks = {"h2c", "http2-settings"}});
    return rows;
}

/// What can be charged has to be readable: every POST asks for identity. The rest is the client's own
/// business.
WireRows accepted_codings() {
    const std::string field = "Accept-Encoding: gzip, br, zstd\r\n";
    const auto row = [&](std::string name, Request asked, const std::string& seen) {
        asked.fields = field;
        return WireRow{.name = "accepts_" + std::move(name),
                       .asks = {{.bytes = request(asked)}},
                       .replies = {chat_reply(usage)},
                       .upstream_has = {"accept-encoding: " + seen}};
    };
    return {
        row("chat", {.body = body_of(messages_member)}, "identity\r\n"),
        row("images", {.path = "/v1/images/generations", .body = body_of(R"("prompt":"a weir")")},
            "identity\r\n"),
        row("an_unknown_post", {.path = "/v1/something", .body = "{}"}, "identity\r\n"),
        row("a_get", {.path = "/v1/models", .method = "GET"}, "gzip, br, zstd\r\n"),
    };
}

WireRow codex() {
    const std::string body = mock::encode(
        "zstd",
        R"({"model":"gpt-5-codex","instructions":"You are a coding agent.","input":[{"type":"message","role":"user",)"
        R"("content":[{"type":"input_text","text":"hello there"}]}],"tools":[{"type":"function","name":"shell","strict":false,)"
        R"("parameters":{"type":"object","properties":{"command":{"type":"array","items":{"type":"string"}}}}},)"
        R"({"type":"web_search"}],"tool_choice":"auto","parallel_tool_calls":false,"reasoning":{"effort":"medium","summary":"auto"},)"
        R"("store":false,"stream":true,"include":["reasoning.encrypted_content"],"prompt_cache_key":"k"})");
    const std::string upgrade =
        request({.path = "/v1/responses",
                 .fields = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                           "OpenAI-Beta: responses_websockets=2026-02-04\r\n",
                 .method = "GET"});
    const std::string events =
        response_event("response.created", response("in_progress", "null")) + response_delta +
        response_event("response.completed",
                       response("completed", R"({"input_tokens":12,"input_tokens_details":)"
                                             R"({"cached_tokens":0},"output_tokens":34,"total_tokens":46})"));
    return {.name = "codex",
            .asks = {{.bytes = upgrade, .status = 426},
                     {.bytes = request({.path = "/v1/responses",
                                        .body = body,
                                        .fields = "Content-Encoding: zstd\r\nAccept: "
                                                  "text/event-stream\r\noriginator: codex_cli_rs\r\n"}),
                      .body = events}},
            .replies = {stream_reply(events)},
            .charge = charge,
            .reached = 1,
            .upstream_body = body};
}

WireRow claude_code() {
    const std::string body =
        R"({"model":"claude-sonnet-4-5","max_tokens":32000,"stream":true,"system":[{"type":"text","text":"You are an agent.",)"
        R"("cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"hello there",)"
        R"("cache_control":{"type":"ephemeral"}}]}],"tools":[{"name":"Bash","description":"Runs a command","input_schema":)"
        R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"command":{"type":"string"},)"
        R"("timeout":{"type":"number","maximum":9007199254740991}},"required":["command"],"additionalProperties":false}}],)"
        R"("metadata":{"user_id":"user_1"},"thinking":{"type":"enabled","budget_tokens":31999}})";
    const std::string events =
        message_start(
            R"({"input_tokens":4,"cache_creation_input_tokens":8,"cache_read_input_tokens":0,"output_tokens":1})") +
        message_text + message_delta(R"({"output_tokens":34})") + message_stop;
    return {
        .name = "claude_code",
        .asks = {{.bytes = request(
                      {.path = "/v1/messages?beta=true",
                       .body = body,
                       .fields = "x-api-key: dummy\r\nanthropic-version: 2023-06-01\r\n"
                                 "anthropic-beta: claude-code-20250219,interleaved-thinking-2025-05-14\r\n"
                                 "anthropic-dangerous-direct-browser-access: true\r\nx-app: cli\r\n"}),
                  .body = events}},
        .replies = {stream_reply(events)},
        .charge = charge,
        .config = keys_required,
        .upstream_body = body,
        .upstream_has = {"/v1/messages?beta=true", "anthropic-beta: claude-code"},
        .upstream_lacks = {"dummy"}};
}

}  // namespace

WireRows client_rows() {
    WireRows rows = versions() + upgrades() + accepted_codings();
    rows.push_back(codex());
    rows.push_back(claude_code());
    return rows;
}

}  // namespace weir::testing
