// Limits that would hold nobody back.
#include "learning/recommended_limit.hpp"

#include <gtest/gtest.h>

namespace weir::learning {
namespace {

TEST(Friendly, IsTheNextNumberThatPeopleSet) {
    EXPECT_EQ(friendly_number_from(0.0), 1);
    EXPECT_EQ(friendly_number_from(1.1), 2) << "whole numbers only";
    EXPECT_EQ(friendly_number_from(2.0), 2);
    EXPECT_EQ(friendly_number_from(7.0), 8);
    EXPECT_EQ(friendly_number_from(8.5), 10);
    EXPECT_EQ(friendly_number_from(11.0), 12);
    EXPECT_EQ(friendly_number_from(21.0), 25);
    EXPECT_EQ(friendly_number_from(120.0), 120);
    EXPECT_EQ(friendly_number_from(120.00000001), 120) << "off by rounding alone";
    EXPECT_EQ(friendly_number_from(121.0), 150);
    EXPECT_EQ(friendly_number_from(1'234'567.0), 1'500'000);
    EXPECT_EQ(friendly_number_from(1e15), 1'000'000'000'000) << "what a configuration takes";
}

TEST(ForAMinute, NeedsADayOfBusyHours) {
    const RecommendedLimit none = recommend_for_minute(std::vector<double>(23, 10.0));
    EXPECT_FALSE(none.has_history);
    EXPECT_EQ(none.hours, 23U);
    EXPECT_EQ(none.hours_needed, 24U);
    EXPECT_EQ(none.limit, 0);
    EXPECT_TRUE(recommend_for_minute(std::vector<double>(24, 10.0)).has_history);
}

TEST(ForAMinute, IsAFifthAboveWhat99Of100HoursKeepTo) {
    std::vector<double> peaks(400, 100.0);
    peaks[7] = 5'000.0;  // a burst
    const RecommendedLimit limit = recommend_for_minute(std::move(peaks));
    EXPECT_EQ(limit.p99, 100);
    EXPECT_EQ(limit.limit, 120);
}

TEST(ForADay, NeedsAWeek) {
    EXPECT_FALSE(recommend_for_day({0, std::vector<double>(167, 10.0)}).has_history);
    const RecommendedLimit limit = recommend_for_day({0, std::vector<double>(168, 10.0)});
    ASSERT_TRUE(limit.has_history);
    EXPECT_EQ(limit.p99, 240);
    EXPECT_EQ(limit.limit, 300);
}

TEST(ForADay, TakesAnyDayThatSlides) {
    std::vector<double> hours(336, 0.0);
    // Two halves of one busy day, on both sides of midnight.
    for (std::size_t i = 156; i < 180; ++i) hours[i] = 50.0;
    EXPECT_EQ(recommend_for_day({0, std::move(hours)}).p99, 1'100);
}

}  // namespace
}  // namespace weir::learning
