// What a forecast says of histories whose future is known.
#include "learning/forecast.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace weir::learning {
namespace {

constexpr std::int64_t monday = 4 * 24;  // 1970-01-05

/// Quiet nights, busy days, less on two of seven days.
double of_week(std::int64_t hour) {
    const std::int64_t at = (hour - monday) % 168;
    const double day = at % 24 >= 8 && at % 24 < 18 ? 100.0 : 10.0;
    return at / 24 >= 5 ? day / 5.0 : day;
}

HourlySeries series(std::size_t hours, const std::function<double(std::int64_t)>& value) {
    HourlySeries series{monday, {}};
    for (std::size_t i = 0; i < hours; ++i)
        series.values.push_back(value(monday + static_cast<std::int64_t>(i)));
    return series;
}

double largest_error(const Forecast& told, const std::function<double(std::int64_t)>& value) {
    double largest = 0.0;
    for (const ForecastHour& hour : told.hours)
        largest = std::max(largest, std::abs(hour.expected - value(hour.hour)));
    return largest;
}

TEST(Forecast, GoesByWhatHistoryThereIs) {
    const auto basis_of = [](std::size_t hours) { return forecast(series(hours, of_week), 24).basis; };
    EXPECT_EQ(basis_of(0), ForecastBasis::none);
    EXPECT_EQ(basis_of(2), ForecastBasis::none);
    EXPECT_EQ(basis_of(3), ForecastBasis::average);
    EXPECT_EQ(basis_of(47), ForecastBasis::average);
    EXPECT_EQ(basis_of(48), ForecastBasis::hour_of_day);
    EXPECT_EQ(basis_of(191), ForecastBasis::hour_of_day);
    EXPECT_EQ(basis_of(192), ForecastBasis::hour_of_week);
    EXPECT_TRUE(forecast(series(2, of_week), 24).hours.empty());
    EXPECT_EQ(to_string(ForecastBasis::hour_of_week), "hour_of_week");
    EXPECT_EQ(to_string(ForecastBasis::none), "none");
}

TEST(Forecast, BeginsWhereTheHistoryEnds) {
    const HourlySeries past = series(200, of_week);
    const Forecast told = forecast(past, 30);
    ASSERT_EQ(told.hours.size(), 30U);
    EXPECT_EQ(told.hours.front().hour, past.end_hour());
    EXPECT_EQ(told.hours.back().hour, past.end_hour() + 29);
}

TEST(Forecast, OfAnAverageIsTheMean) {
    const Forecast told =
        forecast(series(12, [](std::int64_t hour) { return hour % 2 == 0 ? 4.0 : 8.0; }), 5);
    for (const ForecastHour& hour : told.hours) EXPECT_NEAR(hour.expected, 6.0, 1.0);
}

TEST(Forecast, KnowsTheHourOfTheDayAfterTwoDays) {
    const auto daily = [](std::int64_t hour) { return hour % 24 >= 8 && hour % 24 < 18 ? 100.0 : 10.0; };
    EXPECT_LT(largest_error(forecast(series(60, daily), 24), daily), 5.0);
}

TEST(Forecast, KnowsTheHourOfTheWeek) {
    EXPECT_LT(largest_error(forecast(series(840, of_week), 168), of_week), 3.0);
}

TEST(Forecast, ABurstMovesItLittle) {
    const auto with_burst = [](std::int64_t hour) { return hour == monday + 700 ? 20'000.0 : of_week(hour); };
    EXPECT_LT(largest_error(forecast(series(840, with_burst), 168), of_week), 15.0);
}

TEST(Forecast, HoursThatNobodyWatchedMoveItLittle) {
    const auto with_gap = [](std::int64_t hour) {
        return hour >= monday + 600 && hour < monday + 626 ? 0.0 : of_week(hour);
    };
    EXPECT_LT(largest_error(forecast(series(840, with_gap), 168), of_week), 5.0);
}

TEST(Forecast, AWeeklyJobIsNoBurst) {
    const auto with_job = [](std::int64_t hour) {
        return (hour - monday) % 168 == 27 ? 1'000.0 : of_week(hour);
    };
    EXPECT_LT(largest_error(forecast(series(840, with_job), 168), with_job), 60.0);
}

TEST(Forecast, FollowsWhatHasDoubled) {
    const auto doubled = [](std::int64_t hour) { return of_week(hour) * (hour >= monday + 680 ? 2.0 : 1.0); };
    EXPECT_LT(largest_error(forecast(series(840, doubled), 24), doubled), 30.0);
}

TEST(Forecast, FollowsATrendAndLetsItEnd) {
    const auto growing = [](std::int64_t hour) {
        return of_week(hour) * std::pow(1.4, static_cast<double>(hour - monday) / 168.0);
    };
    const Forecast told = forecast(series(840, growing), 24 * 28);
    const auto part = [&](std::size_t ahead) {
        return told.hours[ahead].expected / growing(told.hours[ahead].hour);
    };
    EXPECT_NEAR(part(10), 1.0, 0.07);
    EXPECT_NEAR(part(2 * 24 + 10), 1.0, 0.1) << "a level alone would be 15 % too low";
    EXPECT_LT(part(27 * 24 + 10), 0.5) << "nobody grows so for another month";
}

TEST(Forecast, EndsWithAKeyThatHasFallenSilent) {
    const auto silent = [](std::int64_t hour) { return hour >= monday + 600 ? 0.0 : of_week(hour); };
    EXPECT_LT(forecast(series(840, silent), 24).hours[12].expected, 10.0);
}

TEST(Forecast, OfNothingIsNothing) {
    for (const std::size_t hours : {3U, 50U, 840U}) {
        const Forecast told = forecast(series(hours, [](std::int64_t) { return 0.0; }), 24);
        for (const ForecastHour& hour : told.hours) {
            EXPECT_EQ(hour.expected, 0.0);
            EXPECT_EQ(hour.low, 0.0);
            EXPECT_LT(hour.high, 0.001);
        }
    }
}

TEST(Forecast, TheBandIsAroundIt) {
    std::uint64_t state = 1;
    const auto noisy = [&](std::int64_t hour) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return of_week(hour) * (0.5 + static_cast<double>(state >> 40U) / 16'777'216.0);
    };
    const Forecast told = forecast(series(840, noisy), 168);
    int within = 0;
    for (const ForecastHour& hour : told.hours) {
        ASSERT_GE(hour.low, 0.0);
        ASSERT_LE(hour.low, hour.expected);
        ASSERT_LE(hour.expected, hour.high);
        const double was = noisy(hour.hour);
        within += was >= hour.low && was <= hour.high ? 1 : 0;
    }
    EXPECT_NEAR(within / 168.0, band_part, 0.12);
}

TEST(Quantile, LiesBetweenTwoValues) {
    EXPECT_EQ(quantile({}, 0.5), 0.0);
    EXPECT_EQ(quantile({7.0}, 0.99), 7.0);
    EXPECT_DOUBLE_EQ(quantile({3.0, 1.0, 2.0}, 0.5), 2.0);
    EXPECT_DOUBLE_EQ(quantile({4.0, 1.0, 2.0, 3.0}, 0.5), 2.5);
    EXPECT_DOUBLE_EQ(quantile({4.0, 1.0}, 1.0), 4.0);
}

}  // namespace
}  // namespace weir::learning
