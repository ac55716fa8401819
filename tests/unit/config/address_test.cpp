// Endpoints, upstream URLs, windows.
#include "config/address.hpp"

#include <gtest/gtest.h>

#include "config/durations.hpp"
#include "config/unexpected.hpp"
#include "config/url.hpp"
#include "text/durations.hpp"

namespace weir::config {
namespace {

TEST(Endpoints, AreAddressAndPort) {
    EXPECT_EQ(parse_endpoint("0.0.0.0:8000"), (Endpoint{"0.0.0.0", 8000}));
    EXPECT_EQ(parse_endpoint("[::1]:0"), (Endpoint{"::1", 0}));
    EXPECT_EQ(to_string(parse_endpoint("[::1]:65535")), "[::1]:65535");
    for (const std::string text :
         {"", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:80 ",
          " 127.0.0.1:80", "127.0.0.1:80x", "::1:80", "[::1]", "[::1]80", "[127.0.0.1]:80", "localhost:80",
          "1.2.3:80", "[fe80::1%eth0]:80", "[::1:80"}) {
        EXPECT_THROW(parse_endpoint(text), Unexpected) << text;
    }
    EXPECT_THROW(parse_endpoint(std::string("127.0.0.1\0:80", 13)), Unexpected);
}

TEST(Urls, SchemeHostPortAndBasePath) {
    EXPECT_EQ(to_string(parse_url("HTTPS://api.openai.com/")), "https://api.openai.com");
    EXPECT_EQ(to_string(parse_url("http://[2001:db8::1]:8080/a/b/")), "http://[2001:db8::1]:8080/a/b");
    EXPECT_EQ(to_string(parse_url("http://vllm:80")), "http://vllm");
    EXPECT_EQ(to_string(parse_url("https://10.0.0.1:80/v1%20x")), "https://10.0.0.1:80/v1%20x");
    const Url url = parse_url("http://[::1]/openai");
    EXPECT_FALSE(url.tls);
    EXPECT_EQ(url.host, "::1");
    EXPECT_EQ(url.port, 80);
    EXPECT_EQ(url.base_path, "/openai");
}

class NoUrl : public testing::TestWithParam<const char*> {};

TEST_P(NoUrl, IsRefused) {
    EXPECT_THROW(parse_url(GetParam()), Unexpected);
}

INSTANTIATE_TEST_SUITE_P(
    All, NoUrl,
    testing::Values("", "api.openai.com", "ftp://h", "http:/h", "http://", "http:///path", "http://h:0",
                    "http://h:", "http://h:99999", "http://u:p@h", "http://u@h", "http://h?x", "http://h/#f",
                    "http://h?", "http://::1/", "http://[::1", "http://[h]", "http://h//", "http://h//a",
                    "http://h/a//b", "http://h/../a", "http://h/.", "http://h/a b", "http://h/%",
                    "http://h/%4", "http://h/%gg", "http://h/a\r\nx", "http://h\n", "http://h_ /",
                    "http://.h", "http://h..i", "http://256.1.1.1", "http://h/\xc3\xa9"));

TEST(Windows, HaveOneUnit) {
    EXPECT_EQ(parse_window_us("1s"), 1'000'000);
    EXPECT_EQ(parse_window_us("5m"), 300'000'000);
    EXPECT_EQ(parse_window_us("2h"), 7'200'000'000);
    EXPECT_EQ(parse_window_us("31d"), 2'678'400'000'000);
    EXPECT_EQ(parse_window_us("2678400s"), 2'678'400'000'000);
    for (const char* text :
         {"", "s", "1", "0s", "32d", "2678401s", "1S", "1 s", "1s ", "+1s", "-1s", "1.0s", "1ms", "1d1h"}) {
        EXPECT_THROW(parse_window_us(text), Unexpected) << text;
    }
    for (const char* text : {"1s", "61s", "90m", "25h", "7d"})
        EXPECT_EQ(text::window_text(parse_window_us(text)), text);
}

}  // namespace
}  // namespace weir::config
