// Bodies by their framing, fed in pieces of every size.
#include "http/body_parser.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir::http {
namespace {

struct Parsed {
    std::string body;
    bool done = false;
    bool failed = false;
    std::size_t consumed = 0;
};

/// Feeds `bytes` so that at most `step` new ones are offered at a time.
Parsed parse_body(BodyParser& parser, const std::string& bytes, std::size_t step) {
    Parsed parsed;
    std::size_t offered = 0;
    while (!parser.done() && offered < bytes.size()) {
        offered = std::min(offered + step, bytes.size());
        std::vector<std::string_view> pieces;
        bool is_sound = true;
        parsed.consumed += parser.parse(
            std::string_view(bytes).substr(parsed.consumed, offered - parsed.consumed), pieces, is_sound);
        for (const std::string_view piece : pieces) parsed.body.append(piece);
        if (!is_sound) {
            parsed.failed = true;
            return parsed;
        }
    }
    parsed.done = parser.done();
    return parsed;
}

Parsed parse_chunked(const std::string& body, std::size_t step) {
    BodyParser parser;
    parser.start_request({.chunked = true, .content_length = {}});
    return parse_body(parser, body, step);
}

TEST(BodyParser, CountsWhatWasAnnounced) {
    BodyParser parser;
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{100}}) {
        parser.start_request({.chunked = false, .content_length = 3});
        EXPECT_FALSE(parser.done());
        const Parsed parsed = parse_body(parser, "abcGET", step);
        EXPECT_EQ(parsed.body, "abc");
        EXPECT_EQ(parsed.consumed, 3U);
        EXPECT_TRUE(parsed.done);
        EXPECT_TRUE(parser.end());
    }
    parser.start_request({.chunked = false, .content_length = 0});
    EXPECT_TRUE(parser.done());
    parser.start_request({});
    EXPECT_TRUE(parser.done());
}

TEST(BodyParser, ChunksComeOutWhateverTheSplit) {
    const std::string body = "5\r\nhello\r\n1;ext=1\r\n \r\n5\r\nworld\r\n0\r\nTrailer: x\r\n\r\n";
    for (std::size_t step = 1; step <= body.size() + 3; ++step) {
        const Parsed parsed = parse_chunked(body + "GET", step);
        EXPECT_TRUE(parsed.done) << step;
        EXPECT_EQ(parsed.body, "hello world") << step;
        EXPECT_EQ(parsed.consumed, body.size()) << step;
    }
}

TEST(BodyParser, TrailersAreDropped) {
    const Parsed parsed = parse_chunked("0\r\nAuthorization: Bearer x\r\nHost: b\r\n\r\n", 1000);
    EXPECT_TRUE(parsed.done);
    EXPECT_EQ(parsed.body, "");
}

TEST(BodyParser, TakesOneChunkedBodyAfterTheOther) {
    BodyParser parser;
    for (int i = 0; i < 2; ++i) {
        parser.start_request({.chunked = true, .content_length = {}});
        EXPECT_EQ(parse_body(parser, "2\r\nab\r\n0\r\n\r\n", 3).body, "ab");
        EXPECT_TRUE(parser.done());
    }
    parser.start_request({.chunked = true, .content_length = {}});
    EXPECT_FALSE(parse_body(parser, "2\r\nab", 100).done);
    EXPECT_FALSE(parser.end());
}

TEST(BodyParser, RefusesBrokenChunks) {
    for (const char* body :
         {"x\r\n", "-5\r\n", "5\nhello\r\n0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "fffffffffffffffff\r\n",
          "5\rhello", "0x5\r\nhello\r\n0\r\n\r\n", "\r\n", "5 5\r\nhello\r\n", "0\r\nbad trailer\r\n\r\n"}) {
        for (const std::size_t step : {std::size_t{1}, std::size_t{1000}}) {
            EXPECT_TRUE(parse_chunked(body, step).failed) << body << " step " << step;
        }
    }
}

TEST(BodyParser, LimitsChunkExtensions) {
    EXPECT_TRUE(parse_chunked("1;a=" + std::string(200, 'b') + "\r\nx\r\n0\r\n\r\n", 1000).done);
    EXPECT_TRUE(parse_chunked("1;a=" + std::string(300, 'b') + "\r\nx\r\n0\r\n\r\n", 1000).failed);
}

/// Who takes a line feed alone for the end of a line reads another chunk there.
TEST(BodyParser, RefusesControlBytesInChunkExtensions) {
    EXPECT_TRUE(parse_chunked("1;a=\"b\tc\\\"\xc3\xa4\"\r\nx\r\n0\r\n\r\n", 1000).done);
    for (const std::string value : {"\"b\nc\"", "\"b\\\nc\"", "\"b\x01\"", "\"\x7f\""}) {
        EXPECT_TRUE(parse_chunked("1;a=" + value + "\r\nx\r\n0\r\n\r\n", 1000).failed) << value;
        EXPECT_TRUE(parse_chunked("1\r\nx\r\n0;a=" + value + "\r\n\r\n", 1000).failed) << value;
    }
}

TEST(BodyParser, AnswersEndAsTheirHeadSays) {
    BodyParser parser;
    parser.start_response({}, 200, false);
    EXPECT_TRUE(parser.ends_with_connection());
    EXPECT_EQ(parse_body(parser, "abc", 2).body, "abc");
    EXPECT_FALSE(parser.done());
    EXPECT_TRUE(parser.end());
    EXPECT_TRUE(parser.done());

    const Framing five{.chunked = false, .content_length = 5};
    parser.start_response(five, 200, false);
    EXPECT_FALSE(parser.ends_with_connection());
    EXPECT_FALSE(parse_body(parser, "abc", 2).done);
    EXPECT_FALSE(parser.end());

    parser.start_response(five, 200, true);
    EXPECT_TRUE(parser.done());
    for (const int status : {100, 103, 204, 304}) {
        parser.start_response(five, status, false);
        EXPECT_TRUE(parser.done()) << status;
    }
}

}  // namespace
}  // namespace weir::http
