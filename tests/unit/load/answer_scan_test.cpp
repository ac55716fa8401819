// Every answer is read whole, and cut at every byte, with the same result.
#include "load/answer_scan.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using weir::load::AnswerScan;
using State = AnswerScan::State;

struct Read {
    State state = State::open;
    AnswerScan scan;
};

Read read_in_pieces(std::string_view text, std::size_t piece) {
    Read read;
    read.scan.clear();
    while (!text.empty() && read.state == State::open) {
        read.state = read.scan.feed(text.substr(0, piece));
        text.remove_prefix(std::min(piece, text.size()));
    }
    return read;
}

constexpr std::size_t whole = 1'000'000;
constexpr std::string_view chat =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length: 53\r\n\r\n"
    R"({"usage":{"prompt_tokens": 7,"completion_tokens":16}})";
constexpr std::string_view refusal =
    "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nX-Weir-Limit: "
    "key/input_tokens/1m\r\nContent-Length: 2\r\n"
    "\r\n{}";
constexpr std::string_view stream =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "1b;name=value\r\ndata: {\"prompt_tokens\":12, \r\n18\r\n\"completion_tokens\":345}\r\n0\r\nTrailer: "
    "x\r\n\r\n";

}  // namespace

TEST(AnswerScan, ReadsAnAnswerOfKnownLength) {
    for (std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{60}, whole}) {
        const Read read = read_in_pieces(chat, piece);
        EXPECT_EQ(read.state, State::done) << piece;
        EXPECT_EQ(read.scan.status(), 200U);
        EXPECT_TRUE(read.scan.keep_alive());
        EXPECT_TRUE(read.scan.has_body());
        EXPECT_EQ(read.scan.usage().input_tokens, 7U) << piece;
        EXPECT_EQ(read.scan.usage().output_tokens, 16U) << piece;
        EXPECT_TRUE(read.scan.refused_by().empty());
    }
}

TEST(AnswerScan, ReadsWhoRefusedAndWhetherItSaysUntilWhen) {
    for (std::size_t piece : {std::size_t{1}, std::size_t{5}, whole}) {
        const Read read = read_in_pieces(refusal, piece);
        EXPECT_EQ(read.state, State::done) << piece;
        EXPECT_EQ(read.scan.status(), 429U);
        EXPECT_TRUE(read.scan.has_retry_after());
        EXPECT_EQ(read.scan.refused_by(), "key/input_tokens/1m");
    }
}

TEST(AnswerScan, ReadsWhenToComeBack) {
    const auto told_ms = [](const std::string& lines) {
        return read_in_pieces("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n" + lines + "\r\n", whole)
            .scan.retry_after_ms();
    };
    EXPECT_EQ(told_ms(""), 0U);
    EXPECT_EQ(told_ms("Retry-After: 3\r\n"), 3000U);
    EXPECT_EQ(told_ms("Retry-After: 3\r\nretry-after-ms: 2345\r\n"), 2345U);
    EXPECT_EQ(told_ms("retry-after-ms: 2345\r\nRetry-After: 3\r\n"), 2345U);
    EXPECT_EQ(told_ms("Retry-After: Fri, 27 Nov 2026 10:00:00 GMT\r\n"), 0U);
}

TEST(AnswerScan, ReadsAChunkedStream) {
    for (std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{11}, whole}) {
        const Read read = read_in_pieces(stream, piece);
        EXPECT_EQ(read.state, State::done) << piece << ": " << read.scan.problem();
        EXPECT_EQ(read.scan.usage().input_tokens, 12U) << piece;
        EXPECT_EQ(read.scan.usage().output_tokens, 345U) << piece;
    }
}

TEST(AnswerScan, KnowsWhenTheFirstByteOfTheBodyIsThere) {
    AnswerScan scan;
    scan.clear();
    scan.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n");
    EXPECT_FALSE(scan.has_body());
    scan.feed("d");
    EXPECT_TRUE(scan.has_body());
}

TEST(AnswerScan, SkipsInterimAnswers) {
    const std::string text = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + std::string(chat);
    for (std::size_t piece : {std::size_t{1}, whole}) {
        const Read read = read_in_pieces(text, piece);
        EXPECT_EQ(read.state, State::done);
        EXPECT_EQ(read.scan.status(), 200U);
    }
}

TEST(AnswerScan, ConnectionCloseAndHttp10EndTheConnection) {
    EXPECT_FALSE(
        read_in_pieces("HTTP/1.1 204 No Content\r\nConnection: Close\r\n\r\n", whole).scan.keep_alive());
    EXPECT_FALSE(read_in_pieces("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", whole).scan.keep_alive());
    EXPECT_TRUE(
        read_in_pieces("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", whole)
            .scan.keep_alive());
}

TEST(AnswerScan, AnAnswerWithoutALengthEndsWithItsConnection) {
    Read read = read_in_pieces("HTTP/1.1 200 OK\r\n\r\n{\"prompt_tokens\":3}", whole);
    EXPECT_EQ(read.state, State::open);
    EXPECT_EQ(read.scan.end(), State::done);
    EXPECT_EQ(read.scan.usage().input_tokens, 3U);
}

TEST(AnswerScan, TellsWhatIsBroken) {
    EXPECT_EQ(read_in_pieces("SSH-2.0-OpenSSH\r\n\r\n", whole).state, State::broken);
    EXPECT_EQ(read_in_pieces("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", whole).state, State::broken);
    EXPECT_EQ(
        read_in_pieces("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", whole).state,
        State::broken);
    EXPECT_EQ(read_in_pieces("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", whole).state,
              State::broken);
    const Read extra = read_in_pieces(std::string(chat) + "HTTP/1.1 200 OK\r\n", whole);
    EXPECT_EQ(extra.state, State::broken);
    EXPECT_EQ(extra.scan.problem(), "bytes behind the answer");
    Read cut = read_in_pieces(chat.substr(0, chat.size() - 1), whole);
    EXPECT_EQ(cut.scan.end(), State::broken);
    EXPECT_EQ(cut.scan.problem(), "closed in the middle of an answer");
    Read nothing = read_in_pieces("", whole);
    EXPECT_EQ(nothing.scan.end(), State::broken);
    EXPECT_EQ(nothing.scan.problem(), "closed without an answer");
}

TEST(AnswerScan, IsAsNewAfterClear) {
    Read read = read_in_pieces(refusal, whole);
    read.scan.clear();
    EXPECT_EQ(read.scan.feed(chat), State::done);
    EXPECT_FALSE(read.scan.has_retry_after());
    EXPECT_TRUE(read.scan.refused_by().empty());
}
