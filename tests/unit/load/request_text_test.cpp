// The bytes of requests: framed rightly, each key with its own, each path with its body.
#include "load/request_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace {

using namespace weir::load;
using testing::HasSubstr;
using testing::Not;

std::string text_of_request(const RequestTexts& texts, std::size_t target, std::uint64_t number) {
    std::string text;
    for (const std::string_view piece : texts.pieces(target, number)) text += piece;
    return text;
}

LoadOptions two_of_each() {
    return {.targets = {{"a", "1"}, {"b", "2"}}, .keys = {"alice", "bob"}};
}

}  // namespace

TEST(RequestTexts, AreWholeRequests) {
    const RequestTexts texts(two_of_each());
    const std::string text = text_of_request(texts, 1, 1);
    EXPECT_TRUE(text.starts_with("POST /v1/chat/completions HTTP/1.1\r\nHost: b:2\r\n")) << text;
    EXPECT_THAT(text, HasSubstr("Authorization: Bearer bob\r\n"));
    const std::size_t end = text.find("\r\n\r\n");
    const std::string body = text.substr(end + 4);
    EXPECT_THAT(text, HasSubstr("Content-Length: " + std::to_string(body.size()) + "\r\n"));
    EXPECT_EQ(nlohmann::json::parse(body)["max_tokens"], 16);
}

TEST(RequestTexts, EveryKeyGoesThroughEverySize) {
    LoadOptions options = two_of_each();
    options.input_tokens = Uniform{1, 500};
    const RequestTexts texts(options);
    std::set<std::string_view> alice;
    std::set<std::string_view> bob;
    for (std::uint64_t number = 0; number < 2 * texts.size_count(); ++number) {
        (texts.key_of(number) == 0 ? alice : bob).insert(texts.pieces(0, number)[2]);
    }
    EXPECT_GT(alice.size(), 300U);
    EXPECT_EQ(alice, bob);
}

TEST(RequestTexts, AnthropicHasItsOwnHeaders) {
    LoadOptions options = two_of_each();
    options.path = "/v1/messages";
    options.headers = {{"x-extra", "1"}};
    const std::string text = text_of_request(RequestTexts(options), 0, 0);
    EXPECT_THAT(text, HasSubstr("x-api-key: alice\r\n"));
    EXPECT_THAT(text, HasSubstr("anthropic-version: "));
    EXPECT_THAT(text, HasSubstr("x-extra: 1\r\n"));
    EXPECT_THAT(text, Not(HasSubstr("Authorization")));
}

TEST(RequestBodies, FollowThePath) {
    LoadOptions options{.stream = true};
    const auto body_at = [&](const char* path) {
        options.path = path;
        return nlohmann::json::parse(make_body(options, 3, 9));
    };
    EXPECT_EQ(body_at("/v1/chat/completions")["messages"][0]["content"], "word word word");
    EXPECT_EQ(body_at("/v1/chat/completions")["stream_options"]["include_usage"], true);
    EXPECT_EQ(body_at("/v1/completions")["prompt"], "word word word");
    EXPECT_EQ(body_at("/v1/responses")["max_output_tokens"], 9);
    EXPECT_EQ(body_at("/v1/messages")["max_tokens"], 9);
    EXPECT_FALSE(body_at("/v1/messages").contains("stream_options"));
    EXPECT_FALSE(body_at("/v1/embeddings").contains("stream"));
}
