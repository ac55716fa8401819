// The place is where read_call found the name: examples, then many bodies held against read_call itself.
#include "llm/model_place.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <vector>

namespace weir::llm {
namespace {

const std::string new_name = "my \"own\"\\deployment/\xc3\xa9:1";

std::string changed(const std::string& body, const Splice& splice) {
    std::string text = body;
    return text.replace(splice.offset, splice.erase, splice.insert);
}

std::string renamed(const std::string& body, Api api = Api::chat_completions, std::string_view path = {}) {
    const auto splice = model_splice({.api = api, .body = body, .path = path}, "NEW");
    return splice ? changed(body, *splice) : "unchanged";
}

TEST(ModelPlaceTest, ChangesNothingButTheName) {
    const std::vector<std::pair<std::string, std::string>> rows{
        {R"({"model":"a"})", R"({"model":"NEW"})"},
        {" {\r\n\t\"model\" :\n \"a\\\"b\\\\\" , \"n\":1 } ", " {\r\n\t\"model\" :\n \"NEW\" , \"n\":1 } "},
        {"\xef\xbb\xbf{\"model\":\"a\"}", "\xef\xbb\xbf{\"model\":\"NEW\"}"},
        {R"({"n":1,"\u006dode\u006C":"\u0061","x":"model"})",
         R"({"n":1,"\u006dode\u006C":"NEW","x":"model"})"},
        {R"({"x":{"model":"b"},"y":["model",{"model":"c"}],"model":"a"})",
         R"({"x":{"model":"b"},"y":["model",{"model":"c"}],"model":"NEW"})"},
        {R"({"x":"\"model\":\"b\"","Model":5,"MODEL":"a"})",
         R"({"x":"\"model\":\"b\"","Model":5,"MODEL":"NEW"})"},
        {R"({"models":["a","b"],"model":"a"})", R"({"models":["a","b"],"model":"NEW"})"},
        {R"({"name":"a","model_id":"b"})", R"({"name":"a","model_id":"NEW"})"},
        {R"({"model":"","modelId":"b"})", R"({"model":"","modelId":"NEW"})"},
        {R"({"model":null,"modelId":"b","model_id":7})", R"({"model":null,"modelId":"NEW","model_id":7})"},
        {R"({"model":""})", "unchanged"},
        {R"({"name":"a"})", "unchanged"},
        {R"({})", "unchanged"},
    };
    for (const auto& [body, expected] : rows) EXPECT_EQ(renamed(body), expected) << body;
    EXPECT_EQ(renamed(R"({"name":"a"})", Api::ollama_chat), R"({"name":"NEW"})");
}

TEST(ModelPlaceTest, BodiesInsideOthers) {
    const std::string_view path = "/v1internal:generateContent";
    const Api api = Api::gemini_generate;
    EXPECT_EQ(renamed(R"({"model":"a","request":{"contents":[]}})", api, path),
              R"({"model":"NEW","request":{"contents":[]}})");
    EXPECT_EQ(renamed(R"({"model":"a","request":{"model":"b"}})", api, path),
              R"({"model":"a","request":{"model":"NEW"}})");
    EXPECT_EQ(renamed(R"({"request":{"model_id":"b"}})", api, path), R"({"request":{"model_id":"NEW"}})");
    EXPECT_EQ(renamed(R"({"request":{"model":"b"}})", api), "unchanged") << "nothing is wrapped there";
}

TEST(ModelPlaceTest, Forms) {
    const std::string before =
        "--X\r\nContent-Disposition: form-data; name=\"model\"; filename=\"m\"\r\n\r\nfile\r\n";
    const std::string head = "--X\r\nContent-Disposition: form-data; name=model\r\n\r\n";
    const std::string after =
        "\r\n--X\r\nContent-Disposition: form-data; name=\"file\"; "
        "filename=\"a.wav\"\r\n\r\nmodel\r\n--X--\r\n";
    const std::string body = before + head + "whisper-1" + after;
    for (const Api api : {Api::audio_transcription, Api::images}) {
        const CallText text{.api = api, .body = body, .content_type = "multipart/form-data; boundary=X"};
        const auto splice = model_splice(text, new_name);
        ASSERT_TRUE(splice);
        EXPECT_EQ(changed(body, *splice), before + head + new_name + after);
    }
    const std::string nameless = before + "--X--\r\n";
    EXPECT_FALSE(model_splice(
        {.api = Api::images, .body = nameless, .content_type = "multipart/form-data; boundary=X"}, new_name));
    const std::string recording = "RIFF{\"model\":\"a\"}";
    EXPECT_FALSE(model_splice(
        {.api = Api::audio_transcription, .body = recording, .content_type = "audio/wav"}, new_name));
    const std::string json = R"({"model":"a"})";
    EXPECT_TRUE(
        model_splice({.api = Api::images, .body = json, .content_type = "application/json"}, new_name));
}

TEST(ModelPlaceTest, ThePathDecides) {
    const std::string body = R"({"model":"a"})";
    const std::string_view path = "/openai/deployments/gpt-4o/chat/completions";
    EXPECT_EQ(renamed(body, Api::chat_completions, path), "unchanged");
    const std::vector<std::pair<std::string, std::string>> rows{
        {"/openai/deployments/gpt-4o/chat/completions", "/openai/deployments/NEW/chat/completions"},
        {"/x/OpenAI/Deployments/d;v=1/audio/speech/", "/x/OpenAI/Deployments/NEW;v=1/audio/speech/"},
        {"/v1/engines/davinci/completions", "/v1/engines/NEW/completions"},
        {"/v1beta/models/gemini-2.5-pro:generateContent", "/v1beta/models/NEW:generateContent"},
        {"/v1beta/models/gemini-2.5-pro%3AstreamGenerateContent",
         "/v1beta/models/NEW%3AstreamGenerateContent"},
        {"/v1beta/tunedModels/models:generateContent", "/v1beta/tunedModels/NEW:generateContent"},
        {"/v1/projects/p/locations/l/publishers/anthropic/models/claude-3@20240229:rawPredict",
         "/v1/projects/p/locations/l/publishers/anthropic/models/NEW:rawPredict"},
        {"/model/anthropic.claude-3-v1%3A0/invoke", "/model/NEW/invoke"},
        {"/serving-endpoints/e/invocations", "/serving-endpoints/NEW/invocations"},
        {"/v2/models/llama/generate", "/v2/models/NEW/generate"},
    };
    for (const auto& [from, to] : rows) EXPECT_EQ(path_with_model(from, "NEW"), to) << from;
    EXPECT_EQ(path_with_model("/model/m/converse", "meta/llama 3:8b%\xc3\xa9"),
              "/model/meta%2Fllama%203%3A8b%25%C3%A9/converse");
    for (const std::string_view none : {"/v1/chat/completions", "/v1/messages", "/v1/models/gpt-4o", "/", "",
                                        "/deployments", "/v1internal:generateContent"})
        EXPECT_FALSE(path_with_model(none, "NEW")) << none;
}

/// Bodies of few names and odd spellings, most of which read_call takes.
class Bodies {
public:
    explicit Bodies(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t bound) { return random_() % bound; }

    std::string body() { return (below(8) == 0 ? "\xef\xbb\xbf" : "") + space() + object(2) + space(); }

private:
    template <std::size_t count>
    std::string one_of(const char* const (&texts)[count]) {
        return texts[below(count)];
    }
    std::string space() { return below(3) == 0 ? one_of({" ", "\n", "\t ", "\r\n", "  "}) : ""; }
    std::string key() {
        if (below(3) == 0)
            return one_of({R"("\u006dodel")", R"("mod\u0065l")", R"("Model")", R"("MODEL")",
                           R"("MOD\u0045L")", R"("model ")", R"("\\model")", R"("\"model")", R"("mode\/l")",
                           R"("mo\del")"});
        return one_of({R"("model")", R"("request")", R"("messages")", R"("model_id")", R"("modelId")",
                       R"("name")", R"("models")", R"("x")", R"("")", R"("model_i\u0064")", R"("seed")"});
    }
    std::string scalar() {
        if (below(12) == 0) return '"' + std::string(250 + below(10), 'm') + R"(\u00e9")";
        return one_of({R"("gpt-4o")", R"("a\"b")", R"("\\")", R"("gpt\u002d4o")", R"("\ud83d\ude00")",
                       R"("\ud83d")", R"("")", R"("}")", R"("{\"model\":\"b\"}")", "null", "17", "-1.5e3",
                       "true", "123456789012345678901234567890", "\"\xc3\xa9\""});
    }
    std::string value(int depth) {
        const std::size_t kind = depth == 0 ? 9 : below(10);
        if (kind == 0) return "[" + space() + value(depth - 1) + space() + "," + value(depth - 1) + "]";
        if (kind <= 2) return object(depth - 1);
        return scalar();
    }
    std::string object(int depth) {
        std::string text = "{" + space();
        for (std::size_t i = below(5); i > 0; --i)
            text += key() + space() + ":" + space() + value(depth) + space() + (i > 1 ? "," + space() : "");
        return text + "}";
    }

    std::mt19937 random_;
};

constexpr std::array<std::pair<Api, std::string_view>, 7> places{{
    {Api::chat_completions, "/v1/chat/completions"},
    {Api::anthropic_messages, "/v1/messages"},
    {Api::responses, "/v1/responses"},
    {Api::ollama_chat, "/api/chat"},
    {Api::gemini_generate, "/v1internal:generateContent"},
    {Api::chat_completions, "/async/chat/completions"},
    {Api::chat_completions, "/openai/deployments/d/chat/completions"},
}};

/// What the JSON string holds, with lone surrogates as read_call has them.
std::string text_of(const std::string& json) {
    return json == R"("\ud83d")" ? "\xef\xbf\xbd" : nlohmann::json::parse(json).get<std::string>();
}

TEST(ModelPlaceTest, AgreesWithReadCall) {
    Bodies bodies(20261128);
    int found = 0, absent = 0;
    for (int round = 0; round < 60'000; ++round) {
        const std::string body = bodies.body();
        const auto [api, path] = places[bodies.below(places.size())];
        const CallText text{.api = api, .body = body, .path = path};
        const auto call = read_call(text);
        if (!std::holds_alternative<Call>(call)) continue;
        const std::string& model = std::get<Call>(call).model;
        const auto splice = model_splice(text, new_name);
        const bool is_in_body = !model.empty() && model_in_path(path).empty();
        ASSERT_EQ(splice.has_value(), is_in_body) << path << " " << body;
        (splice ? found : absent) += 1;
        if (!splice) continue;
        ASSERT_EQ(text_of(body.substr(splice->offset, splice->erase)), model) << path << " " << body;

        const std::string after = changed(body, *splice);
        const auto again = read_call({.api = api, .body = after, .path = path});
        ASSERT_TRUE(std::holds_alternative<Call>(again)) << after;
        ASSERT_EQ(std::get<Call>(again).model, new_name) << after;
    }
    EXPECT_GT(found, 10'000);
    EXPECT_GT(absent, 5'000);
}

TEST(ModelPlaceTest, StandsBesideTheQuestionForUsage) {
    for (const std::string body :
         {R"({"stream":true,"model":"a"})", R"({"model":"a","stream":true})",
          R"({"stream_options":null,"model":"a","stream":true})",
          R"({"model":"a","stream":true,"stream_options":{"include_usage":false}})"}) {
        const CallText text{.api = Api::chat_completions, .body = body};
        const auto call = read_call(text);
        const auto& usage = std::get<Call>(call).ask_for_usage;
        const auto model = model_splice(text, "NEW");
        ASSERT_TRUE(usage && model);
        const Splice& first = usage->offset < model->offset ? *usage : *model;
        const Splice& second = usage->offset < model->offset ? *model : *usage;
        EXPECT_LE(first.offset + first.erase, second.offset);
        const auto both = nlohmann::json::parse(changed(changed(body, second), first));
        EXPECT_EQ(both["model"], "NEW");
        EXPECT_EQ(both["stream_options"]["include_usage"], true);
    }
}

}  // namespace
}  // namespace weir::llm
