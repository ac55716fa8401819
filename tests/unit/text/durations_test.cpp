// Windows and waiting times, row by row.
#include "text/durations.hpp"

#include <gtest/gtest.h>

namespace weir::text {
namespace {

constexpr std::int64_t second_us = 1'000'000;

TEST(Durations, UnitsHaveOneLetter) {
    EXPECT_EQ(unit_us('s'), second_us);
    EXPECT_EQ(unit_us('m'), 60 * second_us);
    EXPECT_EQ(unit_us('h'), 3'600 * second_us);
    EXPECT_EQ(unit_us('d'), 86'400 * second_us);
    for (const char other : {'S', 'w', ' ', '\0'}) EXPECT_EQ(unit_us(other), std::nullopt);
}

TEST(Durations, WindowsAreWrittenInTheLargestUnit) {
    struct Row {
        std::int64_t window_s;
        const char* text;
        const char* words;
    };
    for (const Row& row : {Row{1, "1s", "second"}, Row{7, "7s", "7 s"}, Row{60, "1m", "min"},
                           Row{61, "61s", "61 s"}, Row{300, "5m", "5 min"}, Row{3'600, "1h", "hour"},
                           Row{5'400, "90m", "90 min"}, Row{7'200, "2h", "2 hours"}, Row{86'400, "1d", "day"},
                           Row{90'000, "25h", "25 hours"}, Row{2'678'400, "31d", "31 days"}}) {
        EXPECT_EQ(window_text(row.window_s * second_us), row.text);
        EXPECT_EQ(window_in_words(row.window_s * second_us), row.words);
    }
    EXPECT_EQ(window_text(1'500'000), "1.5s");
    EXPECT_EQ(window_in_words(1'500'000), "1.5s");
    EXPECT_EQ(window_text(0), "0s");
}

TEST(Durations, GoDurationsAreRoundedUp) {
    EXPECT_EQ(go_duration(0), "0s");
    EXPECT_EQ(go_duration(-5), "0s");
    EXPECT_EQ(go_duration(1), "1ms");
    EXPECT_EQ(go_duration(120'000), "120ms");
    EXPECT_EQ(go_duration(999'001), "1s");
    EXPECT_EQ(go_duration(1'780'000), "1.78s");
    EXPECT_EQ(go_duration(1'005'000), "1.005s");
    EXPECT_EQ(go_duration(60'000'000), "1m0s");
    EXPECT_EQ(go_duration(360'000'000), "6m0s");
    EXPECT_EQ(go_duration(90'500'000), "1m30.5s");
    EXPECT_EQ(go_duration(3'600'000'000), "1h0m0s");
    EXPECT_EQ(go_duration(86'461'001'000), "24h1m1.001s");
}

}  // namespace
}  // namespace weir::text
