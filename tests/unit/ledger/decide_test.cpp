// One verdict out of several windows, and the levels that are told with it.
#include "ledger/decide.hpp"

#include <gtest/gtest.h>

#include "support/manual_clock.hpp"

namespace weir::testing {
namespace {

using enum Dimension;

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t now_us = some_minute_us;

LedgerLimits ledger(std::int64_t window_us, Dimension dimension, std::int64_t limit) {
    LedgerLimits made;
    made.window_us = window_us;
    made.limits.set(dimension, limit);
    return made;
}

Window window_of(std::int64_t window_us, const Amounts& amounts) {
    Window window(window_us);
    window.add(bucket_of(now_us, window_us), amounts);
    return window;
}

TEST(FindRefusal, TheLedgerThatWaitsLongestIsNamed) {
    const Window quick = window_of(minute_us, {1, 0, 0});
    const Window slow = window_of(2 * minute_us, {0, 9, 0});
    const std::vector<LedgerLimits> ledgers{ledger(minute_us, requests, 1), ledger(minute_us, requests, 1),
                                            ledger(2 * minute_us, input_tokens, 10)};
    const std::vector<const Window*> windows{nullptr, &quick, &slow};
    const auto refusal = find_refusal({1, 2, 0}, ledgers, windows, now_us);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->ledger_index, 2U);
    EXPECT_EQ(refusal->dimension, input_tokens);
    EXPECT_EQ(refusal->limit, 10);
    EXPECT_EQ(refusal->used, 9);
    EXPECT_EQ(refusal->requested, 2);
    EXPECT_EQ(refusal->retry_after_us, 2 * minute_us);
    EXPECT_EQ(find_refusal({1, 1, 0}, ledgers, windows, now_us)->ledger_index, 1U);
    EXPECT_FALSE(find_refusal({0, 1, 0}, ledgers, windows, now_us));
}

TEST(AppendLevels, ListsLimitedDimensionsAndZerosWhereThereIsNoWindow) {
    LedgerLimits both = ledger(minute_us, total_tokens, 50);
    both.limits.set(requests, 3);
    const Window window = window_of(minute_us, {1, 20, 40});
    std::vector<Level> levels;
    append_levels(levels, 4, both, &window, now_us);
    append_levels(levels, 5, both, nullptr, now_us);
    ASSERT_EQ(levels.size(), 4U);
    EXPECT_EQ(levels[0].remaining(), 2);
    EXPECT_EQ(levels[1].dimension, total_tokens);
    EXPECT_EQ(levels[1].used, 60);
    EXPECT_EQ(levels[1].remaining(), 0) << "debt is no negative room";
    EXPECT_EQ(levels[1].reset_us, minute_us);
    EXPECT_EQ(levels[3].ledger_index, 5U);
    EXPECT_EQ(levels[3].used, 0);
    EXPECT_EQ(levels[3].reset_us, 0);
}

TEST(TightestOf, LeastRemainingThenLastToResetThenFirst) {
    const std::vector<Level> levels{{0, requests, 10, 2, 5},
                                    {1, requests, 9, 2, 3},
                                    {2, requests, 8, 1, 4},
                                    {3, requests, 7, 0, 4},
                                    {4, input_tokens, 5, 9, 1}};
    std::vector<LedgerLimits> ledgers(5);
    const auto tightest = tightest_of(levels, ledgers);
    EXPECT_EQ(tightest[0]->ledger_index, 2U);
    EXPECT_EQ(tightest[1]->ledger_index, 4U);
    EXPECT_FALSE(tightest[2].has_value());
    EXPECT_FALSE(tightest[3].has_value());
    ledgers[2].enforced = ledgers[4].enforced = false;
    EXPECT_EQ(tightest_of(levels, ledgers)[0]->ledger_index, 3U);
    EXPECT_FALSE(tightest_of(levels, ledgers)[1].has_value());
}

}  // namespace
}  // namespace weir::testing
