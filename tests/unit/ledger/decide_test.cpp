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

TEST(Choose, TheLedgerThatWaitsLongestIsNamed) {
    const Window quick = window_of(minute_us, {1, 0, 0});
    const Window slow = window_of(2 * minute_us, {0, 9, 0});
    const std::vector<LedgerLimits> ledgers{ledger(minute_us, requests, 1), ledger(minute_us, requests, 1),
                                            ledger(2 * minute_us, input_tokens, 10)};
    const std::vector<const Window*> windows{nullptr, &quick, &slow};
    const auto refusal = choose({1, 2, 0}, ledgers, windows, now_us).refusal;
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->ledger_index, 2U);
    EXPECT_EQ(refusal->dimension, input_tokens);
    EXPECT_EQ(refusal->limit, 10);
    EXPECT_EQ(refusal->used, 9);
    EXPECT_EQ(refusal->requested, 2);
    EXPECT_EQ(refusal->retry_after_us, 2 * minute_us);
    EXPECT_EQ(choose({1, 1, 0}, ledgers, windows, now_us).refusal->ledger_index, 1U);
    EXPECT_FALSE(choose({0, 1, 0}, ledgers, windows, now_us).refusal);
}

/// Its own one and two candidates of one each.
class ChooseOfSeveral : public ::testing::Test {
protected:
    Choice choose_with(std::int64_t own_used, std::int64_t first_used, std::int64_t second_used,
                       std::int64_t first_limit = 10) {
        ledgers_[1].limits.set(requests, first_limit);
        own_ = window_of(4 * minute_us, {own_used, 0, 0});
        first_ = window_of(2 * minute_us, {first_used, 0, 0});
        second_ = window_of(3 * minute_us, {second_used, 0, 0});
        const std::vector<const Window*> windows{&own_, &first_, &second_};
        return choose({1, 0, 0}, set(), windows, now_us);
    }
    LedgerSet set() const {
        LedgerSet set;
        set.add(ledgers_[0]);
        for (const std::size_t of_candidate : {1U, 2U}) {
            set.begin_candidate();
            set.add(ledgers_[of_candidate]);
        }
        return set;
    }

    std::vector<LedgerLimits> ledgers_{ledger(4 * minute_us, requests, 10),
                                       ledger(2 * minute_us, requests, 10),
                                       ledger(3 * minute_us, requests, 10)};
    Window own_{minute_us}, first_{minute_us}, second_{minute_us};
};

TEST_F(ChooseOfSeveral, TheFirstThatHasRoom) {
    EXPECT_EQ(choose_with(9, 9, 0).candidate, 0U);
    EXPECT_FALSE(choose_with(9, 9, 0).refusal);
    EXPECT_EQ(choose_with(9, 10, 9).candidate, 1U);
    EXPECT_FALSE(choose_with(9, 10, 9).refusal);
}

TEST_F(ChooseOfSeveral, NoneHasRoomSoTheOneThatHasItFirstIsWaitedFor) {
    const Choice choice = choose_with(9, 10, 10);
    EXPECT_EQ(choice.candidate, 0U);
    ASSERT_TRUE(choice.refusal);
    EXPECT_EQ(choice.refusal->ledger_index, 1U);
    EXPECT_EQ(choice.refusal->retry_after_us, 2 * minute_us);
}

TEST_F(ChooseOfSeveral, ItsOwnIsWaitedForWhereThatTakesLonger) {
    const Choice choice = choose_with(10, 10, 0);
    EXPECT_EQ(choice.candidate, 1U);
    ASSERT_TRUE(choice.refusal);
    EXPECT_EQ(choice.refusal->ledger_index, 0U);
}

TEST_F(ChooseOfSeveral, OneThatCouldNeverAdmitIsNoCandidate) {
    EXPECT_EQ(choose_with(9, 0, 9, 0).candidate, 1U);
    EXPECT_EQ(choose_with(9, 0, 10, 0).refusal->ledger_index, 2U);
    EXPECT_FALSE(find_impossible({1, 0, 0}, set())) << "the second could";
    ledgers_[2].limits.set(requests, 0);
    const auto impossible = find_impossible({1, 0, 0}, set());
    ASSERT_TRUE(impossible);
    EXPECT_EQ(impossible->refusal.ledger_index, 1U);
}

TEST(LedgerSet, ACandidateKeepsItsLedgersWhenAnotherIsTakenOut) {
    const std::vector<LedgerLimits> ledgers(4);
    LedgerSet set;
    set.add(ledgers[0]);
    set.add(ledgers[1]);
    set.begin_candidate();
    set.begin_candidate();
    set.add(ledgers[2]);
    set.add(ledgers[3]);
    EXPECT_EQ(set.with_candidate(0).size(), 2U);
    EXPECT_EQ(set.with_candidate(1).size(), 4U);
    set.remove(0);
    EXPECT_EQ(set.own().end, 1U);
    EXPECT_EQ(set.candidate(0).begin, set.candidate(0).end);
    set.remove(1);
    EXPECT_EQ(set.with_candidate(0).size(), 1U);
    ASSERT_EQ(set.with_candidate(1).size(), 2U);
    EXPECT_EQ(&set.with_candidate(1)[1], &ledgers[3]);
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
    const auto tightest = tightest_of(levels, ledgers, 0);
    EXPECT_EQ(tightest[0]->ledger_index, 2U);
    EXPECT_EQ(tightest[1]->ledger_index, 4U);
    EXPECT_FALSE(tightest[2].has_value());
    EXPECT_FALSE(tightest[3].has_value());
    ledgers[2].enforced = ledgers[4].enforced = false;
    EXPECT_EQ(tightest_of(levels, ledgers, 0)[0]->ledger_index, 3U);
    EXPECT_FALSE(tightest_of(levels, ledgers, 0)[1].has_value());
}

TEST(Choose, OfRequestsInFlightTheTimeIsASecond) {
    const LedgerLimits slots = ledger(in_flight_lease_us, in_flight, 2);
    const Window full = window_of(in_flight_lease_us, {0, 0, 2});
    const Window half = window_of(in_flight_lease_us, {0, 0, 1});
    const std::vector<LedgerLimits> ledgers{slots};
    const std::vector<const Window*> is_full{&full}, is_half{&half};
    const auto refusal = choose({1, 900, 900}, ledgers, is_full, now_us).refusal;
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->dimension, in_flight);
    EXPECT_EQ(refusal->used, 2);
    EXPECT_EQ(refusal->requested, 1);
    EXPECT_EQ(refusal->retry_after_us, in_flight_retry_us);
    EXPECT_FALSE(choose({1, 900, 900}, ledgers, is_half, now_us).refusal);
    EXPECT_FALSE(choose({0, 900, 900}, ledgers, is_full, now_us).refusal);
    std::vector<Level> levels;
    append_levels(levels, 0, slots, &full, now_us);
    ASSERT_EQ(levels.size(), 1U);
    EXPECT_EQ(levels[0].used, 2);
    EXPECT_EQ(levels[0].reset_us, 0);
}

}  // namespace
}  // namespace weir::testing
