// Heads toward the upstream and toward the client; the table of errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "http/error.hpp"
#include "proxy/answer_rules.hpp"
#include "proxy/credentials.hpp"
#include "proxy/errors.hpp"
#include "proxy/request_rules.hpp"
#include "weir/error.hpp"

namespace weir::proxy {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Sent {
    RequestHead head;
    config::Upstream upstream;
    llm::Dialect dialect = llm::Dialect::openai;
    bool metered = true;
    bool body_is_decoded = false;

    Sent() {
        head.method = "POST";
        head.target = "/v1/chat/completions";
        head.fields.add("Host", "weir.local");
        head.fields.add("Authorization", "Bearer client-secret");
        upstream.url = {.tls = true, .host = "api.example.com", .port = 443, .base_path = "/openai"};
    }
    std::string bytes() const {
        const Credentials credentials(head.fields, head.target, dialect);
        return make_upstream_head({.head = head,
                                   .path_and_query = head.target,
                                   .upstream = upstream,
                                   .dialect = dialect,
                                   .credential = credentials.keys().empty() ? "" : credentials.keys()[0],
                                   .readable_answer = metered,
                                   .body_is_decoded = body_is_decoded,
                                   .has_body = true,
                                   .body_bytes = 12,
                                   .client_address = "10.0.0.9",
                                   .request_id = "req_1",
                                   .decided_at_us = 77});
    }
};

TEST(UpstreamHead, NamesTheUpstreamAndItsBasePath) {
    Sent sent;
    EXPECT_THAT(sent.bytes(),
                StartsWith("POST /openai/v1/chat/completions HTTP/1.1\r\nHost: api.example.com\r\n"));
    EXPECT_THAT(sent.bytes(), EndsWith("Content-Length: 12\r\n\r\n"));
    sent.upstream.url.port = 8443;
    EXPECT_THAT(sent.bytes(), HasSubstr("Host: api.example.com:8443\r\n"));
    sent.upstream.url = {.tls = false, .host = "::1", .port = 80, .base_path = ""};
    EXPECT_THAT(sent.bytes(), HasSubstr("Host: [::1]\r\n"));
}

TEST(UpstreamHead, DropsWhatBelongsToTheConnection) {
    Sent sent;
    for (const auto& [name, value] : {std::pair{"Connection", "close, X-Drop"},
                                      {"X-Drop", "gone"},
                                      {"Keep-Alive", "timeout=5"},
                                      {"TE", "trailers"},
                                      {"Upgrade", "h2c"},
                                      {"Proxy-Authorization", "gone"},
                                      {"Proxy-Invented", "gone"},
                                      {"Transfer-Encoding", "chunked"},
                                      {"Expect", "100-continue"},
                                      {"Accept-Encoding", "gzip"},
                                      {"Content-Length", "99"},
                                      {"X-Weir-Trace", "0"}}) {
        sent.head.fields.add(name, value);
    }
    const std::string bytes = sent.bytes();
    for (const char* dropped : {"X-Drop", "Keep-Alive", "TE:", "Upgrade", "Proxy-", "chunked", "Expect",
                                "gzip", "99", "X-Weir", "x-weir", "\r\nConnection"}) {
        EXPECT_THAT(bytes, Not(HasSubstr(dropped)));
    }
    EXPECT_THAT(bytes, HasSubstr("Accept-Encoding: identity\r\n"));
    sent.metered = false;
    EXPECT_THAT(sent.bytes(), HasSubstr("Accept-Encoding: gzip\r\n"));
}

TEST(UpstreamHead, AppendsToForwardingLists) {
    Sent sent;
    sent.head.fields.add("Via", "1.1 other");
    sent.head.fields.add("X-Forwarded-For", "1.2.3.4");
    sent.head.fields.add("traceparent", "00-abc");
    const std::string bytes = sent.bytes();
    EXPECT_THAT(bytes, HasSubstr("Via: 1.1 other, 1.1 weir\r\n"));
    EXPECT_THAT(bytes, HasSubstr("X-Forwarded-For: 1.2.3.4, 10.0.0.9\r\n"));
    EXPECT_THAT(bytes, HasSubstr("traceparent: 00-abc\r\n"));
    EXPECT_THAT(bytes, HasSubstr("X-Request-Id: req_1\r\n"));
}

TEST(UpstreamHead, PassesTheCallersKeyOrInjectsItsOwn) {
    Sent sent;
    EXPECT_THAT(sent.bytes(), HasSubstr("Authorization: Bearer client-secret\r\n"));
    sent.head.fields.add("x-api-key", "client-secret");
    sent.upstream.api_key = "ours";
    EXPECT_THAT(sent.bytes(), Not(HasSubstr("client-secret")));
    EXPECT_THAT(sent.bytes(), HasSubstr("Authorization: Bearer ours\r\n"));
}

// Or a caller could be limited by an invented key and be served by another one.
TEST(UpstreamHead, PassesNoKeyButTheOneThatTheCallerIsKnownBy) {
    Sent sent;
    sent.head.fields.add("authorization", "Bearer second");
    sent.head.fields.add("Api-Key", "third");
    sent.head.fields.add("X-Api-Key", "client-secret");
    const std::string bytes = sent.bytes();
    EXPECT_THAT(bytes, HasSubstr("Authorization: Bearer client-secret\r\n"));
    EXPECT_THAT(bytes, HasSubstr("X-Api-Key: client-secret\r\n"));
    EXPECT_THAT(bytes, Not(HasSubstr("second")));
    EXPECT_THAT(bytes, Not(HasSubstr("third")));
    sent.dialect = llm::Dialect::anthropic;
    sent.head.fields.clear();
    sent.head.fields.add("x-api-key", "one");
    sent.head.fields.add("Authorization", "Bearer two");
    EXPECT_THAT(sent.bytes(), HasSubstr("x-api-key: one\r\n"));
    EXPECT_THAT(sent.bytes(), Not(HasSubstr("two")));
    sent.head.fields.clear();
    sent.head.fields.add("Authorization", "");
    sent.head.fields.add("Authorization", "Bearer two");
    sent.head.fields.add("Authorization", "Bearer three");
    EXPECT_THAT(sent.bytes(), HasSubstr("Authorization: Bearer two\r\n"));
    EXPECT_THAT(sent.bytes(), Not(HasSubstr("three")));
}

TEST(UpstreamHead, TellsTheDecisionTimeOnlyWhenAsked) {
    Sent sent;
    EXPECT_THAT(sent.bytes(), Not(HasSubstr("x-weir-decided-at-us")));
    sent.head.fields.add("x-weir-trace", "1");
    EXPECT_THAT(sent.bytes(), HasSubstr("x-weir-decided-at-us: 77\r\n"));
}

TEST(UpstreamHead, SendsItsKeyInTheFieldOfTheUpstream) {
    Sent sent;
    sent.upstream.api_key = "ours";
    for (const auto& [header, line] :
         {std::pair{config::KeyHeader::authorization, "Authorization: Bearer ours"},
          {config::KeyHeader::x_api_key, "x-api-key: ours"},
          {config::KeyHeader::api_key, "api-key: ours"},
          {config::KeyHeader::x_goog_api_key, "x-goog-api-key: ours"}}) {
        sent.upstream.key_header = header;
        for (const llm::Dialect dialect : {llm::Dialect::openai, llm::Dialect::anthropic}) {
            sent.dialect = dialect;
            EXPECT_THAT(sent.bytes(), HasSubstr(std::string(line) + "\r\n"));
            EXPECT_THAT(sent.bytes(), Not(HasSubstr("client-secret")));
        }
    }
}

TEST(UpstreamHead, ADecodedBodyGoesOnWithoutItsCoding) {
    Sent sent;
    sent.head.fields.add("Content-Encoding", "zstd");
    EXPECT_THAT(sent.bytes(), HasSubstr("Content-Encoding: zstd\r\n"));
    sent.body_is_decoded = true;
    EXPECT_THAT(sent.bytes(), Not(HasSubstr("zstd")));
}

TEST(UpstreamHead, AKeyInTheQueryPassesOnlyWhereItIsTheCallersOwn) {
    Sent sent;
    sent.dialect = llm::Dialect::gemini;
    sent.head.target = "/v1beta/models/m:generateContent?alt=sse&key=client-secret&x=1";
    EXPECT_THAT(sent.bytes(), HasSubstr("?alt=sse&key=client-secret&x=1 HTTP"));
    sent.head.target = "/v1beta/models/m:generateContent?key=dummy&alt=sse";
    sent.head.fields.add("x-goog-api-key", "client-secret");
    EXPECT_THAT(sent.bytes(), HasSubstr("generateContent?alt=sse HTTP"));
    sent.head.target = "/v1beta/models/m:generateContent?key=client-secret";
    sent.upstream.api_key = "ours";
    EXPECT_THAT(sent.bytes(), HasSubstr("generateContent HTTP"));
    EXPECT_THAT(sent.bytes(), HasSubstr("x-goog-api-key: ours\r\n"));
}

TEST(RequestId, IsKeptOnlyWhereItIsHarmless) {
    for (const auto& [given, kept] : {std::pair{"abc-1", "abc-1"}, {"a b", ""}, {"a\"b", ""}, {"", ""}}) {
        Fields fields;
        fields.add("x-request-id", given);
        EXPECT_EQ(usable_request_id(fields), kept);
    }
    const std::string long_id(129, 'a');
    Fields fields;
    fields.add("X-Request-ID", long_id);
    EXPECT_EQ(usable_request_id(fields), "");
}

const config::Url upstream_url{.tls = false, .host = "inner", .port = 8080, .base_path = "/base"};

ClientAnswer client_answer(const ResponseHead& head, std::string_view limits) {
    return {.head = head,
            .upstream = upstream_url,
            .upstream_framing = {},
            .request_id = "req_1",
            .rate_limits = limits};
}

TEST(AnswerHead, ReplacesTheUpstreamsRateLimits) {
    ResponseHead head;
    head.status = 200;
    head.reason = "OK";
    head.fields.add("x-ratelimit-limit-requests", "theirs");
    head.fields.add("Connection", "keep-alive");
    ClientAnswer answer = client_answer(head, "x-ratelimit-limit-requests: ours\r\n");
    answer.replace_rate_limits = true;
    answer.framing = BodyFraming::chunked;
    const std::string bytes = make_answer_head(answer);
    EXPECT_THAT(bytes, Not(HasSubstr("theirs")));
    EXPECT_THAT(bytes, HasSubstr("x-ratelimit-limit-requests: ours\r\n"));
    EXPECT_THAT(bytes, HasSubstr("Transfer-Encoding: chunked\r\n"));
    EXPECT_THAT(bytes, HasSubstr("x-request-id: req_1\r\n"));
    EXPECT_THAT(bytes, Not(HasSubstr("Connection")));
}

TEST(AnswerHead, KeepsTheUpstreamsRequestId) {
    ResponseHead head;
    head.status = 200;
    head.fields.add("X-Request-Id", "theirs");
    const std::string bytes = make_answer_head(client_answer(head, {}));
    EXPECT_THAT(bytes, HasSubstr("X-Request-Id: theirs\r\n"));
    EXPECT_THAT(bytes, Not(HasSubstr("req_1")));
}

TEST(AnswerHead, KeepsRedirectsBehindWeir) {
    for (const auto& [theirs, ours] : {std::pair{"http://inner:8080/base/v1/x?y=1", "/v1/x?y=1"},
                                       {"HTTP://INNER:8080/base", "/"},
                                       {"//inner:8080/base/v1", "/v1"},
                                       {"/base/v1/files/", "/v1/files/"},
                                       {"/basement", "/basement"},
                                       {"http://inner:8080", "/"},
                                       {"https://inner:8080/v1", "https://inner:8080/v1"},
                                       {"http://inner/v1", "http://inner/v1"},
                                       {"http://inner:8080.evil/v1", "http://inner:8080.evil/v1"},
                                       {"http://other:8080/v1", "http://other:8080/v1"},
                                       {"v1/relative", "v1/relative"}}) {
        EXPECT_EQ(place_for_client(theirs, upstream_url), ours) << theirs;
    }
    const config::Url usual{.tls = true, .host = "api.example.com", .port = 443, .base_path = ""};
    EXPECT_EQ(place_for_client("https://api.example.com/v1", usual), "/v1");
    EXPECT_EQ(place_for_client("https://api.example.com:443/v1", usual), "/v1");
    ResponseHead head;
    head.status = 307;
    head.fields.add("Location", "http://inner:8080/base/v1/chat/completions");
    EXPECT_THAT(make_answer_head(client_answer(head, {})), HasSubstr("Location: /v1/chat/completions\r\n"));
}

TEST(AnswerFraming, FollowsTheUpstreamWhereItCan) {
    const Framing length{.chunked = false, .content_length = 5};
    const Framing chunked{.chunked = true, .content_length = {}};
    EXPECT_EQ(answer_framing(length, 11, true, true), BodyFraming::content_length);
    EXPECT_EQ(answer_framing(length, 11, true, false), BodyFraming::chunked);
    EXPECT_EQ(answer_framing(chunked, 11, true, true), BodyFraming::chunked);
    EXPECT_EQ(answer_framing(chunked, 10, true, true), BodyFraming::until_close);
    EXPECT_EQ(answer_framing({}, 11, true, true), BodyFraming::chunked);
    EXPECT_EQ(answer_framing(length, 11, false, true), BodyFraming::none);
    EXPECT_FALSE(answer_has_body("HEAD", 200));
    EXPECT_FALSE(answer_has_body("GET", 304));
    EXPECT_TRUE(answer_has_body("GET", 404));
}

TEST(Errors, EveryCodeHasItsStatus) {
    const std::set<int> server_faults{502, 503, 504};
    EXPECT_EQ(describe_error(http_errc::bad_request, "why").message, "why");
    std::vector<boost::system::error_code> codes{errc::store_unavailable, errc::store_timeout,
                                                 errc::withdrawn};
    for (int code = 1; code <= static_cast<int>(http_errc::client_gone); ++code)
        codes.emplace_back(static_cast<http_errc>(code));
    for (const boost::system::error_code code : codes) {
        const llm::ErrorDescription error = describe_error(code);
        EXPECT_NE(error.status, 500) << code.message();
        EXPECT_FALSE(error.message.empty());
        EXPECT_EQ(error.type == "server_error", server_faults.contains(error.status));
    }
}

TEST(Errors, ToSendNoKeyIsNotToSendAWrongOne) {
    using llm::Dialect;
    for (const auto& [dialect, header] : {std::pair(Dialect::openai, "an Authorization header"),
                                          std::pair(Dialect::ollama, "an Authorization header"),
                                          std::pair(Dialect::anthropic, "an x-api-key header"),
                                          std::pair(Dialect::gemini, "an x-goog-api-key header")}) {
        const llm::Answer answer = llm::error_answer(dialect, describe(no_key, place_of_key(dialect)), "r");
        EXPECT_EQ(answer.status, 401);
        EXPECT_THAT(answer.body, HasSubstr("You didn't provide an API key."));
        EXPECT_THAT(answer.body, HasSubstr(header));
    }
    const auto error =
        nlohmann::json::parse(llm::error_answer(Dialect::openai, describe(unknown_key), "r").body)["error"];
    EXPECT_EQ(error["message"], "Incorrect API key provided.");
    EXPECT_EQ(error["code"], "invalid_api_key");
}

TEST(Errors, AnUpgradeIsAnsweredWithTheProtocolThatIsServed) {
    const llm::Answer answer = llm::error_answer(llm::Dialect::openai, describe(no_websockets), "r");
    EXPECT_EQ(answer.status, 426);
    EXPECT_THAT(answer.headers, HasSubstr("upgrade: HTTP/1.1\r\n"));
    EXPECT_THAT(answer.body, HasSubstr("WebSocket"));
}

}  // namespace
}  // namespace weir::proxy
