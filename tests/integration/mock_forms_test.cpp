// What other providers' APIs look like at the stand-in, and the forms of usage, endings and codings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <sstream>

#include "mock_upstream/coding.hpp"
#include "mock_upstream/mock_upstream.hpp"
#include "support/raw_client.hpp"

namespace weir::mock {
namespace {

using nlohmann::json;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using ::weir::testing::chat_body;
using ::weir::testing::eventually;
using ::weir::testing::get;
using ::weir::testing::post;
using ::weir::testing::RawAnswer;
using ::weir::testing::RawClient;

constexpr std::string_view chat = "/v1/chat/completions";
const std::string streamed = R"(,"stream":true,"stream_options":{"include_usage":true})";

class MockForms : public ::testing::Test {
protected:
    void SetUp() override { upstream_.start(); }

    RawAnswer ask(const std::string& bytes) {
        RawClient client(upstream_.port());
        EXPECT_TRUE(client.send(bytes));
        return client.read_answer();
    }
    json ask_json(std::string_view path, std::string_view body,
                  std::string_view fields = "x-mock-tokens: 3\r\n") {
        const RawAnswer answer = ask(post(path, body, fields));
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body, nullptr, false);
    }
    json usage_of(const std::string& form) {
        return ask_json(chat, chat_body(),
                        "x-mock-tokens: 4\r\nx-mock-usage-form: " + form + "\r\n")["usage"];
    }
    std::string stream_with(const std::string& fields) {
        return ask(post(chat, chat_body(streamed), "x-mock-tokens: 2\r\n" + fields)).body;
    }

    MockUpstream upstream_{{.keep_records = true}};
};

std::vector<json> lines_of(const std::string& text) {
    std::vector<json> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
    return lines;
}

TEST_F(MockForms, OllamaChat) {
    const std::string messages = R"({"model":"m","messages":[{"role":"user","content":"one two"}])";
    const json plain = ask_json("/api/chat", messages + R"(,"stream":false})");
    EXPECT_EQ(plain["message"]["content"], " tok tok tok");
    EXPECT_EQ(plain["prompt_eval_count"], 2);
    EXPECT_EQ(plain["eval_count"], 3);
    EXPECT_EQ(plain["done_reason"], "stop");
    const RawAnswer stream = ask(post("/api/chat", messages + R"(,"options":{"num_predict":2}})"));
    EXPECT_EQ(stream.headers.at("content-type"), "application/x-ndjson");
    const std::vector<json> lines = lines_of(stream.body);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0]["message"]["content"], " tok");
    EXPECT_EQ(lines[2]["eval_count"], 2);
    EXPECT_EQ(lines[2]["done_reason"], "length");
    const RawAnswer refused = ask(post("/api/chat", messages + "}", "x-mock-status: 429\r\n"));
    EXPECT_TRUE(json::parse(refused.body)["error"].is_string());
}

TEST_F(MockForms, OllamaGenerateAndEmbed) {
    EXPECT_EQ(ask_json("/api/generate", R"({"model":"m","prompt":"one","stream":false})")["response"],
              " tok tok tok");
    const json embedded = ask_json("/api/embed", R"({"model":"m","input":["one","two three"]})");
    EXPECT_EQ(embedded["embeddings"].size(), 2U);
    EXPECT_EQ(embedded["prompt_eval_count"], 3);
}

TEST_F(MockForms, Gemini) {
    const std::string body =
        R"({"contents":[{"parts":[{"text":"one two"}]}],"generationConfig":{"maxOutputTokens":2}})";
    const std::string model = "/v1beta/models/gemini-2.5-flash";
    const json plain = ask_json(model + ":generateContent", body);
    EXPECT_EQ(plain["candidates"][0]["content"]["parts"][0]["text"], " tok tok");
    EXPECT_EQ(plain["candidates"][0]["finishReason"], "MAX_TOKENS");
    EXPECT_EQ(plain["usageMetadata"]["promptTokenCount"], 2);
    EXPECT_EQ(plain["usageMetadata"]["candidatesTokenCount"], 2);
    EXPECT_EQ(plain["modelVersion"], "gemini-2.5-flash");
    const json array = ask_json(model + ":streamGenerateContent", body);
    ASSERT_EQ(array.size(), 3U);
    EXPECT_EQ(array[2]["usageMetadata"]["candidatesTokenCount"], 2);
    const RawAnswer events = ask(post(model + ":streamGenerateContent?alt=sse", body));
    EXPECT_THAT(events.headers.at("content-type"), StartsWith("text/event-stream"));
    EXPECT_THAT(events.body, StartsWith("data: {\"candidates\""));
    const json thoughts =
        ask_json(model + ":generateContent", body, "x-mock-usage-form: reasoning_apart\r\n");
    EXPECT_EQ(thoughts["usageMetadata"]["thoughtsTokenCount"], 1);
    const RawAnswer refused = ask(post(model + ":generateContent", body, "x-mock-status: 429\r\n"));
    EXPECT_EQ(json::parse(refused.body)["error"]["status"], "RESOURCE_EXHAUSTED");
    const json embedded = ask_json("/v1beta/models/e:batchEmbedContents",
                                   R"({"requests":[{"content":{"parts":[{"text":"one"}]}}]})");
    EXPECT_EQ(embedded["embeddings"].size(), 1U);
}

TEST_F(MockForms, OtherPathsAndApis) {
    const std::string messages = R"({"messages":[{"role":"user","content":"one"}]})";
    EXPECT_EQ(ask_json("/openai/deployments/d/chat/completions?api-version=1", messages)["model"], "d");
    EXPECT_EQ(ask_json("/v1/engines/e/completions", R"({"prompt":"one"})")["model"], "e");
    const json ranked =
        ask_json("/v1/rerank", R"({"model":"m","query":"one","documents":["two","three four"]})");
    EXPECT_EQ(ranked["usage"]["total_tokens"], 4);
    const json image = ask_json("/v1/images/generations", R"({"model":"m","prompt":"one","n":2})");
    EXPECT_EQ(image["data"].size(), 2U);
    EXPECT_EQ(image["usage"]["output_tokens"], 6);
    const json text = ask_json("/v1/audio/transcriptions",
                               "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--b--\r\n");
    EXPECT_EQ(text["usage"]["output_tokens"], 3);
    EXPECT_EQ(json::parse(ask(get("/v1/batches/b1")).body)["usage"]["total_tokens"], 120'000);
    EXPECT_EQ(ask(post("/v1/threads/t/messages", "{}")).status, 404);
}

TEST_F(MockForms, BackgroundResponses) {
    const json accepted = ask_json("/v1/responses", R"({"model":"m","input":"one two","background":true})",
                                   "x-mock-polls: 2\r\nx-mock-tokens: 5\r\n");
    EXPECT_EQ(accepted["status"], "queued");
    EXPECT_TRUE(accepted["usage"].is_null());
    const std::string path = "/v1/responses/" + accepted["id"].get<std::string>();
    std::vector<std::string> statuses;
    json last;
    for (int i = 0; i < 4; ++i) {
        last = json::parse(ask(get(path)).body);
        statuses.push_back(last["status"]);
    }
    EXPECT_THAT(statuses, ::testing::ElementsAre("in_progress", "in_progress", "completed", "completed"));
    EXPECT_EQ(last["usage"]["input_tokens"], 2);
    EXPECT_EQ(last["usage"]["output_tokens"], 5);
    EXPECT_EQ(ask(get("/v1/responses/resp_unknown")).status, 404);
}

TEST_F(MockForms, UsageForms) {
    EXPECT_EQ(usage_of("total_only"), json::parse(R"({"total_tokens":6})"));
    EXPECT_EQ(usage_of("zero")["completion_tokens"], 0);
    EXPECT_EQ(usage_of("floats").dump(),
              R"({"completion_tokens":4.0,"prompt_tokens":2.0,"total_tokens":6.0})");
    EXPECT_EQ(usage_of("strings")["completion_tokens"], "4");
    EXPECT_EQ(usage_of("reasoning-apart")["completion_tokens"], 2);
    EXPECT_EQ(usage_of("reasoning-apart")["total_tokens"], 6);
    EXPECT_EQ(usage_of("cached-on-top")["cached_tokens"], 1);
    EXPECT_TRUE(usage_of("null").is_null());
    const json in_choice =
        ask_json(chat, chat_body(), "x-mock-tokens: 4\r\nx-mock-usage-form: in_choice\r\n");
    EXPECT_FALSE(in_choice.contains("usage"));
    EXPECT_EQ(in_choice["choices"][0]["usage"]["completion_tokens"], 4);
    EXPECT_EQ(ask(post(chat, chat_body(), "x-mock-usage-form: odd\r\n")).status, 400);
}

TEST_F(MockForms, EndingsOfStreams) {
    EXPECT_THAT(stream_with(""), EndsWith("data: [DONE]\n\n"));
    const std::string finished = stream_with("x-mock-ending: finish_only\r\n");
    EXPECT_THAT(finished, Not(HasSubstr("[DONE]")));
    EXPECT_THAT(finished, HasSubstr("\"finish_reason\":\"stop\""));
    const std::string open = stream_with("x-mock-ending: none\r\n");
    EXPECT_THAT(open, HasSubstr(" tok"));
    EXPECT_THAT(open, Not(HasSubstr("\"finish_reason\":\"stop\"")));
    EXPECT_THAT(stream_with("x-mock-ending: error_first\r\n"), StartsWith("data: {\"error\":"));
    EXPECT_THAT(stream_with("x-mock-ending: error_last\r\n"), HasSubstr(" tok"));
    EXPECT_THAT(stream_with("x-mock-ending: usage_null\r\n"), HasSubstr("\"choices\":[],\"usage\":null"));
    RawClient client(upstream_.port());
    EXPECT_TRUE(client.send(post(chat, chat_body(streamed), "x-mock-until-close: 1\r\n")));
    const std::string closed = client.read_some(static_cast<std::size_t>(-1));
    EXPECT_THAT(closed, Not(HasSubstr("transfer-encoding")));
    EXPECT_THAT(closed, EndsWith("data: [DONE]\n\n"));
}

TEST_F(MockForms, CodingsBothWays) {
    for (const std::string coding : {"gzip", "deflate", "zstd", "br"}) {
        const RawAnswer answer =
            ask(post(chat, encode(coding, chat_body(R"(,"max_tokens":2)")),
                     "Content-Encoding: " + coding + "\r\nx-mock-answer-coding: " + coding + "\r\n"));
        ASSERT_EQ(answer.status, 200) << coding << answer.body;
        EXPECT_EQ(answer.headers.at("content-encoding"), coding);
        const auto text = decode(coding, answer.body, 1 << 20);
        ASSERT_TRUE(text) << coding;
        EXPECT_EQ(json::parse(*text)["usage"]["completion_tokens"], 2) << coding;
    }
    EXPECT_EQ(ask(post(chat, "no gzip", "Content-Encoding: gzip\r\n")).status, 415);
    EXPECT_EQ(ask(post(chat, chat_body(), "Content-Encoding: compress\r\n")).status, 415);
    EXPECT_EQ(decode("gzip, zstd", encode("zstd", encode("gzip", "text")), 100), "text");
    EXPECT_FALSE(decode("gzip", encode("gzip", std::string(101, 'x')), 100));
}

TEST_F(MockForms, RefusedFieldsAndEarlyAnswers) {
    const std::string field = "x-mock-refuse-fields: logit_bias,stream_options\r\n";
    const RawAnswer refused = ask(post(chat, chat_body(streamed), field));
    EXPECT_EQ(refused.status, 422);
    EXPECT_THAT(refused.body, HasSubstr("stream_options"));
    EXPECT_EQ(ask(post(chat, chat_body(streamed), field + "x-mock-refuse-status: 400\r\n")).status, 400);
    EXPECT_EQ(ask(post(chat, chat_body(), field)).status, 200);
    RawClient client(upstream_.port());
    EXPECT_TRUE(
        client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nx-mock-early-answer: "
                    "1\r\nContent-Length: 1000\r\n\r\n"));
    EXPECT_EQ(client.read_answer().status, 413);
}

}  // namespace
}  // namespace weir::mock
