// Case and blanks, and that bytes beyond ASCII stay what they are.
#include "text/ascii.hpp"

#include <gtest/gtest.h>

namespace weir::text {
namespace {

TEST(Ascii, LetterByLetter) {
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        const bool is_upper = byte >= 'A' && byte <= 'Z';
        const bool is_lower_case = byte >= 'a' && byte <= 'z';
        EXPECT_EQ(lower(c), is_upper ? static_cast<char>(byte + 32) : c) << byte;
        EXPECT_EQ(is_letter(c), is_upper || is_lower_case) << byte;
        EXPECT_EQ(is_digit(c), byte >= '0' && byte <= '9') << byte;
    }
    EXPECT_EQ(to_lower("Content-TYPE \xc3\x84"), "content-type \xc3\x84");
}

TEST(Ascii, ComparesWhateverTheCase) {
    EXPECT_TRUE(equals_ignoring_case("Content-Length", "content-LENGTH"));
    EXPECT_TRUE(equals_ignoring_case("", ""));
    EXPECT_FALSE(equals_ignoring_case("host", "hosts"));
    EXPECT_FALSE(equals_ignoring_case("a@", "a`"));      // 0x40 and 0x60
    EXPECT_FALSE(equals_ignoring_case("\xc4", "\xe4"));  // no letters of ASCII
    EXPECT_TRUE(starts_with_ignoring_case("X-Weir-Mode", "x-weir-"));
    EXPECT_FALSE(starts_with_ignoring_case("x-wei", "x-weir-"));
    EXPECT_TRUE(ends_with_ignoring_case("a.LOCALHOST", ".localhost"));
    EXPECT_FALSE(ends_with_ignoring_case("localhost", ".localhost"));
    EXPECT_TRUE(contains_ignoring_case("claude-OPUS-4", "opus"));
    EXPECT_TRUE(contains_ignoring_case("opus", ""));
    EXPECT_FALSE(contains_ignoring_case("opu", "opus"));
}

TEST(Ascii, TrimsBlanksAtBothEnds) {
    EXPECT_EQ(trimmed(" \t a b\t "), "a b");
    EXPECT_EQ(trimmed("a"), "a");
    EXPECT_EQ(trimmed("\ta\r", " "), "\ta\r");
    EXPECT_EQ(trimmed(" a\r", " \r"), "a");
    EXPECT_EQ(trimmed(" \t"), "");
    EXPECT_EQ(trimmed(""), "");
}

}  // namespace
}  // namespace weir::text
