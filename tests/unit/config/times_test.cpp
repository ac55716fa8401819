// Points in time, read and written.
#include "config/times.hpp"

#include <gtest/gtest.h>

#include "config/unexpected.hpp"
#include "text/times.hpp"
#include "unit/config/runtime_sources.hpp"

namespace weir::config {
namespace {

TEST(Times, AreReadAsRfc3339HasThem) {
    const std::pair<const char*, std::int64_t> rows[]{
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-26T12:00:00Z", noon_us},
        {"2026-11-26t12:00:00z", noon_us},
        {"2026-11-26 12:00:00Z", noon_us},
        {"2026-11-26T13:30:00+01:30", noon_us},
        {"2026-11-25T23:00:00-13:00", noon_us},
        {"2026-11-26T12:00:00.5Z", noon_us + 500'000},
        {"2026-11-26T12:00:00.0000019Z", noon_us + 1},
        {"2026-11-26T11:59:60Z", noon_us},
        {"2024-02-29T00:00:00Z", 1'709'164'800'000'000},
        {"9999-12-31T23:59:59Z", 253'402'300'799'000'000},
    };
    for (const auto& [text, time_us] : rows) {
        EXPECT_EQ(parse_timestamp_us(text), time_us) << text;
        EXPECT_EQ(parse_time_us(text, 0), time_us) << text;
    }
}

TEST(Times, OfDayAreTheNextOnes) {
    EXPECT_EQ(parse_time_us("18:00", noon_us), noon_us + 6 * hour_us);
    EXPECT_EQ(parse_time_us("18:00:30", noon_us), noon_us + 6 * hour_us + 30'000'000);
    EXPECT_EQ(parse_time_us("12:00", noon_us), noon_us + 24 * hour_us) << "not now";
    EXPECT_EQ(parse_time_us("12:00", noon_us - 1), noon_us);
    EXPECT_EQ(parse_time_us("00:00", noon_us), noon_us + 12 * hour_us);
}

TEST(Times, AreRefusedWhereTheyAreNone) {
    for (const char* text : {"",
                             "now",
                             "2026-11-26",
                             "2026-11-26T12:00:00",
                             "2026-11-26T12:00Z",
                             "2026-13-01T00:00:00Z",
                             "2026-02-29T00:00:00Z",
                             "2026-11-31T00:00:00Z",
                             "2026-11-26T24:00:00Z",
                             "2026-11-26T12:60:00Z",
                             "2026-11-26T12:00:61Z",
                             "2026-11-26T12:00:00.Z",
                             "2026-11-26T12:00:00+1:00",
                             "2026-11-26T12:00:00+24:00",
                             "2026-11-26T12:00:00Z ",
                             " 2026-11-26T12:00:00Z",
                             "1969-12-31T23:59:59Z",
                             "20261126T120000Z",
                             "2026-11-26T12:00:00+0100",
                             "-026-11-26T12:00:00Z"}) {
        EXPECT_THROW(parse_timestamp_us(text), Unexpected) << text;
        EXPECT_THROW(parse_time_us(text, noon_us), Unexpected) << text;
    }
    EXPECT_THROW(parse_timestamp_us("18:00"), Unexpected) << "in a document it would never end";
    for (const char* text : {"24:00", "18", "18:0", "18:00:", "18:00Z", "6pm"}) {
        EXPECT_THROW(parse_time_us(text, noon_us), Unexpected) << text;
    }
}

TEST(Times, AreReadAsTheyAreWritten) {
    for (const std::int64_t time_us : {noon_us, noon_us + 123'456, std::int64_t{1'709'164'799'999'999}}) {
        EXPECT_EQ(parse_timestamp_us(text::rfc3339(time_us)), time_us);
    }
}

}  // namespace
}  // namespace weir::config
