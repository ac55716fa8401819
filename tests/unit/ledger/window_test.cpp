// The window's arithmetic, by example and over every offset of a bucket.
#include "weir/window.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/manual_clock.hpp"

namespace weir::testing {
namespace {

using enum Dimension;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t minute_us = 60 * second_us;
constexpr std::int64_t month_us = 31 * 24 * 60 * minute_us;
constexpr std::int64_t all_windows_us[] = {second_us, 7 * second_us, minute_us, month_us};

/// Adds to the current bucket, as an event of `now_us`.
void charge_now(Window& window, std::int64_t now_us, const Amounts& amounts) {
    window.trim(now_us);
    window.add(bucket_of(now_us, window.window_us()), amounts);
}

Amounts sum_at(Window& window, std::int64_t now_us) {
    window.trim(now_us);
    return window.sum();
}

Limits limits_of(Dimension dimension, std::int64_t limit) {
    Limits limits;
    limits.set(dimension, limit);
    return limits;
}

TEST(WindowBuckets, WidthIsTheWindowsHundredAndTwentiethRoundedUp) {
    EXPECT_EQ(bucket_width_us(second_us), 8'334);
    EXPECT_EQ(bucket_width_us(7 * second_us), 58'334);
    EXPECT_EQ(bucket_width_us(minute_us), 500'000);
    EXPECT_EQ(bucket_width_us(month_us), 22'320 * second_us);
    EXPECT_EQ(bucket_width_us(121), 2);
    EXPECT_EQ(bucket_width_us(120), 1);
}

TEST(WindowBuckets, AnEventOnAnEdgeExpiresAfterExactlyTheWindow) {
    EXPECT_EQ(bucket_of(some_minute_us, minute_us) * 500'000, some_minute_us + minute_us);
    EXPECT_EQ(bucket_of(some_minute_us + 1, minute_us) * 500'000, some_minute_us + minute_us + 500'000);
    EXPECT_EQ(bucket_of(some_minute_us - 1, minute_us), bucket_of(some_minute_us, minute_us));
}

TEST(WindowBuckets, ALeaseIsTheWindowOrTwoMinutes) {
    EXPECT_EQ(lease_us(second_us), second_us);
    EXPECT_EQ(lease_us(2 * minute_us), 2 * minute_us);
    EXPECT_EQ(lease_us(month_us), 2 * minute_us);
    EXPECT_EQ(lease_bucket_of(some_minute_us, minute_us), bucket_of(some_minute_us, minute_us));
    EXPECT_LT(lease_bucket_of(some_minute_us, month_us), bucket_of(some_minute_us, month_us));
    EXPECT_GE(lease_bucket_of(some_minute_us, month_us) * bucket_width_us(month_us),
              some_minute_us + 2 * minute_us);
}

TEST(Window, NeverUnderCountsAndForgetsAtMostABucketLate) {
    for (const std::int64_t window_us : all_windows_us) {
        const std::int64_t width = bucket_width_us(window_us);
        for (const std::int64_t offset : {std::int64_t{0}, std::int64_t{1}, width / 2, width - 1, width}) {
            Window window(window_us);
            const std::int64_t at_us = some_minute_us / width * width + offset;
            charge_now(window, at_us, {1, 2, 3});
            EXPECT_EQ(sum_at(window, at_us + window_us - 1), (Amounts{1, 2, 3}))
                << window_us << " " << offset;
            const std::int64_t gone_at_us = window.empty_at_us();
            EXPECT_GE(gone_at_us, at_us + window_us);
            EXPECT_LT(gone_at_us, at_us + window_us + width);
            EXPECT_EQ(sum_at(window, gone_at_us - 1), (Amounts{1, 2, 3}));
            EXPECT_EQ(sum_at(window, gone_at_us), Amounts{});
            EXPECT_EQ(window.empty_at_us(), 0);
        }
    }
}

TEST(Window, HoldsAtMost121EntriesAtAnyRate) {
    for (const std::int64_t window_us : {std::int64_t{121}, second_us, 7 * second_us, minute_us, month_us}) {
        Window window(window_us);
        std::size_t entries_max = 0;
        const std::int64_t step_us = std::max<std::int64_t>(bucket_width_us(window_us) / 3, 1);
        for (int i = 0; i < 1'000; ++i) {
            const std::int64_t now_us = some_minute_us + i * step_us;
            charge_now(window, now_us, {1, 1, 0});
            window.add(lease_bucket_of(now_us, window_us), {0, 0, 1});
            entries_max = std::max(entries_max, window.entry_count());
        }
        EXPECT_LE(entries_max, 121U) << window_us;
        EXPECT_GE(entries_max, window_us == 121 ? 61U : 119U) << window_us;
    }
}

TEST(Window, EventsOfOneBucketShareAnEntry) {
    Window window(minute_us);
    charge_now(window, some_minute_us + 1, {1, 10, 0});
    charge_now(window, some_minute_us + 500'000, {1, 20, 5});
    EXPECT_EQ(window.entry_count(), 1U);
    charge_now(window, some_minute_us + 500'001, {1, 0, 0});
    EXPECT_EQ(window.entry_count(), 2U);
    EXPECT_EQ(window.sum(), (Amounts{3, 30, 5}));
}

TEST(Window, AddingNothingMakesNoEntry) {
    Window window(minute_us);
    charge_now(window, some_minute_us, {});
    EXPECT_EQ(window.entry_count(), 0U);
    EXPECT_EQ(window.empty_at_us(), 0);
}

TEST(Window, EntriesAddedOutOfOrderExpireInOrder) {
    Window window(minute_us);
    const std::int64_t current = bucket_of(some_minute_us, minute_us);
    window.add(current, {1, 0, 0});
    window.add(current - 60, {0, 1, 0});
    window.add(current - 30, {0, 0, 1});
    EXPECT_EQ(sum_at(window, some_minute_us + 30 * second_us), (Amounts{1, 0, 1}));
    EXPECT_EQ(sum_at(window, some_minute_us + 45 * second_us), (Amounts{1, 0, 0}));
    EXPECT_EQ(sum_at(window, some_minute_us + 60 * second_us), Amounts{});
}

TEST(Window, RemovesWhatTheBucketHoldsAndNoMore) {
    Window window(minute_us);
    const std::int64_t bucket = bucket_of(some_minute_us, minute_us);
    window.add(bucket, {1, 100, 10});
    window.add(bucket - 1, {5, 500, 50});
    window.remove(bucket, {0, 30, 0});
    EXPECT_EQ(window.sum(), (Amounts{6, 570, 60}));
    window.remove(bucket, {3, 70, 4});
    EXPECT_EQ(window.sum(), (Amounts{5, 500, 56}));
    window.remove(bucket + 1, {1, 1, 1});
    window.remove(bucket - 2, {1, 1, 1});
    EXPECT_EQ(window.sum(), (Amounts{5, 500, 56}));
    window.remove(bucket, {9, 9, 9});
    EXPECT_EQ(window.entry_count(), 1U);
    EXPECT_EQ(window.sum(), (Amounts{5, 500, 50}));
}

TEST(Window, FoldsWhatLiesAheadWhenTimeStepsBack) {
    Window window(minute_us);
    charge_now(window, some_minute_us, {1, 10, 0});
    charge_now(window, some_minute_us + 10 * second_us, {1, 20, 0});
    charge_now(window, some_minute_us + 20 * second_us, {1, 30, 0});
    EXPECT_EQ(sum_at(window, some_minute_us + 5 * second_us), (Amounts{3, 60, 0}));
    EXPECT_EQ(window.entry_count(), 2U);
    EXPECT_EQ(window.empty_at_us(), some_minute_us + 65 * second_us);
    EXPECT_EQ(sum_at(window, some_minute_us + 60 * second_us), (Amounts{2, 50, 0}));
}

TEST(Window, FoldsIntoAnEntryThatIsThere) {
    Window window(minute_us);
    charge_now(window, some_minute_us, {1, 10, 0});
    charge_now(window, some_minute_us + second_us, {1, 20, 4});
    EXPECT_EQ(sum_at(window, some_minute_us), (Amounts{2, 30, 4}));
    EXPECT_EQ(window.entry_count(), 1U);
}

TEST(Window, ResetIsTheLastExpiryOfTheDimension) {
    Window window(minute_us);
    charge_now(window, some_minute_us, {1, 10, 0});
    charge_now(window, some_minute_us + 10 * second_us, {1, 0, 0});
    const std::int64_t now_us = some_minute_us + 20 * second_us;
    window.trim(now_us);
    EXPECT_EQ(window.reset_us(requests, now_us), 50 * second_us);
    EXPECT_EQ(window.reset_us(input_tokens, now_us), 40 * second_us);
    EXPECT_EQ(window.reset_us(total_tokens, now_us), 40 * second_us);
    EXPECT_EQ(window.reset_us(output_tokens, now_us), 0);
}

TEST(Window, FindsRoomUpToTheLimit) {
    Window window(minute_us);
    charge_now(window, some_minute_us, {1, 60, 0});
    const Limits limits = limits_of(input_tokens, 100);
    EXPECT_FALSE(window.find_no_room({1, 40, 0}, limits, some_minute_us));
    const auto no_room = window.find_no_room({1, 41, 0}, limits, some_minute_us);
    ASSERT_TRUE(no_room);
    EXPECT_EQ(no_room->dimension, input_tokens);
    EXPECT_EQ(no_room->used, 60);
    EXPECT_EQ(no_room->retry_after_us, minute_us);
}

TEST(Window, WalksOnlyAsFarAsTheDemandNeeds) {
    Window window(minute_us);
    for (int i = 0; i < 5; ++i) charge_now(window, some_minute_us + i * second_us, {1, 0, 20});
    const std::int64_t now_us = some_minute_us + 10 * second_us;
    const Limits limits = limits_of(output_tokens, 100);
    EXPECT_EQ(window.find_no_room({1, 0, 20}, limits, now_us)->retry_after_us, 50 * second_us);
    EXPECT_EQ(window.find_no_room({1, 0, 21}, limits, now_us)->retry_after_us, 51 * second_us);
    EXPECT_EQ(window.find_no_room({1, 0, 100}, limits, now_us)->retry_after_us, 54 * second_us);
}

TEST(Window, TheLongestWaitingDimensionDecides) {
    Window window(minute_us);
    charge_now(window, some_minute_us, {5, 0, 0});
    charge_now(window, some_minute_us + second_us, {0, 50, 50});
    Limits limits = limits_of(requests, 5);
    limits.set(total_tokens, 100);
    const auto no_room = window.find_no_room({1, 1, 0}, limits, some_minute_us + second_us);
    EXPECT_EQ(no_room->dimension, total_tokens);
    EXPECT_EQ(no_room->used, 100);
    EXPECT_EQ(no_room->retry_after_us, minute_us);
    EXPECT_EQ(window.find_no_room({1, 0, 0}, limits, some_minute_us + second_us)->dimension, requests);
}

TEST(Window, DebtDelaysOnlyWhoDemandsOfTheDimension) {
    Window window(minute_us);
    charge_now(window, some_minute_us, {1, 0, 60});
    const std::int64_t now_us = some_minute_us + second_us;
    charge_now(window, now_us, {1, 0, 500});
    const Limits limits = limits_of(output_tokens, 100);
    EXPECT_EQ(window.find_no_room({1, 0, 1}, limits, now_us)->used, 560);
    EXPECT_EQ(window.find_no_room({1, 0, 1}, limits, now_us)->retry_after_us, minute_us);
    EXPECT_FALSE(window.find_no_room({1, 10, 0}, limits, now_us));
}

}  // namespace
}  // namespace weir::testing
