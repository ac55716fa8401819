// Bodies that are refused, each with the field it is refused for.
#include <gtest/gtest.h>

#include <random>

#include "llm/call.hpp"

namespace weir::llm {
namespace {

std::optional<CallError> error_of(Api api, const std::string& body) {
    auto result = read_call({.api = api, .body = body});
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
    {Api::chat_completions, "\xef\xbb\xbf", ""},
    {Api::chat_completions, "\xef\xbb\xbf\xef\xbb\xbf" + chat(R"("n":1)"), ""},
    {Api::chat_completions, chat("\"user\":\"\xff\xfe\""), ""},
    {Api::chat_completions, chat("\"user\":\"\xed\xa0\x80\""), ""},
    {Api::chat_completions, chat("\"user\":\"a\nb\""), ""},
    {Api::chat_completions, chat(R"("user":"\ud83d","x":"\x41")"), ""},
    {Api::chat_completions, chat(R"("user":"\ud83")"), ""},
    {Api::chat_completions, chat(R"("user":"\x")"), ""},
    {Api::chat_completions, chat(R"("seed":01)"), ""},
    {Api::chat_completions, chat(R"("seed":-)"), ""},
    {Api::chat_completions, chat(R"("seed":1e400,"x":01)"), ""},
    {Api::chat_completions, chat(R"("seed":099999999999999999999999)"), ""},
    {Api::chat_completions, chat(R"("seed":99999999999999999999999.)"), ""},
    {Api::chat_completions, chat(R"("seed":1e)"), ""},
    {Api::chat_completions, chat(R"("seed":NaN)"), ""},
    {Api::chat_completions, chat(R"("seed":1,)"), ""},
    {Api::chat_completions, nested(64), ""},
    {Api::chat_completions, std::string(1'000'000, '['), ""},
    {Api::chat_completions, std::string(100'000, '{'), ""},
    {Api::chat_completions, std::string("{\"a\":") + std::string(500'000, '['), ""},
    {Api::chat_completions, R"({"model":5,"messages":[{"content":"x"}]})", "model"},
    {Api::chat_completions, R"({"model":")" + std::string(257, 'm') + R"(","messages":[{"content":"x"}]})",
     "model"},
    {Api::chat_completions, R"({"model":"m","model":"m","messages":[{"content":"x"}]})", "model"},
    {Api::chat_completions, R"({"model":"m","mod\u0065l":"n","messages":[{"content":"x"}]})", "model"},
    {Api::chat_completions, R"({"model":"m","mod\u0065l":"n","x":"\ud83d"})", "model"},
    {Api::chat_completions, chat(R"("max_tokens":"x")"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":-2)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":-2.0)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":1e30)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":1.5)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":true)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":99999999999999999999999)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":-99999999999999999999999)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":1e400)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":[])"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":1,"max_tokens":2)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":null,"max_tokens":2)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_completion_tokens":"5")"), "max_completion_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":"x","max_completion_tokens":5)"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":5,"max_output_tokens":-5)"), "max_output_tokens"},
    {Api::chat_completions, chat(R"("n_predict":"5")"), "n_predict"},
    {Api::chat_completions, chat(R"("n_predict":-3)"), "n_predict"},
    {Api::chat_completions, chat(R"("n_predict":1e400)"), "n_predict"},
    {Api::chat_completions, chat(R"("n_predict":1,"n_predict":2)"), "n_predict"},
    {Api::chat_completions, chat(R"("max_new_tokens":0.5)"), "max_new_tokens"},
    {Api::chat_completions, chat(R"("n":1000000000)"), "n"},
    {Api::chat_completions, chat(R"("n":0)"), "n"},
    {Api::chat_completions, chat(R"("n":1.5)"), "n"},
    {Api::chat_completions, chat(R"("n":"2")"), "n"},
    {Api::chat_completions, chat(R"("best_of":1000001)"), "best_of"},
    {Api::chat_completions, chat(R"("n_cmpl":0)"), "n_cmpl"},
    {Api::chat_completions, chat(R"("stream":"yes")"), "stream"},
    {Api::chat_completions, chat(R"("stream":1)"), "stream"},
    {Api::chat_completions, chat(R"("stream":true,"stream":false)"), "stream"},
    {Api::chat_completions, chat(R"("stream_options":true)"), "stream_options"},
    {Api::chat_completions, chat(R"("stream":true,"stream_options":{"include_usage":1})"),
     "stream_options.include_usage"},
    {Api::chat_completions, chat(R"("stream_options":{"include_usage":false,"include_usage":true})"),
     "stream_options.include_usage"},
    {Api::chat_completions, chat(R"("stream_options":{},"stream_options":{})"), "stream_options"},
    {Api::completions, R"({"model":"m","prompt":"a","best_of":1000000000})", "best_of"},
    {Api::responses, R"({"model":7,"input":"x"})", "model"},
    {Api::responses, R"({"model":"m","input":"x","max_output_tokens":1.5})", "max_output_tokens"},
    {Api::responses, R"({"model":"m","input":"x","background":"yes"})", "background"},
    {Api::responses, R"({"model":"m","input":"x","background":true,"background":true})", "background"},
    {Api::anthropic_messages, anthropic(R"("max_tokens":-5)"), "max_tokens"},
    {Api::anthropic_messages, anthropic(R"("max_tokens":"5")"), "max_tokens"},
    {Api::chat_completions, chat(R"("max_tokens":1,"Max_Tokens":5000)"), "max_tokens"},
    {Api::chat_completions, chat(R"("MODEL":"other")"), "model"},
    {Api::ollama_chat, R"({"model":"m","options":{},"Options":{"num_predict":5000}})", "options"},
    {Api::ollama_chat, R"({"model":"m","options":5})", "options"},
    {Api::ollama_chat, R"({"model":"m","options":{"num_predict":"5"}})", "options.num_predict"},
    {Api::ollama_chat, R"({"model":"m","options":{"num_predict":1,"num_predict":2}})", "options.num_predict"},
    {Api::ollama_chat, R"({"model":"m","options":{},"options":{}})", "options"},
    {Api::gemini_generate, R"({"generationConfig":{"maxOutputTokens":1.5}})",
     "generationConfig.maxOutputTokens"},
    {Api::gemini_generate, R"({"generation_config":{"candidate_count":0}})",
     "generation_config.candidate_count"},
    {Api::llama_completion, R"({"inputs":"x","parameters":{"max_new_tokens":-5}})",
     "parameters.max_new_tokens"},
    {Api::llama_completion, R"({"text":"x","sampling_params":[{"n":1},{"n":0}]})", "sampling_params.n"},
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

// Each of these is the provider's to judge: it is served, and metered by the text that was found.
const std::vector<std::pair<Api, std::string>> unusual_bodies{
    {Api::chat_completions, chat(R"("user":"\ud800")")},
    {Api::chat_completions, chat(R"("user":"\ud83d\ud83d\ude00\ude00\u00e9")")},
    {Api::chat_completions, chat(R"("\udfff":1e400)")},
    {Api::chat_completions,
     chat(R"("x":115792089237316195423570985008687907853269984665640564039457584007913129639935)")},
    {Api::chat_completions, chat(R"("x":[-99999999999999999999,1E+999,-2e308,1e-400])")},
    {Api::chat_completions, "\xef\xbb\xbf" + chat(R"("n":1.0)")},
    {Api::chat_completions, "\xef\xbb\xbf \n" + chat(R"("x":1e400)")},
    {Api::chat_completions, R"({"messages":[{"role":"user","content":"x"}]})"},
    {Api::chat_completions, R"({"model":null,"messages":[{"content":"x"}]})"},
    {Api::chat_completions, R"({"model":"m"})"},
    {Api::chat_completions, R"({"model":"m","messages":null})"},
    {Api::chat_completions, R"({"model":"m","messages":{}})"},
    {Api::chat_completions, R"({"model":"m","messages":[]})"},
    {Api::chat_completions, R"({"model":"m","messages":"x"})"},
    {Api::chat_completions, R"({"model":"m","messages":[],"messages":[{"content":"x"}]})"},
    {Api::chat_completions, chat_message("5")},
    {Api::chat_completions, chat_message(R"({"role":"user","content":"x"},null)")},
    {Api::chat_completions, chat_message(R"({"role":"user","content":5})")},
    {Api::chat_completions, chat_message(R"({"role":"user","content":{}})")},
    {Api::chat_completions, chat_message(R"({"role":"user","content":true})")},
    {Api::chat_completions, chat_message(R"({"role":1,"content":"x"})")},
    {Api::chat_completions, chat_message(R"({"role":"user","name":[]})")},
    {Api::chat_completions, chat_message(R"({"role":"user","tool_calls":{}})")},
    {Api::chat_completions, chat_message(R"({"content":[5]})")},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"text","text":5}]})")},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"text","text":null}]})")},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"text"}]})")},
    {Api::chat_completions, chat_message(R"({"content":[{"type":[]}]})")},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"image_url","image_url":5}]})")},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"image_url","image_url":{}}]})")},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"image_url","image_url":{"url":{}}}]})")},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"input_audio","input_audio":{}}]})")},
    {Api::chat_completions, chat_message(R"({"content":[{"type":"file","file":"x"}]})")},
    {Api::chat_completions, chat(R"("max_tokens":-0.0)")},
    {Api::chat_completions, chat(R"("MODEL":5,"Stream":"yes","STREAM_OPTIONS":1)")},
    {Api::chat_completions, chat(R"("tools":{})")},
    {Api::chat_completions, chat(R"("tools":[{},5])")},
    {Api::chat_completions, chat(R"("functions":"x")")},
    {Api::chat_completions, chat(R"("response_format":"json")")},
    {Api::chat_completions, chat(R"("options":5,"parameters":"x","background":"yes")")},
    {Api::completions, R"({"model":"m","prompt":5})"},
    {Api::completions, R"({"model":"m","prompt":{}})"},
    {Api::completions, R"({"model":"m","prompt":[]})"},
    {Api::completions, R"({"model":"m","prompt":["a",{}]})"},
    {Api::completions, R"({"model":"m","prompt":["a",5]})"},
    {Api::completions, R"({"model":"m","prompt":[[1,"a"]]})"},
    {Api::completions, R"({"model":"m","prompt":[[1],[]]})"},
    {Api::completions, R"({"model":"m","prompt":[-1]})"},
    {Api::completions, R"({"model":"m","prompt":"a","suffix":[]})"},
    {Api::completions, R"({"prompt":"a"})"},
    {Api::responses, R"({"model":"m","input":5})"},
    {Api::responses, R"({"model":"m","input":[5]})"},
    {Api::responses, R"({"model":"m","input":[{"role":"user","content":7}]})"},
    {Api::responses, R"({"model":"m","input":"x","max_output_tokens":1.0e3})"},
    {Api::responses, R"({"model":"m","input":"x","instructions":5})"},
    {Api::responses, R"({"model":"m","input":"x","text":[]})"},
    {Api::embeddings, R"({"model":"m"})"},
    {Api::embeddings, R"({"model":"m","input":[]})"},
    {Api::embeddings, R"({"model":"m","input":true})"},
    {Api::embeddings, R"({"model":"m","input":[1.5]})"},
    {Api::anthropic_messages, R"({"model":"m","messages":[{"role":"user","content":"x"}]})"},
    {Api::anthropic_messages, anthropic(R"("max_tokens":null)")},
    {Api::anthropic_messages, anthropic(R"("max_tokens":5,"system":5)")},
    {Api::anthropic_messages, anthropic(R"("max_tokens":5,"tools":"x")")},
    {Api::anthropic_messages,
     R"({"model":"m","max_tokens":5,"messages":[{"content":[{"type":"text","text":[]}]}]})"},
    {Api::anthropic_messages,
     R"({"model":"m","max_tokens":5,"messages":[{"content":[{"type":"image","source":{"data":5}}]}]})"},
    {Api::ollama_chat, R"({"model":"m","messages":5,"options":null})"},
    {Api::gemini_generate, R"({"contents":{"parts":{"text":"x"}}})"},
};

TEST(CallErrorsTest, WhatIsUnusualIsLeftToTheProvider) {
    for (const auto& [api, body] : unusual_bodies) {
        const auto error = error_of(api, body);
        EXPECT_FALSE(error) << body << ": " << error->param << " " << error->message;
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
    seeds.insert(seeds.end(), unusual_bodies.begin(), unusual_bodies.end());
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
        read += std::holds_alternative<Call>(read_call({.api = api, .body = body})) ? 1 : 0;
    }
    EXPECT_GT(read, 0U);
}

}  // namespace
}  // namespace weir::llm
