// What a chunk that is dropped must not hold; answers that are nothing but an error; text under other names.
#include "unit/llm/tap.hpp"

namespace weir::llm {
namespace {

std::string with_usage(std::string_view members) {
    return std::string("{").append(members).append(
        R"(,"usage":{"prompt_tokens":19,"completion_tokens":10}})");
}

/// The same document in other clothes, that another reader of weir's gets to see: in two data lines, and with
/// a number that is none.
std::vector<std::string> events_of(const std::string& json) {
    const std::string split = std::string("data: ").append(json).insert(7, "\ndata: ");
    const std::string odd = json.substr(0, json.size() - 2) + R"(,"x":NaN}})";
    return {events({json}), split + "\n\n", events({odd})};
}

TEST(UsageChunkTest, IsDroppedWhereNothingElseIsInIt) {
    for (
        const std::string_view members :
        {R"("choices":[])", R"("choices":null)", R"("id":"i","object":"o","created":1,"model":"m")",
         R"("choices":[],"system_fingerprint":"f","service_tier":"default","provider":"P","obfuscation":"xy")",
         R"("choices":[],"citations":[],"moderation":null,"answer":"","extra":{},"flag":false)",
         R"("choices":[],"x_groq":{"id":"r","usage":{"prompt_tokens":19}},"timings":{"prompt_n":1})"}) {
        for (const std::string& event : events_of(with_usage(members))) {
            for (const std::size_t step : {1U, 1000U}) {
                const TappedAnswer answer = pass(event_answer(Api::chat_completions, true), event, step);
                EXPECT_EQ(answer.bytes, "") << event;
                EXPECT_EQ(answer.usage.output_tokens, 10) << event;
            }
        }
    }
}

TEST(UsageChunkTest, PassesWithAnythingOfSubstance) {
    for (const std::string_view members :
         {R"("result":"hello")", R"("answer":"hello")", R"("reply":"hello")", R"("output_text":"hello")",
          R"("generation":"hello")", R"("results":[{"generated_text":"hello"}])",
          R"("outputs":[{"text":"a"}])", R"("output":{"choices":[{"message":{"content":"a"}}]})",
          R"("citations":["https://a"])", R"("search_results":[{"url":"a"}])", R"("annotations":[{"a":1}])",
          R"("sources":["a"])", R"("kv_transfer_params":{"a":1})", R"("prompt_token_ids":[1,2])",
          R"("choices":{"a":1})", R"("choices":[],"prompt_filter_results":[{"a":1}])",
          R"("choices":[],"x_groq":{"error":"e"})", R"("choices":[],"unheard_of":"x")",
          R"("choices":[],"error":{"message":"m"})"}) {
        for (const std::string& event : events_of(with_usage(members))) {
            for (const std::size_t step : {1U, 1000U}) {
                const TappedAnswer answer = pass(event_answer(Api::chat_completions, true), event, step);
                EXPECT_EQ(answer.bytes, event);
                EXPECT_EQ(answer.usage.output_tokens, 10) << event;
            }
        }
    }
    for (const std::string_view choices : {"{}", "[null]", "\"\""}) {
        const std::string event = events({with_usage(std::string(R"("choices":)").append(choices))});
        EXPECT_EQ(pass(event_answer(Api::chat_completions, true), event, 1000).bytes, event);
    }
}

TEST(UsageChunkTest, IsDroppedWithTheFieldsBehindItsData) {
    const std::string chunk = with_usage(R"("choices":[])");
    for (const std::string_view end : {"\n", "\r\n", "\r"}) {
        const auto lines = [&](std::initializer_list<std::string_view> all) {
            std::string text;
            for (const std::string_view line : all) text.append(line).append(end);
            return text;
        };
        const std::string before = lines({R"(data: {"choices":[{"delta":{"content":"a"}}]})", "id: 1", ""});
        const std::string after = lines({"id: 3", "", "data: [DONE]", ""});
        const std::string ours = lines({"data: " + chunk, "id: 2", "retry: 5", ""});
        for (const std::size_t step : {1U, 3U, 1000U}) {
            const auto answer = event_answer(Api::chat_completions, true);
            EXPECT_EQ(pass(answer, before + ours + after, step).bytes, before + after);
            EXPECT_EQ(pass(answer, before + lines({"data: " + chunk, ""}) + after, step).bytes,
                      before + after);
            EXPECT_EQ(pass(answer, before + lines({"data: " + chunk, "id: 2"}), step).bytes, before);
            EXPECT_EQ(pass(answer, before + lines({"data: " + chunk, "id: 2", "data: [DONE]"}), step).bytes,
                      before + lines({"id: 2", "data: [DONE]"}));
        }
    }
}

TEST(OtherTextTest, CountsAsSeen) {
    for (const std::string_view text :
         {R"({"result":"hello"})", R"({"answer":"a"})", R"({"reply":"a"})", R"({"output_text":"a"})",
          R"({"generation":"a"})", R"({"results":[{"generated_text":"a"}]})", R"({"outputs":[{"text":"a"}]})",
          R"({"result":{"response":"a"}})", R"({"output":{"choices":[{"message":{"content":"a"}}]}})",
          R"({"choices":[{"delta":{"images":[{"type":"image_url","image_url":{"url":"data:x"}}]}}]})",
          R"({"choices":[{"delta":{"audio":{"data":"x"}}}]})",
          R"({"type":"completion","completion":"hi","stop_reason":null})"}) {
        const auto stream = usage_of_events(
            Api::chat_completions,
            {text, R"({"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}})"},
            true);
        EXPECT_EQ(stream.output_seen, 1) << text;
        EXPECT_EQ(stream.output_tokens, std::nullopt) << text;
        EXPECT_EQ(usage_of_json(Api::chat_completions, text).output_seen, 1) << text;
    }
}

TEST(OtherErrorTest, IsOneWhereNothingElseIsThere) {
    for (const std::string_view error :
         {R"({"error_code":336100,"error_msg":"busy"})", R"({"detail":"no such model"})",
          R"({"detail":[{"loc":["body"],"msg":"m"}]})", R"({"error":500})",
          R"({"code":429,"message":"slow"})", R"({"code":429,"message":"slow","data":null})",
          R"({"status":"error","message":"m"})", R"({"error_type":"overloaded","message":"m"})",
          R"({"code":"InvalidParameter","message":"m"})", R"({"x_groq":{"error":"m"}})"}) {
        EXPECT_TRUE(usage_of_json(Api::chat_completions, error).failed) << error;
        const auto stream = usage_of_events(Api::chat_completions, {error});
        EXPECT_TRUE(stream.failed) << error;
        EXPECT_TRUE(stream.ended) << error;
    }
    for (const std::string_view other :
         {R"({"code":0,"message":"success","data":[1]})",
          R"({"code":20000,"message":"ok","data":[{"a":"b"}]})", R"({"error_code":0,"error_msg":""})",
          R"({"error":0})", R"({"code":200,"message":"OK"})", R"({"detail":null})",
          R"({"status":"success","message":"m"})", R"({"code":429})",
          R"({"code":429,"message":"m","choices":[{"message":{"content":"a"}}]})",
          R"({"detail":"d","usage":{"prompt_tokens":1}})", R"({"code":1,"message":"m","result":"text"})"}) {
        EXPECT_FALSE(usage_of_json(Api::chat_completions, other).failed) << other;
        EXPECT_FALSE(usage_of_events(Api::chat_completions, {other}).failed) << other;
    }
}

/// Lines are read without their text; that there was some is known all the same.
TEST(OtherErrorTest, IsNotWhereTextIs) {
    const std::string_view text = R"({"token":{"text":"a"},"detail":{"seed":5}})";
    const AnswerDescription lines{
        .api = Api::ollama_chat, .content_type = "application/x-ndjson", .content_encoding = {}};
    EXPECT_FALSE(usage_of(lines, text).ended);
    EXPECT_FALSE(usage_of_events(Api::ollama_chat, {text}).ended);
    EXPECT_TRUE(usage_of(lines, R"({"detail":{"seed":5}})").ended);
}

TEST(OtherErrorTest, MayBeAFieldOfItsOwn) {
    for (const std::string_view text : {"error: {\"code\":500,\"message\":\"x\"}\n\n",
                                        "error: {\"code\":500,\"message\":\"x\"}\n", "error:x\n\n"}) {
        const auto usage = usage_of(event_answer(Api::chat_completions), text, true);
        EXPECT_TRUE(usage.failed) << text;
        EXPECT_TRUE(usage.ended) << text;
    }
}

TEST(OtherEndTest, IsNoBrokenStream) {
    EXPECT_TRUE(usage_of_events(Api::unmetered,
                                {R"({"type":"completion","completion":"hi","stop_reason":null})",
                                 R"({"type":"completion","completion":"","stop_reason":"stop_sequence"})"})
                    .ended);
    EXPECT_FALSE(
        usage_of_events(Api::unmetered, {R"({"type":"completion","completion":"hi","stop_reason":null})"})
            .ended);
    EXPECT_TRUE(
        usage_of_events(Api::responses, {R"({"type":"response.done","response":{"usage":null}})"}).ended);
}

}  // namespace
}  // namespace weir::llm
