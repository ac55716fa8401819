// When a limit is reached: by hand for windows of an hour, a day and a month.
#include "learning/limit_projection.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace weir::learning {
namespace {

constexpr std::int64_t hour_us = 3'600'000'000;
constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t hour = 490'000;
constexpr std::int64_t half_past_us = hour * hour_us + hour_us / 2;

/// So much in each whole hour before, and half of it in the one that has begun.
HourlySeries steady(std::size_t hours, double value) {
    HourlySeries past{hour - static_cast<std::int64_t>(hours), std::vector<double>(hours, value)};
    past.values.push_back(value / 2.0);
    return past;
}

Forecast coming(double value, std::size_t hours = 170) {
    Forecast told{.basis = ForecastBasis::average, .hours = {}};
    for (std::size_t i = 0; i < hours; ++i)
        told.hours.push_back({hour + static_cast<std::int64_t>(i), value, value, value});
    return told;
}

WindowNow day(double used, double limit) {
    return {.now_us = half_past_us, .window_us = 24 * hour_us, .limit = limit, .used = used};
}

TEST(Projection, WhatIsReachedIsReachedNow) {
    EXPECT_EQ(limit_reached_at_us(day(100.0, 100.0), steady(30, 4.0), coming(4.0)), half_past_us);
}

TEST(Projection, WhatComesInAsItSlidesOutReachesNothing) {
    EXPECT_FALSE(limit_reached_at_us(day(240.0, 241.0), steady(48, 10.0), coming(10.0)));
}

TEST(Projection, CountsWhatComesInBeyondWhatSlidesOut) {
    // 240 used; 30 come in an hour and 10 slide out: 40 more after two hours.
    const auto reached = limit_reached_at_us(day(240.0, 280.0), steady(48, 10.0), coming(30.0));
    ASSERT_TRUE(reached);
    EXPECT_NEAR(static_cast<double>(*reached - half_past_us), 2.0 * hour_us, 1e6);
}

TEST(Projection, AsksWhenWhatIsHeldSlidesOut) {
    // All of it came in the hour that has begun, so that nothing slides out before the window is nearly over.
    HourlySeries past{hour - 3, {0.0, 0.0, 0.0, 200.0}};
    const auto reached = limit_reached_at_us(day(200.0, 400.0), past, coming(20.0));
    ASSERT_TRUE(reached);
    EXPECT_NEAR(static_cast<double>(*reached - half_past_us), 10.0 * hour_us, 1e6);
    // The same used, but known from nowhere: it slides out evenly.
    const auto unknown =
        limit_reached_at_us(day(200.0, 400.0), HourlySeries{hour - 3, {0, 0, 0, 0}}, coming(20.0));
    ASSERT_TRUE(unknown);
    EXPECT_GT(*unknown, *reached + 5 * hour_us);
}

TEST(Projection, OfAnHourLooksAnHourAhead) {
    const WindowNow window{.now_us = half_past_us, .window_us = hour_us, .limit = 15.0, .used = 10.0};
    EXPECT_FALSE(limit_reached_at_us(window, steady(3, 10.0), coming(14.0)));
    const auto reached = limit_reached_at_us(window, steady(3, 10.0), coming(30.0));
    ASSERT_TRUE(reached);
    EXPECT_NEAR(static_cast<double>(*reached - half_past_us), 15.0 * minute_us, 1e6);
    EXPECT_EQ(projected_us(hour_us), hour_us);
}

TEST(Projection, OfAMonthLooksAWeekAhead) {
    EXPECT_EQ(projected_us(30 * 24 * hour_us), 7 * 24 * hour_us);
    const WindowNow window{
        .now_us = half_past_us, .window_us = 720 * hour_us, .limit = 8'000.0, .used = 7'200.0};
    EXPECT_FALSE(limit_reached_at_us(window, steady(839, 10.0), coming(12.0)));
    EXPECT_TRUE(limit_reached_at_us(window, steady(839, 10.0), coming(20.0)));
}

TEST(Projection, WhatIsChargedLessFillsItLater) {
    WindowNow window = day(120.0, 280.0);  // half of what came in
    window.charge_min = 0.1;
    const auto reached = limit_reached_at_us(window, steady(48, 10.0), coming(90.0));
    ASSERT_TRUE(reached);
    EXPECT_NEAR(static_cast<double>(*reached - half_past_us), 4.0 * hour_us, 1e6) << "45 in, 5 out, an hour";
}

TEST(Projection, WithoutAForecastNothingIsSaid) {
    EXPECT_FALSE(limit_reached_at_us(day(240.0, 280.0), steady(2, 10.0), Forecast{}));
}

}  // namespace
}  // namespace weir::learning
