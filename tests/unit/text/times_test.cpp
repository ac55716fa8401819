// Days and times of the UTC calendar.
#include "text/times.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace weir::text {
namespace {

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::int64_t noon_us = 1'795'694'400'000'000;  // 2026-11-26T12:00:00Z

TEST(Days, BeginAtMidnightUtc) {
    EXPECT_EQ(day_of(0), 0);
    EXPECT_EQ(day_of(day_us - 1), 0);
    EXPECT_EQ(day_of(day_us), 1);
    EXPECT_EQ(day_of(-1), -1);
    EXPECT_EQ(day_of(-day_us), -1);
    EXPECT_EQ(day_of(-day_us - 1), -2);
}

TEST(Days, AreReadAsTheyAreWritten) {
    EXPECT_EQ(day_text(0), "1970-01-01");
    EXPECT_EQ(parse_day("1970-01-01"), 0);
    for (const char* text : {"2026-11-26", "2024-02-29", "9999-12-31"}) {
        ASSERT_TRUE(parse_day(text)) << text;
        EXPECT_EQ(day_text(*parse_day(text)), text);
    }
    EXPECT_EQ(*parse_day("2000-03-01") - *parse_day("2000-02-28"), 2);
    for (std::int64_t day = 0; day < 40'000; ++day) ASSERT_EQ(parse_day(day_text(day)), day);
    EXPECT_EQ(day_text(-1), "1970-01-01");
    EXPECT_EQ(day_text(std::numeric_limits<std::int64_t>::max()), "9999-12-31");
}

TEST(Days, AreNothingElse) {
    for (const char* text :
         {"", "2026-11-2", "2026-11-031", "2026-1-26", "2026-13-01", "2026-02-29", "2026-00-10", "2026-10-00",
          "2026/11/26", "+026-11-26", "1969-12-31", "yesterday", "2026-11-26T", " 2026-11-26"}) {
        EXPECT_FALSE(parse_day(text)) << text;
    }
}

TEST(Times, AreWrittenWithMicrosecondsOnlyWhereThereAreAny) {
    EXPECT_EQ(rfc3339(noon_us), "2026-11-26T12:00:00Z");
    EXPECT_EQ(rfc3339(noon_us + 1), "2026-11-26T12:00:00.000001Z");
    EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00Z");
    EXPECT_EQ(rfc3339(-1), "1969-12-31T23:59:59.999999Z");
}

TEST(Times, AreWrittenToTheSecond) {
    EXPECT_EQ(rfc3339_seconds(1'700'000'040'999'999), "2023-11-14T22:14:00Z");
    EXPECT_EQ(rfc3339_seconds(0), "1970-01-01T00:00:00Z");
    EXPECT_EQ(rfc3339_seconds(std::numeric_limits<std::int64_t>::max()).substr(0, 10), "9999-12-31");
}

TEST(Times, OfLogsAlwaysHaveMicroseconds) {
    const auto text = [](std::int64_t time_us) {
        std::string out;
        append_timestamp(out, time_us);
        return out;
    };
    EXPECT_EQ(text(1'795'662'206'123'456), "2026-11-26T03:03:26.123456Z");
    EXPECT_EQ(text(1'795'662'206'999'999), "2026-11-26T03:03:26.999999Z");
    EXPECT_EQ(text(1'795'662'207'000'000), "2026-11-26T03:03:27.000000Z");
    EXPECT_EQ(text(1'709'164'800'000'001), "2024-02-29T00:00:00.000001Z");
    EXPECT_EQ(text(0), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(text(-1), "1970-01-01T00:00:00.000000Z");
}

TEST(HttpDate, IsWrittenAsRfc9110Says) {
    EXPECT_EQ(http_date(784'111'777'000'000), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(http_date(noon_us), "Thu, 26 Nov 2026 12:00:00 GMT");
    EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace weir::text
