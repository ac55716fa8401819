// Asking for usage changes the one thing intended and no byte more; proved by parsing the result anew.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "llm/call.hpp"

namespace weir::llm {
namespace {

std::optional<Splice> splice_of(Api api, const std::string& body, std::string_view path = {}) {
    auto result = read_call({.api = api, .body = body, .path = path});
    if (auto* error = std::get_if<CallError>(&result)) {
        ADD_FAILURE() << error->message << " in " << body;
        return std::nullopt;
    }
    return std::get<Call>(std::move(result)).ask_for_usage;
}

void expect_asks(Api api, const std::string& body) {
    const auto splice = splice_of(api, body);
    ASSERT_TRUE(splice) << body;
    std::string changed = body;
    changed.replace(splice->offset, splice->erase, splice->insert);
    nlohmann::json expected = nlohmann::json::parse(body);
    if (expected["stream_options"].is_null()) expected["stream_options"] = nlohmann::json::object();
    expected["stream_options"]["include_usage"] = true;
    EXPECT_EQ(nlohmann::json::parse(changed), expected) << changed;
    EXPECT_FALSE(splice_of(api, changed)) << "asked twice: " << changed;
}

const std::string head =
    R"({"model":"m","messages":[{"content":"\"stream_options\":{\"include_usage\":true}\\"}],)";

TEST(SpliceTest, AsksInEveryShapeOfStreamOptions) {
    for (const std::string options :
         {R"("stream":true)", R"("stream":true,"stream_options":{})",
          R"("stream":true,"stream_options":null)", R"("stream_options" : { } ,"stream":true)",
          R"("stream":true,"stream_options":{"include_obfuscation":false})",
          R"("stream":true,"stream_options":{"include_usage":false})",
          R"("stream":true,"stream_options":{"include_usage":null,"include_obfuscation":true})",
          R"("stream":true,"stream_options":{"include_obfuscation":true, "include_usage" : false })",
          R"("stream":true,"stream_options":{"include\u005fusage":false})",
          R"("stream":true,"stream\u005foptions":{"x":[{"include_usage":true}]})",
          R"("stream":true,"str\u0065am_opti\u006Fns":null)",
          R"("x":{"stream_options":{"include_usage":true}},"stream":true)",
          R"("x":[1,-2.5e3,true,"]"],"stream":true,"stream_options":{"a":{"include_usage":true}})"}) {
        expect_asks(Api::chat_completions, head + options + "}");
        expect_asks(Api::chat_completions, "\r\n\t " + head + "\n" + options + "\n} \n");
    }
    expect_asks(Api::completions, R"({"model":"m","prompt":"a","stream":true})");
}

TEST(SpliceTest, OffsetsAreThoseOfTheTextAsSent) {
    const std::string mark = "\xef\xbb\xbf";
    for (const std::string options : {R"("stream":true)", R"("stream":true,"stream_options":{})",
                                      R"("stream_options" : null ,"stream":true)"}) {
        expect_asks(Api::chat_completions, mark + head + options + "}");
        expect_asks(Api::chat_completions, mark + " \n" + head + options + "}");
    }
    // What only weir's own parser needs repaired goes on as it came.
    const std::string unusual = R"("\ud83d":"\ud83d","seed":123456789012345678901234567890,)";
    const std::string body = head + unusual + R"("stream_options":{"include_usage":false},"stream":true})";
    const auto splice = splice_of(Api::chat_completions, body);
    ASSERT_TRUE(splice);
    std::string changed = body;
    changed.replace(splice->offset, splice->erase, splice->insert);
    EXPECT_EQ(changed, head + unusual + R"("stream_options":{"include_usage":true},"stream":true})");
}

TEST(SpliceTest, AsksOnlyWhereServersKnowTheQuestion) {
    const std::string body = R"({"model":"m","prompt":"a","stream":true})";
    for (const std::string_view path :
         {"/v1/completions", "/x/V1/Completions/", "/openai/deployments/d/completions"})
        EXPECT_TRUE(splice_of(Api::completions, body, path)) << path;
    for (const std::string_view path :
         {"/v1/fim/completions", "/v1/agents/completions", "/v2/chat", "/invocations",
          "/v1/projects/p/publishers/mistralai/models/m:streamRawPredict"}) {
        EXPECT_FALSE(splice_of(Api::completions, body, path)) << path;
        EXPECT_FALSE(splice_of(Api::chat_completions, body, path)) << path;
    }
}

TEST(SpliceTest, LeavesAloneWhoAskedOrDoesNotStream) {
    for (const std::string options :
         {R"("stream":true,"stream_options":{"include_usage":true})", R"("stream":false)", R"("stream":null)",
          R"("n":1)", R"("stream":false,"stream_options":{"include_usage":false})",
          R"("stream":true,"stream_options":{"include_usag\u0065":true})"}) {
        EXPECT_FALSE(splice_of(Api::chat_completions, head + options + "}")) << options;
    }
    EXPECT_FALSE(splice_of(Api::responses, R"({"model":"m","input":"x","stream":true})"));
    EXPECT_FALSE(splice_of(Api::anthropic_messages,
                           R"({"model":"m","max_tokens":1,"messages":[{"content":"x"}],"stream":true})"));
}

}  // namespace
}  // namespace weir::llm
