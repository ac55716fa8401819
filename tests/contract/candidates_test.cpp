// A demand that several upstreams could serve is taken from one of them, or from nobody.
#include <string>
#include <vector>

#include "contract/contract.hpp"

namespace weir::testing {

namespace {

constexpr auto requests = Dimension::requests;
constexpr auto input_tokens = Dimension::input_tokens;
constexpr Demand one{1, 10, 0};

/// Shares no slot with others, in stores that have slots.
LedgerLimits upstream(const std::string& name, std::int64_t limit, std::int64_t window_us = minute_us) {
    LedgerLimits made = ledger("", window_us, {{requests, limit}});
    made.ledger = LedgerName("upstream:" + name, name);
    return made;
}

LedgerSet set_of(const LedgerLimits& own, const std::vector<LedgerLimits>& candidates) {
    LedgerSet set;
    set.add(own);
    for (const LedgerLimits& candidate : candidates) {
        set.begin_candidate();
        set.add(candidate);
    }
    return set;
}

class CandidatesContract : public LimiterContract {
protected:
    std::int64_t requests_in(LedgerLimits ledger) {
        ledger.limits.set(requests, limit_max);
        return store.peek({&ledger, 1}).at(0).used;
    }
    Decision reserve(const LedgerLimits& own, const std::vector<LedgerLimits>& candidates) {
        return store.reserve_from(one, set_of(own, candidates));
    }
    void settle(Decision decision) {
        ASSERT_TRUE(decision.reservation);
        store.settle(std::move(*decision.reservation), exactly(one));
    }

    const LedgerLimits key_ = ledger("key", 2 * minute_us, {{requests, 10}});
};

TEST_P(CandidatesContract, WhatOthersUsedCountsForAWindowWhateverTheRoom) {
    const LedgerLimits shared = upstream("a", 4);
    settle(reserve(key_, {shared}));
    store.count_foreign(shared, {5, 0, 0});
    EXPECT_EQ(requests_in(shared), 6);
    Decision refused = reserve(key_, {shared});
    EXPECT_EQ(refused.verdict, Verdict::refused);
    store.advance(minute_us + 2 * second_us);
    EXPECT_EQ(requests_in(shared), 0);
    settle(reserve(key_, {shared}));
}

TEST_P(CandidatesContract, WhatAllOfThemRefusedOneOfThemMayTake) {
    const std::vector<LedgerLimits> candidates{upstream("a", 1), upstream("b", 9)};
    settle(store.reserve_from(one, set_of(key_, {candidates[0]})));
    LedgerSet all;
    all.add(key_);
    for (const LedgerLimits& each : candidates) all.add(each);
    EXPECT_EQ(store.reserve_from(one, all).verdict, Verdict::refused);
    Decision decision = reserve(key_, candidates);
    ASSERT_EQ(decision.verdict, Verdict::admitted);
    EXPECT_EQ(decision.candidate, 1U);
    settle(std::move(decision));
}

TEST_P(CandidatesContract, ADecisionTellsHowTheCandidateStands) {
    const std::vector<LedgerLimits> candidates{upstream("a", 4), upstream("b", 8)};
    Decision decision = reserve(key_, candidates);
    ASSERT_FALSE(decision.candidate_levels.empty());
    const Level& level = decision.candidate_levels.front();
    EXPECT_EQ(level.ledger_index, 1U);
    EXPECT_EQ(level.dimension, requests);
    EXPECT_EQ(level.limit, 4);
    EXPECT_EQ(level.used, 1);
    for (const Level& each : decision.candidate_levels) EXPECT_NE(each.ledger_index, 0U);
    settle(std::move(decision));
    Decision without = reserve(key_, {});
    EXPECT_TRUE(without.candidate_levels.empty());
    settle(std::move(without));
}

TEST_P(CandidatesContract, TheFirstThatHasRoomIsCharged) {
    const std::vector<LedgerLimits> candidates{upstream("a", 1), upstream("b", 1), upstream("c", 1)};
    for (std::size_t turn = 0; turn < 3; ++turn) {
        Decision decision = reserve(key_, candidates);
        EXPECT_EQ(decision.verdict, Verdict::admitted);
        EXPECT_EQ(decision.candidate, turn);
        settle(std::move(decision));
        for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(requests_in(candidates[i]), i <= turn ? 1 : 0);
    }
    EXPECT_EQ(requests_in(key_), 3);
}

TEST_P(CandidatesContract, WhereNoneHasRoomNobodyIsChargedAndTheSoonestIsNamed) {
    const std::vector<LedgerLimits> candidates{upstream("a", 1, 2 * minute_us), upstream("b", 1)};
    settle(reserve(key_, candidates));
    store.advance(10 * second_us);
    settle(reserve(key_, candidates));
    const Decision decision = reserve(key_, candidates);
    EXPECT_EQ(decision.verdict, Verdict::refused);
    EXPECT_EQ(decision.candidate, 1U);
    EXPECT_EQ(decision.refusal.ledger_index, 2U);
    EXPECT_EQ(decision.refusal.retry_after_us, minute_us);
    EXPECT_EQ(requests_in(key_), 2);
    store.advance(decision.refusal.retry_after_us - 1);
    EXPECT_EQ(reserve(key_, candidates).verdict, Verdict::refused);
    store.advance(1);
    Decision again = reserve(key_, candidates);
    EXPECT_EQ(again.candidate, 1U);
    settle(std::move(again));
}

TEST_P(CandidatesContract, TheKeysOwnLimitRefusesWhateverTheyHave) {
    const LedgerLimits full = ledger("key", minute_us, {{requests, 1}});
    const std::vector<LedgerLimits> candidates{upstream("a", 5), upstream("b", 5)};
    settle(reserve(full, candidates));
    const Decision decision = reserve(full, candidates);
    EXPECT_EQ(decision.verdict, Verdict::refused);
    EXPECT_EQ(decision.refusal.ledger_index, 0U);
    EXPECT_EQ(requests_in(candidates[0]) + requests_in(candidates[1]), 1);
}

TEST_P(CandidatesContract, OneThatCouldNeverServeItIsPassedOver) {
    LedgerLimits small = upstream("a", 5);
    small.limits.set(input_tokens, 9);
    Decision decision = reserve(key_, {small, upstream("b", 0), upstream("c", 1)});
    EXPECT_EQ(decision.verdict, Verdict::admitted);
    EXPECT_EQ(decision.candidate, 2U);
    settle(std::move(decision));
    const Decision none = reserve(key_, {small, upstream("b", 0)});
    EXPECT_EQ(none.verdict, Verdict::never_fits);
    EXPECT_EQ(none.refusal.ledger_index, 1U);
}

TEST_P(CandidatesContract, OneWithoutLimitsAlwaysHasRoom) {
    const LedgerLimits limited = upstream("a", 1);
    LedgerSet set;
    set.add(key_);
    set.begin_candidate();
    set.add(limited);
    set.begin_candidate();
    settle(store.reserve_from(one, set));
    Decision decision = store.reserve_from(one, set);
    EXPECT_EQ(decision.verdict, Verdict::admitted);
    EXPECT_EQ(decision.candidate, 1U);
    settle(std::move(decision));
    EXPECT_EQ(requests_in(key_), 2);
}

TEST_P(CandidatesContract, WhatFailedIsMovedAndItsKeyIsChargedOnce) {
    const std::vector<LedgerLimits> candidates{upstream("a", 5), upstream("b", 5)};
    Decision decision = reserve(key_, candidates);
    ASSERT_TRUE(decision.reservation);
    LedgerSet next;
    next.begin_candidate();
    next.add(candidates[1]);
    const Usage nothing{.requests = 0, .certainty = Certainty::exact};
    EXPECT_EQ(store.move(*decision.reservation, nothing, next).verdict, Verdict::admitted);
    EXPECT_EQ(requests_in(candidates[0]), 0);
    EXPECT_EQ(requests_in(candidates[1]), 1);
    EXPECT_EQ(requests_in(key_), 1);
    settle(std::move(decision));
    EXPECT_EQ(requests_in(candidates[1]), 1);
    EXPECT_EQ(requests_in(key_), 1);
}

TEST_P(CandidatesContract, WhatCannotBeMovedKeepsItsOwnAndCanBeMovedAgain) {
    const LedgerLimits other_key = ledger("other", minute_us, {{requests, 10}});
    const std::vector<LedgerLimits> candidates{upstream("a", 5), upstream("b", 1), upstream("c", 1)};
    settle(reserve(other_key, {candidates[1]}));
    Decision decision = reserve(key_, {candidates[0]});
    ASSERT_TRUE(decision.reservation);
    const auto move_to = [&](const LedgerLimits& candidate, std::int64_t used) {
        LedgerSet next;
        next.begin_candidate();
        next.add(candidate);
        const Usage usage{.requests = used, .certainty = Certainty::exact};
        return store.move(*decision.reservation, usage, next);
    };
    const Decision refused = move_to(candidates[1], 1);
    EXPECT_EQ(refused.verdict, Verdict::refused);
    EXPECT_EQ(refused.refusal.retry_after_us, minute_us);
    EXPECT_EQ(requests_in(candidates[0]), 1) << "it has counted the request";
    EXPECT_EQ(move_to(candidates[2], 0).verdict, Verdict::admitted);
    settle(std::move(decision));
    EXPECT_EQ(requests_in(candidates[2]), 1);
    EXPECT_EQ(requests_in(key_), 1);
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Stores, CandidatesContract, ::testing::ValuesIn(store_kinds()),
                         [](const auto& of_test) { return of_test.param.name; });

}  // namespace weir::testing
