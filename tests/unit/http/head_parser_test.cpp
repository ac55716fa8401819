// Every rule of head_parser on values; the same over sockets stands in tests/hostile.
#include "http/head_parser.hpp"

#include <gtest/gtest.h>

#include <string>

#include "http/error.hpp"

namespace weir::http {
namespace {

constexpr std::size_t target_bytes_max = 1024;

std::string head_with(const std::string& field_line) {
    return "GET / HTTP/1.1\r\nHost: a\r\n" + field_line + "\r\n\r\n";
}

TEST(HeadFields, TakesWhatRfc9110Allows) {
    for (const char* line : {"X: ", "X:a", "X:\ta b\t", "x!#$%&'*+-.^_`|~9: \x80\xff", "X: \"quoted\""}) {
        RequestHead head;
        EXPECT_FALSE(parse_head(head_with(line), target_bytes_max, head)) << line;
        EXPECT_EQ(head.fields.size(), 2U);
    }
}

TEST(HeadFields, RefusesBadNamesAndValues) {
    using namespace std::string_literals;
    for (const std::string& line :
         {"X : a"s, " X: a"s, "X\t: a"s, ": a"s, "no colon"s, "X(y): a"s, "X: a\0b"s, "X: a\x01"s,
          "X: a\x7f"s, "X: a\rb"s, "\xc3\xa9: a"s, "X@: a"s, "X: a\nY: b"s, "X: a\r"s}) {
        RequestHead head;
        const Objection objection = parse_head(head_with(line), target_bytes_max, head);
        EXPECT_EQ(objection.code, http_errc::bad_request) << line;
        EXPECT_NE(objection.reason, "") << line;
    }
}

TEST(RequestLine, IsExact) {
    const auto code_of = [](const std::string& line) {
        RequestHead head;
        return parse_head(line + "\r\n\r\n", 20, head).code;
    };
    EXPECT_EQ(code_of("GET / HTTP/1.1"), http_errc::ok);
    EXPECT_EQ(code_of("GET / HTTP/1.0"), http_errc::ok);
    EXPECT_EQ(code_of("M-SEARCH /a?b=c HTTP/1.1"), http_errc::ok);
    for (const char* bad :
         {"GET /", "GET  / HTTP/1.1", "GET / HTTP/1.2", "GET / HTTP/2.0", "GET / http/1.1", "GET / HTTP/1.1 ",
          "GET /a b HTTP/1.1", "GET /# HTTP/1.1", "GET /\x80 HTTP/1.1", "G@T / HTTP/1.1", " GET / HTTP/1.1",
          "GET / HTTP/0.9", "GET / HTTP/11", "GET\t/ HTTP/1.1", "get / HTTP/1.1", "Post / HTTP/1.1"}) {
        EXPECT_EQ(code_of(bad), http_errc::bad_request) << bad;
    }
    EXPECT_EQ(code_of("GET /" + std::string(20, 'a') + " HTTP/1.1"), http_errc::target_too_long);
}

TEST(RequestHead, IsTakenApart) {
    RequestHead head;
    const std::string bytes = "POST /a?b HTTP/1.0\r\nHost: x\r\nA:  b \t\r\nEmpty:\r\n\r\n";
    ASSERT_FALSE(parse_head(bytes, target_bytes_max, head));
    EXPECT_EQ(head.method, "POST");
    EXPECT_EQ(head.target, "/a?b");
    EXPECT_EQ(head.version, 10);
    EXPECT_EQ(head.fields.value("a"), "b");
    EXPECT_EQ(head.fields.find("empty"), "");
    EXPECT_EQ(head.fields.size(), 3U);
    ASSERT_FALSE(parse_head("GET / HTTP/1.1\r\n\r\n", target_bytes_max, head));
    EXPECT_EQ(head.fields.size(), 0U);
}

TEST(RequestHead, HasAnEnd) {
    for (const char* bytes : {"", "GET / HTTP/1.1", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nA: b\r\n",
                              "GET / HTTP/1.1\r\nA: b\r\n\r"}) {
        RequestHead head;
        EXPECT_EQ(parse_head(bytes, target_bytes_max, head).code, http_errc::bad_request) << bytes;
    }
}

TEST(StatusLine, IsExactButForItsLastSpace) {
    const auto parsed = [](const std::string& line, ResponseHead& head) {
        static std::string bytes;
        bytes = line + "\r\nA: b\r\n\r\n";
        return !parse_head(bytes, head);
    };
    ResponseHead head;
    ASSERT_TRUE(parsed("HTTP/1.1 200 OK", head));
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.reason, "OK");
    EXPECT_EQ(head.version, 11);
    EXPECT_EQ(head.fields.value("a"), "b");
    ASSERT_TRUE(parsed("HTTP/1.0 404 Not Found", head));
    EXPECT_EQ(head.reason, "Not Found");
    EXPECT_EQ(head.version, 10);
    for (const char* bare : {"HTTP/1.1 204", "HTTP/1.1 204 "}) {
        ASSERT_TRUE(parsed(bare, head)) << bare;
        EXPECT_EQ(head.status, 204);
        EXPECT_EQ(head.reason, "");
    }
    for (const char* bad : {"HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 2x0 OK",
                            "HTTP/2.0 200 OK", "http/1.1 200 OK", "HTTP/1.1  200 OK", "HTTP/1.1 200-OK",
                            "HTTP/1.1 200 O\x01K", "HTTP/1.1\t200 OK", ""}) {
        EXPECT_FALSE(parsed(bad, head)) << bad;
    }
}

}  // namespace
}  // namespace weir::http
