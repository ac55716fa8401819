// The stand-in provider over real sockets: that its answers are whole, its usage true, and that each knob
// does its job.
#include "mock_upstream/mock_upstream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/raw_client.hpp"

namespace weir::mock {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::weir::testing::eventually;
using ::weir::testing::get;
using ::weir::testing::post;
using ::weir::testing::RawAnswer;
using ::weir::testing::RawClient;

constexpr std::string_view chat = "/v1/chat/completions";
constexpr std::string_view chat_body =
    R"({"model":"gpt-4o","messages":[{"role":"user","content":"one two three"}]})";
constexpr std::string_view chat_stream =
    R"({"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"one two three"}]})";

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

/// The JSON of every `data:` line but [DONE].
std::vector<json> events_of(std::string_view stream) {
    std::vector<json> events;
    constexpr std::string_view prefix = "data: {";
    for (std::size_t at = stream.find(prefix); at != std::string_view::npos;
         at = stream.find(prefix, at + 1)) {
        events.push_back(json::parse(stream.substr(at + 6, stream.find('\n', at) - at - 6)));
    }
    return events;
}

class MockUpstreamTest : public ::testing::Test {
protected:
    void SetUp() override { upstream_.start(); }

    /// One request on a connection of its own.
    RawAnswer ask(std::string_view path, std::string_view body, std::string_view fields = {}) {
        RawClient client(upstream_.port());
        EXPECT_TRUE(client.send(post(path, body, fields)));
        RawAnswer answer = client.read_answer();
        EXPECT_TRUE(answer.complete);
        return answer;
    }
    json ask_json(std::string_view path, std::string_view body, std::string_view fields = {}) {
        return json::parse(ask(path, body, fields).body);
    }
    std::string ask_stream(std::string_view path, std::string_view body, std::string_view fields = {}) {
        return ask(path, body, fields).body;
    }
    /// Records are written when the answer is over, which may be after the client has read it.
    std::vector<MockRecord> records(std::size_t count) {
        EXPECT_TRUE(eventually([&] { return upstream_.records().size() >= count; }));
        return upstream_.records();
    }

    MockUpstream upstream_{{.keep_records = true}};
};

TEST_F(MockUpstreamTest, ChatAnswersWithTrueUsage) {
    const json answer = ask_json(chat, chat_body);
    const std::string content = answer["choices"][0]["message"]["content"];
    EXPECT_EQ(count_of(content, " tok"), 16);
    EXPECT_EQ(answer["choices"][0]["finish_reason"], "stop");
    EXPECT_EQ(answer["usage"]["prompt_tokens"], 3);
    EXPECT_EQ(answer["usage"]["completion_tokens"], 16);
    EXPECT_EQ(answer["usage"]["total_tokens"], 19);
}

TEST_F(MockUpstreamTest, TheRequestBoundsTheAnswer) {
    const json answer =
        ask_json(chat, R"({"model":"m","n":3,"max_tokens":9,"max_completion_tokens":4,"messages":[]})");
    EXPECT_EQ(answer["choices"].size(), 3);
    EXPECT_EQ(answer["choices"][2]["finish_reason"], "length");
    EXPECT_EQ(answer["usage"]["completion_tokens"], 12);
    EXPECT_EQ(answer["usage"]["prompt_tokens"], 1);
}

TEST_F(MockUpstreamTest, StreamsOneTokenAnEventAndUsageOnlyWhenAsked) {
    const std::string plain = ask_stream(chat, chat_stream);
    EXPECT_EQ(count_of(plain, R"("delta":{"content":" tok"})"), 16);
    EXPECT_THAT(plain, AllOf(Not(HasSubstr("usage")), EndsWith("data: [DONE]\n\n")));

    const auto events = events_of(ask_stream(
        chat,
        R"({"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":5,"messages":[]})"));
    EXPECT_TRUE(events.back()["choices"].empty());
    EXPECT_EQ(events.back()["usage"]["completion_tokens"], 5);
    EXPECT_TRUE(events.front()["usage"].is_null());
}

TEST_F(MockUpstreamTest, CallsTheFirstToolWhenAsked) {
    constexpr std::string_view tools =
        R"("tools":[{"type":"function","function":{"name":"weather","parameters":{"required":["city"]}}}])";
    const std::string fields = "x-mock-tool-calls: 1\r\nx-mock-tokens: 2\r\n";
    const std::string body = R"({"model":"m","messages":[],)" + std::string(tools) + "}";
    const json call = ask_json(chat, body, fields)["choices"][0]["message"]["tool_calls"][0]["function"];
    EXPECT_EQ(call["name"], "weather");
    EXPECT_EQ(json::parse(call["arguments"].get<std::string>())["city"], " tok tok");
    EXPECT_EQ(ask_json(chat, body)["choices"][0]["finish_reason"], "stop");

    std::string arguments;
    const std::string streamed = R"({"model":"m","stream":true,"messages":[],)" + std::string(tools) + "}";
    for (const json& event : events_of(ask_stream(chat, streamed, fields))) {
        const json delta = event["choices"][0]["delta"];
        if (delta.contains("tool_calls")) arguments += delta["tool_calls"][0]["function"]["arguments"];
    }
    EXPECT_EQ(json::parse(arguments)["city"], " tok tok");
}

TEST_F(MockUpstreamTest, ServesCompletions) {
    const json answer = ask_json("/v1/completions", R"({"model":"m","prompt":["a","b c"],"max_tokens":2})");
    EXPECT_EQ(answer["choices"][1]["text"], " tok tok");
    EXPECT_EQ(answer["usage"]["completion_tokens"], 4);
    EXPECT_EQ(answer["usage"]["prompt_tokens"], 3);
    const std::string stream = ask_stream("/v1/completions", R"({"model":"m","prompt":[1,2],"stream":true})");
    EXPECT_EQ(count_of(stream, R"("text":" tok")"), 16);
}

TEST_F(MockUpstreamTest, ServesResponsesWithTheWholeSequenceOfEvents) {
    const json answer = ask_json("/v1/responses", R"({"model":"m","input":"a b","max_output_tokens":3})");
    EXPECT_EQ(answer["status"], "incomplete");
    EXPECT_EQ(answer["output"][0]["content"][0]["text"], " tok tok tok");
    EXPECT_EQ(answer["usage"]["output_tokens"], 3);

    std::vector<std::string> types;
    const auto events = events_of(
        ask_stream("/v1/responses", R"({"model":"m","input":"a b","stream":true})", "x-mock-tokens: 1\r\n"));
    for (const json& event : events) types.push_back(event["type"]);
    EXPECT_THAT(types, ElementsAre("response.created", "response.in_progress", "response.output_item.added",
                                   "response.content_part.added", "response.output_text.delta",
                                   "response.output_text.done", "response.content_part.done",
                                   "response.output_item.done", "response.completed"));
    EXPECT_EQ(events.back()["response"]["usage"]["input_tokens"], 2);
}

TEST_F(MockUpstreamTest, ServesEmbeddingsAsNumbersAndAsBase64) {
    const json numbers = ask_json("/v1/embeddings", R"({"model":"m","input":["a b","c"],"dimensions":3})");
    EXPECT_EQ(numbers["data"][1]["embedding"].size(), 3);
    EXPECT_EQ(numbers["usage"]["prompt_tokens"], 3);
    const json text =
        ask_json("/v1/embeddings", R"({"model":"m","input":"a","dimensions":3,"encoding_format":"base64"})");
    EXPECT_EQ(text["data"][0]["embedding"].get<std::string>().size(), 16);
}

TEST_F(MockUpstreamTest, ServesAnthropicMessages) {
    const json answer =
        ask_json("/v1/messages", R"({"model":"m","max_tokens":2,"system":"s","messages":[]})");
    EXPECT_EQ(answer["content"][0]["text"], " tok tok");
    EXPECT_EQ(answer["stop_reason"], "max_tokens");
    EXPECT_EQ(answer["usage"]["output_tokens"], 2);

    const std::string body =
        R"({"model":"m","max_tokens":99,"stream":true,"messages":[],"tools":[{"name":"f","input_schema":{"properties":{"x":{}}}}]})";
    std::vector<std::string> types;
    const auto events =
        events_of(ask_stream("/v1/messages", body, "x-mock-tokens: 1\r\nx-mock-tool-calls: 1\r\n"));
    for (const json& event : events) types.push_back(event["type"]);
    EXPECT_THAT(types, ElementsAre("message_start", "content_block_start", "ping", "content_block_delta",
                                   "content_block_delta", "content_block_delta", "content_block_stop",
                                   "message_delta", "message_stop"));
    EXPECT_EQ(events[1]["content_block"]["name"], "f");
    EXPECT_EQ(events[7]["usage"]["output_tokens"], 1);
}

TEST_F(MockUpstreamTest, RefusesWhatAProviderRefuses) {
    EXPECT_EQ(ask(chat, "{]").status, 400);
    EXPECT_EQ(ask_json(chat, R"({"model":"m","max_tokens":"x"})")["error"]["param"], "max_tokens");
    EXPECT_EQ(ask_json("/v1/messages", R"({"model":"m"})")["type"], "error");
    EXPECT_EQ(ask("/v1/nothing", "{}").status, 404);
    EXPECT_EQ(ask(chat, chat_body, "x-mock-tokens: many\r\n").status, 400);
    EXPECT_THAT(ask(chat, chat_body, "x-mock-nonsense: 1\r\n").body, HasSubstr("no such knob"));
    RawClient client(upstream_.port());
    EXPECT_TRUE(client.send(get("/v1/models")));
    EXPECT_FALSE(json::parse(client.read_answer().body)["data"].empty());
}

TEST_F(MockUpstreamTest, RecordsWhatItSawAndProduced) {
    ask(chat, chat_body, "x-weir-decided-at-us: 1234\r\nx-request-id: abc\r\nx-mock-input-tokens: 77\r\n");
    ask(chat, chat_stream, "x-mock-tokens: 7\r\nx-mock-tokens-per-chunk: 3\r\n");
    const auto seen = records(2);
    EXPECT_EQ(seen[0].key, "test-key");
    EXPECT_EQ(seen[0].path, chat);
    EXPECT_EQ(seen[0].model, "gpt-4o");
    EXPECT_EQ(seen[0].decided_at_us, "1234");
    EXPECT_EQ(seen[0].request_id, "abc");
    EXPECT_EQ(seen[0].input_tokens, 77);
    EXPECT_EQ(seen[0].body, chat_body);
    ASSERT_EQ(seen[0].produced.size(), 1);
    EXPECT_GE(seen[0].produced[0].time_us, seen[0].received_us);
    ASSERT_EQ(seen[1].produced.size(), 3);
    EXPECT_EQ(seen[1].produced[2].tokens, 1);
    EXPECT_EQ(seen[1].output_tokens, 7);
    EXPECT_THAT(upstream_.request_lines()[0], "POST /v1/chat/completions HTTP/1.1");
    EXPECT_EQ(shown_key("sk-proj-secret").substr(0, 7), "sha256:");
}

TEST_F(MockUpstreamTest, KeepsConnectionsAliveAndCountsPipelining) {
    RawClient client(upstream_.port());
    ASSERT_TRUE(client.send(post(chat, chat_body)));
    EXPECT_EQ(client.read_answer().status, 200);
    ASSERT_TRUE(client.send(post(chat, chat_body) + post(chat, chat_body, "Connection: close\r\n")));
    EXPECT_EQ(client.read_answer().status, 200);
    EXPECT_EQ(client.read_answer().headers["connection"], "close");
    EXPECT_TRUE(client.at_end());
    const auto seen = records(3);
    EXPECT_EQ(seen[2].connection, seen[0].connection);
    EXPECT_EQ(seen[2].on_connection, 3);
    EXPECT_EQ(upstream_.pipelined_count(), 1);
    EXPECT_EQ(upstream_.connections_opened(), 1);
    EXPECT_TRUE(eventually([&] { return upstream_.connections_open() == 0; }));
}

TEST_F(MockUpstreamTest, ReadsChunkedBodiesAndAnswersExpect) {
    RawClient client(upstream_.port());
    ASSERT_TRUE(
        client.send("POST /v1/embeddings HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\n"
                    "Expect: 100-continue\r\n\r\n"));
    EXPECT_EQ(client.read_answer(false, true).status, 100);
    ASSERT_TRUE(client.send("b\r\n{\"model\":\"m\r\n11\r\n\",\"input\":\"a bc\"}\r\n0\r\n\r\n"));
    EXPECT_THAT(client.read_answer().body, HasSubstr(R"("prompt_tokens":2)"));
}

TEST_F(MockUpstreamTest, CountsMalformedRequestsAndClosesThem) {
    const std::vector<std::string> requests{
        "POST /v1/models HTTP/1.0\r\nHost: m\r\n\r\n",
        "GET  /v1/models HTTP/1.1\r\nHost: m\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: m\r\nHost: m\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: m\r\nA : b\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: m\r\nA: b\r\n c\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: m\r\nA: b\nC: d\r\n\r\n",
        "POST /v1/models HTTP/1.1\r\nHost: m\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        "POST /v1/models HTTP/1.1\r\nHost: m\r\nContent-Length: +1\r\n\r\nx",
        ("POST /v1/models HTTP/1.1\r\nHost: m\r\nContent-Length: 1\r\n"
         "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        "POST /v1/models HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        "POST /v1/models HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\n\r\n",
        "POST /v1/models HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n",
    };
    for (const std::string& request : requests) {
        RawClient client(upstream_.port());
        ASSERT_TRUE(client.send(request));
        EXPECT_EQ(client.read_answer().status, 400) << request;
    }
    const auto seen = records(requests.size());
    for (const MockRecord& record : seen) {
        EXPECT_FALSE(record.problem.empty()) << record.line;
        EXPECT_EQ(record.status, 400);
    }
    EXPECT_EQ(upstream_.malformed_count(), requests.size());
    EXPECT_EQ(upstream_.requests_seen(), requests.size());
}

}  // namespace
}  // namespace weir::mock
