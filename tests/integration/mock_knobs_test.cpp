// Each knob of the stand-in provider over a real socket: errors, delays, cuts, broken framing, padding, TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>

#include "mock_upstream/malformed.hpp"
#include "mock_upstream/mock_upstream.hpp"
#include "support/raw_client.hpp"

namespace weir::mock {
namespace {

using nlohmann::json;
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
const std::string plain_body = chat_body();
const std::string stream_body = chat_body(R"(,"stream":true)");

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

class MockKnobsTest : public ::testing::Test {
protected:
    void SetUp() override { upstream_.start(); }

    RawAnswer ask(std::string_view body, std::string_view fields) {
        RawClient client(upstream_.port());
        EXPECT_TRUE(client.send(post(chat, body, fields)));
        return client.read_answer();
    }
    /// Whatever bytes come until the other side closes.
    std::string ask_raw(std::string_view body, std::string_view fields) {
        RawClient client(upstream_.port());
        EXPECT_TRUE(
            client.send(post(chat, body, std::string("Connection: close\r\n") + std::string(fields))));
        return client.read_some(static_cast<std::size_t>(-1));
    }
    MockRecord only_record() {
        EXPECT_TRUE(eventually([&] { return !upstream_.records().empty(); }));
        return upstream_.records().at(0);
    }

    MockUpstream upstream_{{.keep_records = true}};
};

TEST_F(MockKnobsTest, StatusAndRetryAfter) {
    const RawAnswer refused = ask(plain_body, "x-mock-status: 429\r\nx-mock-retry-after: 7\r\n");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.headers.at("retry-after"), "7");
    EXPECT_EQ(json::parse(refused.body)["error"]["code"], "rate_limit_exceeded");
    EXPECT_EQ(only_record().input_tokens, 0);
}

TEST_F(MockKnobsTest, AnswerHeaderAndClose) {
    const RawAnswer answer = ask(plain_body, "x-mock-answer-header: X-A: b\r\nx-mock-close: 1\r\n");
    EXPECT_EQ(answer.headers.at("x-a"), "b");
    EXPECT_EQ(answer.headers.at("connection"), "close");
}

TEST_F(MockKnobsTest, OmitUsage) {
    EXPECT_THAT(ask(plain_body, "x-mock-omit-usage: 1\r\n").body, Not(HasSubstr("usage")));
    const std::string asks = chat_body(R"(,"stream":true,"stream_options":{"include_usage":true})");
    EXPECT_THAT(ask(asks, "x-mock-omit-usage: 1\r\n").body, Not(HasSubstr("usage")));
    EXPECT_THAT(ask(asks, "").body, HasSubstr("usage"));
}

TEST_F(MockKnobsTest, LatencyAndChunkDelay) {
    ask(stream_body, "x-mock-latency-ms: 20\r\nx-mock-chunk-delay-ms: 10\r\nx-mock-tokens: 3\r\n");
    const MockRecord record = only_record();
    ASSERT_EQ(record.produced.size(), 3);
    EXPECT_GE(record.produced[0].time_us - record.received_us, 19'000);
    EXPECT_GE(record.produced[2].time_us - record.produced[0].time_us, 19'000);
}

TEST_F(MockKnobsTest, DiesInTheMiddleOfAStream) {
    const RawAnswer answer = ask(stream_body, "x-mock-die-after-chunks: 3\r\n");
    EXPECT_FALSE(answer.complete);
    EXPECT_EQ(count_of(answer.body, R"({"content":" tok"})"), 3);
    EXPECT_EQ(only_record().output_tokens, 3);
    EXPECT_FALSE(only_record().aborted);
}

TEST_F(MockKnobsTest, DiesBeforeTheBodyBeforeTheHeaderAndAfterTheAnswer) {
    const RawAnswer headed = ask(stream_body, "x-mock-die-after-chunks: 0\r\n");
    EXPECT_EQ(headed.status, 200);
    EXPECT_FALSE(headed.complete);
    EXPECT_EQ(headed.body, "");
    EXPECT_FALSE(ask(plain_body, "x-mock-die-after-chunks: 0\r\n").complete);
    EXPECT_EQ(ask(plain_body, "x-mock-die: before-header\r\n").status, 0);

    RawClient client(upstream_.port());
    ASSERT_TRUE(client.send(post(chat, plain_body, "x-mock-die: after-answer\r\n")));
    const RawAnswer answer = client.read_answer();
    EXPECT_TRUE(answer.complete);
    EXPECT_FALSE(answer.headers.contains("connection"));
    EXPECT_TRUE(client.at_end());
}

TEST_F(MockKnobsTest, NoticesThatTheClientLeft) {
    {
        RawClient client(upstream_.port());
        ASSERT_TRUE(client.send(post(chat, stream_body, "x-mock-chunk-delay-ms: 60000\r\n")));
        std::string seen;
        while (seen.find(R"({"content":" tok"})") == std::string::npos) {
            const std::string piece = client.read_some();
            ASSERT_FALSE(piece.empty());
            seen += piece;
        }
    }
    const MockRecord record = only_record();
    EXPECT_TRUE(record.aborted);
    EXPECT_EQ(record.output_tokens, 1);
    EXPECT_EQ(upstream_.aborted_count(), 1);
}

TEST_F(MockKnobsTest, NeverReadsTheBody) {
    {
        RawClient client(upstream_.port());
        ASSERT_TRUE(
            client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: m\r\nx-mock-stop-reading: 1\r\n"
                        "Content-Length: 1000000\r\n\r\nsome"));
        ASSERT_TRUE(eventually([&] { return upstream_.requests_seen() == 1; }));
    }
    EXPECT_TRUE(only_record().aborted);
    EXPECT_EQ(only_record().body_bytes, 0);
}

TEST_F(MockKnobsTest, StopWritesDownWhatIsInFlight) {
    RawClient client(upstream_.port());
    ASSERT_TRUE(client.send(post(chat, plain_body, "x-mock-latency-ms: 60000\r\n")));
    ASSERT_TRUE(eventually([&] { return upstream_.requests_seen() == 1; }));
    upstream_.stop();
    ASSERT_EQ(upstream_.records().size(), 1);
    EXPECT_TRUE(upstream_.records()[0].aborted);
    EXPECT_TRUE(client.at_end());
}

TEST_F(MockKnobsTest, PadsPlainAndStreamedAnswers) {
    const RawAnswer plain = ask(plain_body, "x-mock-answer-bytes: 300000\r\n");
    EXPECT_EQ(plain.body.size(), 300000);
    EXPECT_EQ(json::parse(plain.body)["usage"]["completion_tokens"], 16);
    const RawAnswer stream = ask(stream_body, "x-mock-answer-bytes: 300000\r\n");
    EXPECT_TRUE(stream.complete);
    EXPECT_GE(stream.body.size(), 300000);
    EXPECT_THAT(stream.body, HasSubstr("data: [DONE]"));
}

TEST_F(MockKnobsTest, SplittingChangesNoByte) {
    const std::string fields = "x-mock-input-tokens: 1\r\n";
    const RawAnswer whole = ask(plain_body, fields);
    const RawAnswer split = ask(plain_body, fields + "x-mock-split-bytes: 7\r\n");
    EXPECT_TRUE(split.complete);
    EXPECT_EQ(split.body.size(), whole.body.size());
    EXPECT_TRUE(ask(stream_body, "x-mock-split-bytes: 1\r\n").complete);
}

TEST_F(MockKnobsTest, MalformedFraming) {
    const auto malformed = [&](std::string_view kind) {
        return ask_raw(plain_body, "x-mock-malformed: " + std::string(kind) + "\r\n");
    };
    EXPECT_EQ(count_of(malformed("duplicate-content-length"), "content-length: "), 2);
    const std::string both = malformed("te-and-cl");
    EXPECT_THAT(both, HasSubstr("content-length: "));
    EXPECT_THAT(both, HasSubstr("transfer-encoding: chunked"));
    EXPECT_THAT(malformed("unknown-te"), HasSubstr("transfer-encoding: elvish"));
    EXPECT_THAT(malformed("bad-chunk"), HasSubstr("\r\nzz\r\n"));
    EXPECT_EQ(count_of(malformed("extra-bytes"), "HTTP/1.1 200 OK"), 2);
    EXPECT_THAT(malformed("garbage"), Not(HasSubstr("HTTP/1")));
    EXPECT_GT(malformed("huge-header").size(), 256 * 1024);
    EXPECT_THAT(malformed("http10-close"), StartsWith("HTTP/1.0 200"));
    const std::string interim = malformed("status-1xx");
    EXPECT_THAT(interim, StartsWith("HTTP/1.1 100 Continue"));
    EXPECT_THAT(interim, HasSubstr("HTTP/1.1 103 Early Hints"));
    EXPECT_THAT(interim, HasSubstr("HTTP/1.1 200 OK"));
    EXPECT_THAT(malformed("no-such-kind"), StartsWith("HTTP/1.1 400"));
}

TEST_F(MockKnobsTest, MalformedBodies) {
    const RawAnswer bad = ask(plain_body, "x-mock-malformed: bad-json\r\n");
    EXPECT_TRUE(bad.complete);
    EXPECT_FALSE(json::accept(bad.body));
    EXPECT_FALSE(ask(plain_body, "x-mock-malformed: short-body\r\n").complete);
    const RawAnswer packed = ask(plain_body, "x-mock-malformed: compressed\r\n");
    EXPECT_EQ(packed.headers.at("content-encoding"), "gzip");
    EXPECT_THAT(packed.body, StartsWith("\x1f\x8b"));
    EXPECT_EQ(gzip("").substr(10), std::string("\1\0\0\xff\xff\0\0\0\0\0\0\0\0", 13));
}

TEST(MockOptions, ThreadsAndLogAndKnobsForAllRequests) {
    const std::string log = ::testing::TempDir() + "weir_mock_" + std::to_string(::getpid()) + ".jsonl";
    MockOptions options{.threads = 3, .log_file = log};
    options.knobs.tokens = 2;
    MockUpstream upstream(options);
    upstream.start();
    for (int i = 0; i < 6; ++i) {
        RawClient client(upstream.port());
        ASSERT_TRUE(client.send(post(chat, plain_body, i == 5 ? "x-mock-tokens: 3\r\n" : "")));
        const json answer = json::parse(client.read_answer().body);
        EXPECT_EQ(answer["usage"]["completion_tokens"], i == 5 ? 3 : 2);
    }
    upstream.stop();
    std::ifstream file(log);
    std::size_t lines = 0;
    std::uint64_t tokens = 0;
    for (std::string line; std::getline(file, line); ++lines) {
        const json record = json::parse(line);
        tokens += record["produced"][0][1].get<std::uint64_t>();
        EXPECT_EQ(record["key"], "test-key");
    }
    EXPECT_EQ(lines, 6);
    EXPECT_EQ(tokens, 13);
    std::remove(log.c_str());
}

TEST(MockOptions, ABusyPortIsAnError) {
    MockUpstream first({});
    first.start();
    MockUpstream second({.port = first.port()});
    EXPECT_THROW(second.start(), std::system_error);
}

/// One GET over TLS by OpenSSL itself, to the port.
std::string get_over_tls(std::uint16_t port) {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    std::unique_ptr<BIO, decltype(&BIO_free_all)> stream(BIO_new_ssl_connect(context.get()), BIO_free_all);
    const std::string address = "127.0.0.1:" + std::to_string(port);
    BIO_set_conn_hostname(stream.get(), address.c_str());
    const std::string request = get("/v1/models", "Connection: close\r\n");
    std::string answer;
    if (BIO_write(stream.get(), request.data(), static_cast<int>(request.size())) <= 0) return answer;
    std::array<char, 4096> buffer;
    for (int bytes = 0; (bytes = BIO_read(stream.get(), buffer.data(), buffer.size())) > 0;) {
        answer.append(buffer.data(), static_cast<std::size_t>(bytes));
    }
    return answer;
}

TEST(MockOptions, SpeaksTls) {
    const std::string stem = ::testing::TempDir() + "weir_mock_" + std::to_string(::getpid());
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=mock "
        "-keyout " +
        stem + ".key -out " + stem + ".crt 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
    MockUpstream upstream({.tls_cert_file = stem + ".crt", .tls_key_file = stem + ".key"});
    upstream.start();
    EXPECT_THAT(upstream.url(), StartsWith("https://"));
    EXPECT_THAT(get_over_tls(upstream.port()), HasSubstr("gpt-4o"));
    std::remove((stem + ".crt").c_str());
    std::remove((stem + ".key").c_str());
}

}  // namespace
}  // namespace weir::mock
