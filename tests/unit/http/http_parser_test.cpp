// Heads and bodies through Beast's state machine, fed in pieces of every size.
#include "http/http_parser.hpp"

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
Parsed parse_body(MessageParser& parser, const std::string& bytes, std::size_t step) {
    Parsed parsed;
    std::size_t offered = 0;
    while (!parser.done() && offered < bytes.size()) {
        offered = std::min(offered + step, bytes.size());
        std::vector<std::string_view> pieces;
        boost::system::error_code error;
        parsed.consumed += parser.parse_body(
            std::string_view(bytes).substr(parsed.consumed, offered - parsed.consumed), pieces, error);
        for (const std::string_view piece : pieces) parsed.body.append(piece);
        if (error) {
            parsed.failed = true;
            return parsed;
        }
    }
    parsed.done = parser.done();
    return parsed;
}

const std::string chunked_head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

Parsed parse_chunked(const std::string& body, std::size_t step) {
    MessageParser parser;
    parser.start(MessageParser::Kind::request);
    RequestHead head;
    EXPECT_FALSE(parser.parse_head(chunked_head, head));
    return parse_body(parser, body, step);
}

TEST(MessageParser, ReadsARequestHead) {
    MessageParser parser;
    parser.start(MessageParser::Kind::request);
    RequestHead head;
    const std::string bytes = "POST /a?b HTTP/1.1\r\nHost: x\r\nA:  b \r\nContent-Length: 3\r\n\r\n";
    ASSERT_FALSE(parser.parse_head(bytes, head));
    EXPECT_EQ(head.method, "POST");
    EXPECT_EQ(head.target, "/a?b");
    EXPECT_EQ(head.fields.value("a"), "b");
    EXPECT_FALSE(parser.done());
    EXPECT_EQ(parse_body(parser, "abcGET", 1).body, "abc");
    EXPECT_TRUE(parser.done());
}

TEST(MessageParser, ChunksComeOutWhateverTheSplit) {
    const std::string body = "5\r\nhello\r\n1;ext=1\r\n \r\n5\r\nworld\r\n0\r\nTrailer: x\r\n\r\n";
    for (std::size_t step = 1; step <= body.size() + 3; ++step) {
        const Parsed parsed = parse_chunked(body + "GET", step);
        EXPECT_TRUE(parsed.done) << step;
        EXPECT_EQ(parsed.body, "hello world") << step;
        EXPECT_EQ(parsed.consumed, body.size()) << step;
    }
}

TEST(MessageParser, TrailersNeverJoinTheHead) {
    MessageParser parser;
    parser.start(MessageParser::Kind::request);
    RequestHead head;
    ASSERT_FALSE(parser.parse_head(chunked_head, head));
    const std::size_t fields = head.fields.size();
    EXPECT_TRUE(parse_body(parser, "0\r\nAuthorization: Bearer x\r\nHost: b\r\n\r\n", 1000).done);
    EXPECT_EQ(head.fields.size(), fields);
}

TEST(MessageParser, RefusesBrokenChunks) {
    for (const char* body :
         {"x\r\n", "-5\r\n", "5\nhello\r\n0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "fffffffffffffffff\r\n",
          "5\rhello", "0x5\r\nhello\r\n0\r\n\r\n", "\r\n", "5 5\r\nhello\r\n", "0\r\nbad trailer\r\n\r\n"}) {
        for (const std::size_t step : {std::size_t{1}, std::size_t{1000}}) {
            EXPECT_TRUE(parse_chunked(body, step).failed) << body << " step " << step;
        }
    }
}

TEST(MessageParser, LimitsChunkExtensions) {
    EXPECT_TRUE(parse_chunked("1;a=" + std::string(200, 'b') + "\r\nx\r\n0\r\n\r\n", 1000).done);
    EXPECT_TRUE(parse_chunked("1;a=" + std::string(300, 'b') + "\r\nx\r\n0\r\n\r\n", 1000).failed);
}

TEST(MessageParser, AnswersEndAsTheirHeadSays) {
    const auto start = [](MessageParser& parser, const std::string& bytes, MessageParser::Kind kind) {
        parser.start(kind);
        static ResponseHead head;
        EXPECT_FALSE(parser.parse_head(bytes, head)) << bytes;
    };
    MessageParser parser;
    start(parser, "HTTP/1.1 200 OK\r\n\r\n", MessageParser::Kind::response);
    EXPECT_TRUE(parser.ends_with_connection());
    EXPECT_EQ(parse_body(parser, "abc", 2).body, "abc");
    EXPECT_FALSE(parser.done());
    EXPECT_FALSE(parser.parse_end());
    EXPECT_TRUE(parser.done());

    start(parser, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", MessageParser::Kind::response);
    EXPECT_FALSE(parser.ends_with_connection());
    EXPECT_FALSE(parse_body(parser, "abc", 2).done);
    EXPECT_TRUE(parser.parse_end());

    start(parser, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", MessageParser::Kind::response_to_head);
    EXPECT_TRUE(parser.done());
    start(parser, "HTTP/1.1 204 No Content\r\n\r\n", MessageParser::Kind::response);
    EXPECT_TRUE(parser.done());
    start(parser, "HTTP/1.1 100 Continue\r\n\r\n", MessageParser::Kind::response);
    EXPECT_TRUE(parser.done());
}

}  // namespace
}  // namespace weir::http
