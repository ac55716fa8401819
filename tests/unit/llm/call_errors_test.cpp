// Bodies that are refused, each with the field it is refused for.
#include <gtest/gtest.h>

#include <random>

#include "llm/call.hpp"

namespace weir::llm {
namespace {

std::optional<CallError> error_of(Api api, const std::string& body) {
    auto result = read_call(api, body);
    if (auto* error = std::get_if<CallError>(&result)) return *error;
    return std::nullopt;
}

struct Bad {
    Api api;
    std::string body;
    std::string param;
};

std::string chat(const std::string& more) {
    return R"({"model":"m","messages":[{"role":"user","content":"secret"}],)" + more + "}";
}
std::string chat_message(const std::string& message) {
    return R"({"model":"m","messages":[)" + message + "]}";
}
std::string anthropic(const std::string& more) {
    return R"({"model":"m","messages":[{"role":"user","content":"secret"}],)" + more + "}";
}
std::string nested(int depth) {
    return R"({"model":"m","messages":[{"content":"x"}],"x":)" +
           std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}";
}

const std::vector<Bad> bad_bodies{
    {Api::chat_completions, "", ""},
    {Api::chat_completions, "   ", ""},
    {Api::chat_completions, "null", ""},
    {Api::chat_completions, "[]", ""},
    {Api::chat_completions, "\"x\"", ""},
    {Api::chat_completions, "{", ""},
    {Api::chat_completions, R"({"messages":[{},{]],"max_tokens":5})", ""},
    {Api::chat_completions, chat(R"("n":1)") + "x", ""},
    {Api::chat_completions, chat(R"("n":1)") + "{}", ""},
    {Api::chat_completions, chat("\"user\":\"\xff\xfe\""), ""},
    {Api::chat_completions, chat("\"user\":\"\xed\xa0\x80\""), ""},
    {Api::chat_completions, chat("\"user\":\"a\nb\""), ""},
    {Api::chat_completions, chat(R"("user":"\ud800")"), ""},
    {Api::chat_completions, chat(R"("user":"\x")"), ""},
    {Api::chat_completions, chat(R"("seed":01)"), ""},
    {Api::chat_completions, chat(R"("seed":1,)"), ""},
    {Api::chat_completions, nested(64), ""},
    {Api::chat_completions, std::string(1'000'000, '['), ""},
    {Api::chat_completions, std::string(100'000, '{'), ""},
    {Api::chat_completions, std::string("{\"a\":") + std::string(500'000, '['), ""},
    {Api::chat_completions, R"({"messages":[{"role":"user","content":"x"}]})", "model"},
    {Api::chat_completions, R"({"model":null,"messages":[{"content":"x"}]})", "model"},
    {Api::chat_completions, R"({"model":5,"messages":[{"content":"x"}]})", "model"},
    {Api::chat_completions, R"({"model":"","messages":[{"content":"x"}]})", "model"},
    {Api::chat_completions, R"({"model":")" + std::string(257, 'm') + R"(","messages":[{"content":"x"}]})",
     "model"},
    {Api::chat_completions, R"({"model":"m","model":"m","messages":[{"content":"x"}]})", "model"},
    {Api::chat_completions, R"({"model":"m","mod\u0065l":"n","messages":[{"content":"x"}]})", "model"},
    {Api::chat_completions, R"({"model":"m"})", "messages"},
    {Api::chat_completions, R"({"model":"m","messages":null})", "messages"},
    {Api::chat_completions, R"({"model":"m","messages":{}})", "messages"},
    {Api::chat_completions, R"({"model":"m","messages":[]})", "messages"},
    {Api::chat_completions, R"({"model":"m","messages":"x"})", "messages"},
    {Api::chat_completions, chat_message("5"), "messages[0]"},
    {Api::chat_completions, chat_message(R"({"role":"user","content":"x"},null)"), "messages[1]"},
    {Api::chat_completions, chat_message(R"({"role":"user","content":5})"), "messages[0].content"},
    {Api::chat_completions, chat_message(R"({"role":"user","content":{}})"), "messages[0].content"},
    {Api::chat_completions, chat_message(R"({"role":"user","content":true})"), "messages[0].content"},
    {Api::chat_completions, chat_message(R"({"role":1,"content":"x"})"), "messages[0].role"},
    {Api::chat_completions, chat_message(R"({"role":"user","name":[]})"), "messages[0].name"},
    {Api::chat_completions, chat_message(R"({"role":"user","tool_calls":{}})"), "messages[0].tool_calls"},
    {Api::chat_completions, chat_message(R"({"content":[5]})"), "messages[0].content[0]"},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"text","text":5}]})"),
     "messages[0].content[0].text"},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"text"}]})"), "messages[0].content[0].text"},
    {Api::chat_completions, chat_message(R"({"content":[{"type":[]}]})"), "messages[0].content[0].type"},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"image_url","image_url":5}]})"),
     "messages[0].content[0].image_url"},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"image_url","image_url":{}}]})"),
     "messages[0].content[0].image_url.url"},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"image_url","image_url":{"url":{}}}]})"),
     "messages[0].content[0].image_url.url"},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"input_audio","input_audio":{}}]})"),
     "messages[0].content[0].input_audio.data"},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"file","file":"x"}]})"),
     "messages[0].content[0].file"},
    {Api::chat_completions, chat(R"("max_tokens":"x")"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":-1)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":1e30)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":1.5)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":1000000001)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":18446744073709551615)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":99999999999999999999999)"), ""},
    {Api::chat_completions, chat(R"("max_tokens":[])"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":1,"max_tokens":2)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":null,"max_tokens":2)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_completion_tokens":"5")"), "max_completion_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":"x","max_completion_tokens":5)"), "max_tokens"},
    {Api::chat_completions, chat(R"("n":1000000000)"), "n"},
    {Api::chat_completions, chat(R"("n":0)"), "n"},
    {Api::chat_completions, chat(R"("n":"2")"), "n"},
    {Api::chat_completions, chat(R"("stream":"yes")"), "stream"},
    {Api::chat_completions, chat(R"("stream":1)"), "stream"},
    {Api::chat_completions, chat(R"("stream":true,"stream":false)"), "stream"},
    {Api::chat_completions, chat(R"("stream_options":true)"), "stream_options"},
    {Api::chat_completions, chat(R"("stream":true,"stream_options":{"include_usage":1})"),
     "stream_options.include_usage"},
    {Api::chat_completions, chat(R"("stream_options":{"include_usage":false,"include_usage":true})"),
     "stream_options.include_usage"},
    {Api::chat_completions, chat(R"("stream_options":{},"stream_options":{})"), "stream_options"},
    {Api::chat_completions, chat(R"("tools":{})"), "tools"},
    {Api::chat_completions, chat(R"("tools":[{},5])"), "tools[1]"},
    {Api::chat_completions, chat(R"("functions":"x")"), "functions"},
    {Api::chat_completions, chat(R"("response_format":"json")"), "response_format"},
    {Api::completions, R"({"model":"m","prompt":5})", "prompt"},
    {Api::completions, R"({"model":"m","prompt":{}})", "prompt"},
    {Api::completions, R"({"model":"m","prompt":[]})", "prompt"},
    {Api::completions, R"({"model":"m","prompt":["a",{}]})", "prompt[1]"},
    {Api::completions, R"({"model":"m","prompt":["a",5]})", "prompt"},
    {Api::completions, R"({"model":"m","prompt":[[1,"a"]]})", "prompt[0][1]"},
    {Api::completions, R"({"model":"m","prompt":[[1],[]]})", "prompt[1]"},
    {Api::completions, R"({"model":"m","prompt":[-1]})", "prompt[0]"},
    {Api::completions, R"({"model":"m","prompt":"a","best_of":1000000000})", "best_of"},
    {Api::completions, R"({"model":"m","prompt":"a","suffix":[]})", "suffix"},
    {Api::completions, R"({"prompt":"a"})", "model"},
    {Api::responses, R"({"model":"m","input":5})", "input"},
    {Api::responses, R"({"model":"m","input":[5]})", "input[0]"},
    {Api::responses, R"({"model":"m","input":[{"role":"user","content":7}]})", "input[0].content"},
    {Api::responses, R"({"model":7,"input":"x"})", "model"},
    {Api::responses, R"({"model":"m","input":"x","max_output_tokens":1.0e3})", "max_output_tokens"},
    {Api::responses, R"({"model":"m","input":"x","instructions":5})", "instructions"},
    {Api::responses, R"({"model":"m","input":"x","text":[]})", "text"},
    {Api::embeddings, R"({"model":"m"})", "input"},
    {Api::embeddings, R"({"model":"m","input":[]})", "input"},
    {Api::embeddings, R"({"model":"m","input":true})", "input"},
    {Api::embeddings, R"({"model":"m","input":[1.5]})", "input[0]"},
    {Api::anthropic_messages, R"({"model":"m","messages":[{"role":"user","content":"x"}]})", "max_tokens"},
    {Api::anthropic_messages, anthropic(R"("max_tokens":null)"), "max_tokens"},
    {Api::anthropic_messages, anthropic(R"("max_tokens":-1)"), "max_tokens"},
    {Api::anthropic_messages, anthropic(R"("max_tokens":5,"system":5)"), "system"},
    {Api::anthropic_messages, anthropic(R"("max_tokens":5,"tools":"x")"), "tools"},
    {Api::anthropic_messages,
     R"({"model":"m","max_tokens":5,"messages":[{"content":[{"type":"text","text":[]}]}]})",
     "messages[0].content[0].text"},
    {Api::anthropic_messages,
     R"({"model":"m","max_tokens":5,"messages":[{"content":[{"type":"image","source":{"data":5}}]}]})",
     "messages[0].content[0].source.data"},
};

TEST(CallErrorsTest, EachBadBodyIsRefusedForItsField) {
    for (const Bad& bad : bad_bodies) {
        const auto error = error_of(bad.api, bad.body);
        const std::string shown = bad.body.substr(0, 200);
        ASSERT_TRUE(error) << shown;
        EXPECT_EQ(error->param, bad.param) << shown;
        EXPECT_FALSE(error->message.empty()) << shown;
        EXPECT_EQ(error->message.find("secret"), std::string::npos) << shown;
    }
}

TEST(CallErrorsTest, NestingOf64IsAllowed) {
    EXPECT_FALSE(error_of(Api::chat_completions, nested(63)));
}

TEST(CallErrorsTest, FewerThanTwoMillionValuesAreAllowed) {
    const auto body = [](std::size_t tokens) {
        std::string text = R"({"model":"m","input":[1)";
        for (std::size_t i = 1; i < tokens; ++i) text += ",1";
        return text += "]}";
    };
    EXPECT_FALSE(error_of(Api::embeddings, body(1'900'000)));
    EXPECT_TRUE(error_of(Api::embeddings, body(2'100'000)));
}

TEST(CallErrorsTest, MutatedBodiesNeverCrash) {
    std::vector<std::pair<Api, std::string>> seeds;
    for (const Bad& bad : bad_bodies) {
        if (bad.body.size() < 1000) seeds.emplace_back(bad.api, bad.body);
    }
    seeds.emplace_back(
        Api::chat_completions,
        chat(R"("stream":true,"stream_options":{"x":[1,2,{"y":"\u00e9\"z"}]},"tools":[{"a":1.5e3}])"));
    std::mt19937 random(20260802);
    constexpr std::string_view alphabet = "{}[]\":,\\ue09-+.tfn \xc3\xa9\xff";
    std::size_t read = 0;
    for (int round = 0; round < 60'000; ++round) {
        auto [api, body] = seeds[random() % seeds.size()];
        for (std::size_t edits = 1 + random() % 3; edits > 0 && !body.empty(); --edits) {
            const std::size_t at = random() % body.size();
            switch (random() % 3) {
                case 0:
                    body[at] = alphabet[random() % alphabet.size()];
                    break;
                case 1:
                    body.erase(at, 1 + random() % 4);
                    break;
                default:
                    body.insert(at, 1, alphabet[random() % alphabet.size()]);
                    break;
            }
        }
        read += std::holds_alternative<Call>(read_call(api, body)) ? 1 : 0;
    }
    EXPECT_GT(read, 0U);
}

}  // namespace
}  // namespace weir::llm
