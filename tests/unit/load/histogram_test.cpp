// Percentiles within their promise, over values of every size.
#include "load/histogram.hpp"

#include <gtest/gtest.h>

#include <cmath>

using weir::load::CoarseHistogram;
using weir::load::Histogram;

TEST(Histogram, ReadsOutAtMostOnePercentTooHighAndNeverTooLow) {
    for (double value = 1; value < 6e10; value *= 1.037) {
        Histogram histogram;
        const auto exact = static_cast<std::uint64_t>(value);
        histogram.add(exact);
        histogram.add(std::uint64_t{1} << 36U);  // so that the maximum does not help
        EXPECT_GE(histogram.at(0.25), exact);
        EXPECT_LE(static_cast<double>(histogram.at(0.25)), static_cast<double>(exact) * 1.01);
    }
}

TEST(Histogram, PercentilesOfAKnownSeries) {
    Histogram histogram;
    for (std::uint64_t i = 1; i <= 100; ++i) histogram.add(i);
    EXPECT_EQ(histogram.at(0.5), 51U);
    EXPECT_EQ(histogram.at(0.99), 100U);
    EXPECT_EQ(histogram.at(1), 100U);
    EXPECT_DOUBLE_EQ(histogram.mean(), 50.5);
    EXPECT_EQ(histogram.count(), 100U);
    EXPECT_EQ(histogram.max(), 100U);
}

TEST(Histogram, KeepsTheTrueMaximumOfWhatIsTooLarge) {
    CoarseHistogram histogram;
    histogram.add(std::uint64_t{1} << 40U);
    EXPECT_EQ(histogram.max(), std::uint64_t{1} << 40U);
    EXPECT_EQ(histogram.count(), 1U);
}

TEST(Histogram, AnEmptyOneIsZero) {
    const Histogram histogram;
    EXPECT_EQ(histogram.at(0.99), 0U);
    EXPECT_EQ(histogram.mean(), 0);
}

TEST(Histogram, MergedAndTakenApartAgain) {
    Histogram before;
    before.add(10);
    Histogram now = before;
    Histogram more;
    more.add(20);
    more.add(30);
    now.merge(more);
    const Histogram added = now.since(before);
    EXPECT_EQ(added.count(), 2U);
    EXPECT_EQ(added.at(0), 20U);
    EXPECT_DOUBLE_EQ(added.mean(), 25);
}

TEST(Histogram, TellsItsBucketsInOrder) {
    Histogram histogram;
    for (const std::uint64_t value : {5U, 5U, 100'000U}) histogram.add(value);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> buckets;
    histogram.each([&](std::uint64_t edge, std::uint64_t count) { buckets.emplace_back(edge, count); });
    ASSERT_EQ(buckets.size(), 2U);
    EXPECT_EQ(buckets[0], std::make_pair(std::uint64_t{5}, std::uint64_t{2}));
    EXPECT_GE(buckets[1].first, 100'000U);
    EXPECT_EQ(buckets[1].second, 1U);
}
