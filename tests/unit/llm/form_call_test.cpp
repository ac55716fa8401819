// Bodies that are no JSON: forms with files, and recordings as they are.
#include <gtest/gtest.h>

#include "llm/call.hpp"

namespace weir::llm {
namespace {

constexpr std::string_view form_type = "Multipart/Form-Data; charset=utf-8; boundary=\"X y\"";

std::string field(const std::string& name, const std::string& value) {
    return "--X y\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}
std::string file(const std::string& name, std::size_t bytes) {
    return "--X y\r\ncontent-type: audio/wav\r\ncontent-disposition: form-data; name=\"" + name +
           "\"; filename=\"a;b.wav\"\r\n\r\n" + std::string(bytes, '\r') + "\r\n";
}
const std::string end = "--X y--\r\n";

std::variant<Call, CallError> read(Api api, const std::string& body, std::string_view type = form_type) {
    return read_call({.api = api, .body = body, .path = "/v1/x", .content_type = type});
}
Call call_of(Api api, const std::string& body, std::string_view type = form_type) {
    auto result = read(api, body, type);
    if (auto* error = std::get_if<CallError>(&result)) ADD_FAILURE() << error->message << error->param;
    return std::holds_alternative<Call>(result) ? std::get<Call>(result) : Call{};
}
std::string param_of(Api api, const std::string& body, std::string_view type = form_type) {
    auto result = read(api, body, type);
    if (auto* error = std::get_if<CallError>(&result)) return error->param.empty() ? "body" : error->param;
    return "none";
}

TEST(FormCallTest, Transcription) {
    const Call call =
        call_of(Api::audio_transcription, field("model", "whisper-1") + field("stream", "True") +
                                              field("prompt", "a few words") + file("file", 480'000) + end);
    EXPECT_EQ(call.model, "whisper-1");
    EXPECT_TRUE(call.stream);
    EXPECT_NEAR(static_cast<double>(call.input.media_tokens), 600, 2);  // a minute of 64 kbit/s
    EXPECT_EQ(call.input.media_tokens_guessed, call.input.media_tokens);
    EXPECT_EQ(call.input.text.bytes, 11);
    EXPECT_GE(call.output_bound, 2'000);
    EXPECT_FALSE(call.ask_for_usage);
    const std::string preamble = "ignored\r\n" + field("model", "m") + file("file", 10) + end + "epilogue";
    EXPECT_EQ(call_of(Api::audio_transcription, preamble).model, "m");
    EXPECT_FALSE(call_of(Api::audio_transcription, file("file", 10) + end).stream);
}

TEST(FormCallTest, Images) {
    const Call call =
        call_of(Api::images, field("model", "gpt-image-1") + field("n", "2") + field("prompt", "a cat") +
                                 file("image[]", 100) + file("image[]", 100) + end);
    EXPECT_EQ(call.output_bound, 13'200);
    EXPECT_EQ(call.input.media_tokens, 2 * 765);
}

TEST(FormCallTest, ARecordingAsItIs) {
    const Call call = call_of(Api::audio_transcription, std::string(480'000, '\0'), "audio/mpeg");
    EXPECT_NEAR(static_cast<double>(call.input.media_tokens), 600, 2);
    EXPECT_GT(call_of(Api::audio_transcription, "RIFF", "").input.media_tokens, 0);
    EXPECT_EQ(param_of(Api::audio_transcription, "", "audio/mpeg"), "body");
    EXPECT_EQ(param_of(Api::images, "RIFF", "image/png"), "body");
}

TEST(FormCallTest, JsonOnTheSamePaths) {
    EXPECT_EQ(call_of(Api::audio_transcription, R"({"model":"m"})", "application/json").model, "m");
    EXPECT_EQ(call_of(Api::images, R"({"model":"m","prompt":"x"})", "").model, "m");
}

TEST(FormCallTest, RefusesWhatDecidesAndIsWrong) {
    const Api api = Api::audio_transcription;
    EXPECT_EQ(param_of(api, field("model", "a") + field("model", "b") + end), "model");
    EXPECT_EQ(param_of(api, field("model", std::string(257, 'm')) + end), "model");
    EXPECT_EQ(param_of(api, field("stream", "maybe") + end), "stream");
    EXPECT_EQ(param_of(Api::images, field("n", "1.5") + end), "n");
    EXPECT_EQ(param_of(Api::images, field("n", "1000001") + end), "n");
    EXPECT_EQ(param_of(Api::images, field("n", "1") + field("n", "2") + end), "n");
}

TEST(FormCallTest, RefusesWhatIsNoForm) {
    const Api api = Api::audio_transcription;
    const std::string sound = field("model", "m");
    const std::vector<std::string> bodies{
        "",
        sound,
        "--X y",
        "--X y\r\n\r\nx\r\n--X y--",
        "--X y\r\nContent-Disposition: form-data\r\n\r\nx\r\n--X y--",
        "--X yz\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--X yz--",
    };
    for (const std::string& body : bodies) {
        EXPECT_EQ(param_of(api, body), "body") << body;
    }
    EXPECT_EQ(param_of(api, sound + end, "multipart/form-data"), "body");
    std::string many;
    for (int i = 0; i < 300; ++i) many += field("a", "b");
    EXPECT_EQ(param_of(api, many + end), "body");
    // Nobody reads a form there.
    EXPECT_EQ(param_of(Api::chat_completions, sound + end), "body");
}

}  // namespace
}  // namespace weir::llm
