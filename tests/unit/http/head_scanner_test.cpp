// Finding the end of a head, and giving up early.
#include "http/head_scanner.hpp"

#include <gtest/gtest.h>

#include <string>

#include "http/error.hpp"

namespace weir::http {
namespace {

using State = HeadScanner::State;
constexpr HeadLimits limits{.bytes_max = 200, .fields_max = 5, .target_bytes_max = 60};

TEST(HeadScanner, FindsTheEndWhereverTheBytesAreSplit) {
    const std::string head = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const std::string stream = head + "GET /next HTTP/1.1\r\n\r\n";
    for (std::size_t step = 1; step <= stream.size(); ++step) {
        HeadScanner scanner(limits);
        State state = State::need_more;
        for (std::size_t size = step; state == State::need_more;
             size = std::min(size + step, stream.size())) {
            state = scanner.scan(std::string_view(stream).substr(0, size));
            if (size < head.size()) {
                ASSERT_EQ(state, State::need_more) << step << " " << size;
            }
        }
        ASSERT_EQ(state, State::complete);
        EXPECT_EQ(scanner.head_begin(), 2U);
        EXPECT_EQ(scanner.head_end(), head.size());
    }
}

http_errc error_of(const std::string& bytes) {
    HeadScanner scanner(limits);
    return scanner.scan(bytes) == State::failed ? scanner.error() : http_errc::ok;
}

TEST(HeadScanner, RefusesLineEndsThatAreNotCrlf) {
    EXPECT_EQ(error_of("GET / HTTP/1.1\nHost: a\n\n"), http_errc::bad_request);
    EXPECT_EQ(error_of("GET / HTTP/1.1\r\nHost: a\n\r\n"), http_errc::bad_request);
    EXPECT_EQ(error_of("\n"), http_errc::bad_request);
}

TEST(HeadScanner, RefusesFoldedLinesAndGarbage) {
    EXPECT_EQ(error_of("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"), http_errc::bad_request);
    EXPECT_EQ(error_of("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), http_errc::bad_request);
    EXPECT_EQ(error_of("\x16\x03\x01"), http_errc::bad_request);
    EXPECT_EQ(error_of(" GET / HTTP/1.1\r\n"), http_errc::bad_request);
}

TEST(HeadScanner, LimitsEverything) {
    EXPECT_EQ(error_of("GET /" + std::string(150, 'a')), http_errc::target_too_long);
    EXPECT_EQ(error_of("GET / HTTP/1.1\r\nA: " + std::string(200, 'b')), http_errc::header_too_large);
    EXPECT_EQ(error_of("GET / HTTP/1.1\r\nA: " + std::string(200, 'b') + "\r\n\r\n"),
              http_errc::header_too_large);
    std::string many = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < 5; ++i) many += "A: b\r\n";
    EXPECT_EQ(error_of(many + "\r\n"), http_errc::ok);
    EXPECT_EQ(error_of(many + "A: b\r\n\r\n"), http_errc::header_too_large);
    std::string empty_lines;
    for (int i = 0; i < 101; ++i) empty_lines += "\r\n";
    EXPECT_EQ(error_of(empty_lines), http_errc::header_too_large);
}

TEST(HeadScanner, CountsOnlyTheHeadWhenMoreFollows) {
    HeadScanner scanner(limits);
    EXPECT_EQ(scanner.scan("POST / HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(1000, 'x')), State::complete);
}

}  // namespace
}  // namespace weir::http
