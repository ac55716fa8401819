// What stands for other bytes: hexadecimal digits, JSON's and URLs' escapes, brackets around hosts.
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "text/hex.hpp"
#include "text/host.hpp"
#include "text/json_text.hpp"
#include "text/percent.hpp"

namespace weir::text {
namespace {

TEST(Hex, DigitsAreOfLowerCaseAndTheHighestComesFirst) {
    constexpr std::array<unsigned char, 4> bytes{0x00, 0x9f, 0xa0, 0xff};
    EXPECT_EQ(to_hex(bytes), "009fa0ff");
    EXPECT_EQ(to_hex({}), "");
    std::string text = "0x";
    append_hex(text, 0xbeef);
    EXPECT_EQ(text, "0x000000000000beef");
    append_hex(text, 0x1f, 2);
    append_hex(text, std::span(bytes).first(2));
    EXPECT_EQ(text, "0x000000000000beef1f009f");
}

TEST(Hex, ValuesOfBothCases) {
    for (int value = 0; value < 16; ++value) {
        EXPECT_EQ(hex_value("0123456789abcdef"[value]), value);
        EXPECT_EQ(hex_value("0123456789ABCDEF"[value]), value);
    }
    for (const char c : {'g', 'G', '/', ':', '@', '`', ' ', '\xff'}) EXPECT_EQ(hex_value(c), -1);
}

TEST(Hex, NamesByChanceDiffer) {
    std::set<std::string> names;
    for (int i = 0; i < 100; ++i) names.insert(random_hex(16));
    EXPECT_EQ(names.size(), 100U);
    for (const std::string& name : names) {
        EXPECT_EQ(name.size(), 16U);
        EXPECT_EQ(name.find_first_not_of(hex_digits), std::string::npos);
    }
}

std::string json_string(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST(JsonText, EscapesWhatMayNotStandInAString) {
    EXPECT_EQ(json_string("plain"), R"("plain")");
    EXPECT_EQ(json_string(""), R"("")");
    EXPECT_EQ(json_string("a\"b\\c"), R"("a\"b\\c")");
    EXPECT_EQ(json_string("\n\t\r\x1b\x7f"), R"("\n\t\u000d\u001b\u007f")");
    std::string all;
    for (int byte = 0; byte < 0x80; ++byte) all += static_cast<char>(byte);
    EXPECT_EQ(nlohmann::json::parse(json_string(all)).get<std::string>(), all);
}

TEST(JsonText, IsAlwaysUtf8) {
    const std::string valid = "h\xc3\xa9llo \xe2\x86\x92 \xf0\x9f\x98\x80 \xed\x9f\xbf";
    EXPECT_EQ(json_string(valid), '"' + valid + '"');
    for (const char* bad : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
        EXPECT_EQ(json_string(bad), '"' + std::string(std::string_view(bad).size(), '?') + '"');
    }
    EXPECT_EQ(json_string("\xe2\x86"), R"("??")");
    EXPECT_EQ(json_string("\xc3\"x"), R"("?\"x")");
}

TEST(JsonText, NothingInItSteersATerminal) {
    EXPECT_EQ(json_string("\xc2\x9b[2J"), R"("\u009b[2J")");  // a control sequence of one character
    EXPECT_EQ(json_string("a\xe2\x80\xae"), R"("a\u202e")");  // turns the direction of writing
    EXPECT_EQ(json_string("\xe2\x80\xa8\xd8\x9c"), R"("\u2028\u061c")");
    EXPECT_EQ(json_string("\xef\xbb\xbf"), R"("\ufeff")");
}

TEST(Percent, EncodesAllButUnreservedCharacters) {
    EXPECT_EQ(percent_encoded("a b/%\xc3\xa9~"), "a%20b%2F%25%C3%A9~");
    EXPECT_EQ(percent_encoded("AZaz09-._~"), "AZaz09-._~");
    EXPECT_EQ(percent_encoded("*+\n"), "%2A%2B%0A");
}

TEST(Percent, DecodesWhatIsWellFormed) {
    EXPECT_EQ(percent_decoded("a%20b%2F%25%C3%a9~+"), "a b/%\xc3\xa9~+");
    EXPECT_EQ(percent_decoded("a+b%2B", Plus::blank), "a b+");
    EXPECT_EQ(percent_decoded(""), "");
    for (const char* wrong : {"%", "%1", "%zz", "a%2", "%%41", "%+1", "%-1"}) {
        EXPECT_FALSE(percent_decoded(wrong)) << wrong;
    }
    EXPECT_EQ(percent_encoded_byte("a%41", 1), 0x41);
    EXPECT_EQ(percent_encoded_byte("%ff", 0), 0xff);
    for (const std::size_t at : {0U, 2U, 3U, 4U, 9U}) EXPECT_EQ(percent_encoded_byte("a%41", at), -1) << at;
}

TEST(Host, Ipv6StandsInBrackets) {
    EXPECT_EQ(bracketed("api.example"), "api.example");
    EXPECT_EQ(bracketed("::1"), "[::1]");
    EXPECT_EQ(host_and_port("127.0.0.1", 80), "127.0.0.1:80");
    EXPECT_EQ(host_and_port("2001:db8::1", 8443), "[2001:db8::1]:8443");
}

}  // namespace
}  // namespace weir::text
