// Numbers, times, bars and tables as they stand on a terminal.
#include "cli/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/table.hpp"

namespace weir::cli {
namespace {

using ::testing::ElementsAre;

TEST(Text, NothingSteersTheTerminal) {
    EXPECT_EQ(printable("plain äöü 模型"), "plain äöü 模型");
    EXPECT_EQ(printable("a\x1b[2Jb\nc\x7f"), "a?[2Jb?c?");
    EXPECT_EQ(printable("\xc2\x9b"), "??");       // CSI as one character
    EXPECT_EQ(printable("\xff\xc3"), "??");       // no UTF-8
    EXPECT_EQ(printable("\xe2\x80\xae"), "???");  // turns the line round
    EXPECT_EQ(printable("\xe2\x80\xa6"), "\xe2\x80\xa6");
}

TEST(Text, IsCutByCodePoints) {
    EXPECT_EQ(cut("abcdef", 6), "abcdef");
    EXPECT_EQ(cut("abcdef", 4), "abc…");
    EXPECT_EQ(cut("äöüäöü", 4), "äöü…");
    EXPECT_EQ(cut("abcdef", 0), "abcdef");
    EXPECT_EQ(cut("abcdef", 1), "…");
    EXPECT_EQ(width_of("äöü…"), 4U);
}

TEST(Text, NumbersAreReadable) {
    EXPECT_EQ(rate_text(0.44), "0.4");
    EXPECT_EQ(rate_text(12'345.6), "12,346");
    EXPECT_EQ(milliseconds_text(0.123), "0.12 ms");
    EXPECT_EQ(milliseconds_text(123.4), "123 ms");
    EXPECT_EQ(milliseconds_text(1'540), "1.5 s");
}

TEST(Text, TimesAreReadable) {
    EXPECT_EQ(duration_text(900), "900 ms");
    EXPECT_EQ(duration_text(1'200), "2 s");
    EXPECT_EQ(duration_text(60'000), "60 s");
    EXPECT_EQ(duration_text(125'000), "3 min");
    EXPECT_EQ(duration_text(86'400'000), "24 h");
    EXPECT_EQ(duration_text(3 * 86'400'000LL), "3 d");
    EXPECT_EQ(time_of_day("2026-11-26T18:01:02.5Z"), "18:01:02");
    EXPECT_EQ(date_and_time("2026-11-26T18:01:02Z"), "2026-11-26 18:01:02");
    EXPECT_EQ(time_of_day("soon"), "soon");
}

TEST(Text, ABarIsFullFromTheLimitOnOnly) {
    EXPECT_EQ(bar(0, 100, 10), "..........");
    EXPECT_EQ(bar(1, 1'000, 10), "#.........");
    EXPECT_EQ(bar(50, 100, 10), "#####.....");
    EXPECT_EQ(bar(999, 1'000, 10), "#########.");
    EXPECT_EQ(bar(100, 100, 10), "##########");
    EXPECT_EQ(bar(250, 100, 10), "##########");
    EXPECT_EQ(bar(0, 0, 4), "####");
    EXPECT_EQ(share_text(1, 3), "33%");
    EXPECT_EQ(share_text(5, 4), "125%");
    EXPECT_EQ(share_text(5, 0), "-");
}

class Tables : public ::testing::Test {
protected:
    Tables() {
        table_.add({"a-very-long-name-of-a-key", "12", "x"});
        table_.add({"b", "1,234"});
    }
    Table table_{{{"KEY", Align::left, true}, {"USED", Align::right}, {"MODE"}}};
};

TEST_F(Tables, AreAlignedAndEndWithoutBlanks) {
    EXPECT_THAT(table_.lines(0),
                ElementsAre("KEY                         USED  MODE", "a-very-long-name-of-a-key     12  x",
                            "b                          1,234"));
}

TEST_F(Tables, ShrinkWhatMayShrinkAndThenAreCut) {
    EXPECT_THAT(table_.lines(25),
                ElementsAre("KEY            USED  MODE", "a-very-long…     12  x", "b             1,234"));
    EXPECT_THAT(table_.lines(12), ElementsAre("KEY        …", "a-very-…   …", "b         1…"));
}

}  // namespace
}  // namespace weir::cli
