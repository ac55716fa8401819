// The values of the seam, and what can be said without a store.
#include "weir/limit.hpp"

#include <gtest/gtest.h>

#include "ledger/decide.hpp"

namespace weir::testing {
namespace {

using enum Dimension;

std::vector<LedgerLimits> two_ledgers(Dimension first, std::int64_t first_limit, Dimension second,
                                      std::int64_t second_limit) {
    std::vector<LedgerLimits> ledgers(2);
    ledgers[0].limits.set(first, first_limit);
    ledgers[1].limits.set(second, second_limit);
    return ledgers;
}

TEST(FindImpossible, NothingIsWithinTheLimits) {
    EXPECT_FALSE(find_impossible({1, 10, 10}, {}));
    EXPECT_FALSE(find_impossible({1, 10, 10}, two_ledgers(requests, 1, total_tokens, 20)));
}

TEST(FindImpossible, NamesTheFirstThatNeverFits) {
    const auto found = find_impossible({1, 15, 10}, two_ledgers(total_tokens, 24, input_tokens, 14));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->verdict, Verdict::never_fits);
    EXPECT_EQ(found->refusal.ledger_index, 0U);
    EXPECT_EQ(found->refusal.dimension, total_tokens);
    EXPECT_EQ(found->refusal.limit, 24);
    EXPECT_EQ(found->refusal.requested, 25);
    EXPECT_EQ(found->refusal.retry_after_us, 0);
}

TEST(FindImpossible, BlockedWinsOverNeverFits) {
    const auto found = find_impossible({1, 15, 10}, two_ledgers(input_tokens, 14, output_tokens, 0));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->verdict, Verdict::blocked);
    EXPECT_EQ(found->refusal.ledger_index, 1U);
    EXPECT_EQ(found->refusal.dimension, output_tokens);
}

TEST(FindImpossible, WhatIsNotDemandedIsNotBlocked) {
    EXPECT_FALSE(find_impossible({1, 15, 0}, two_ledgers(output_tokens, 0, requests, 1)));
}

TEST(Names, OfDimensionsAndScopes) {
    EXPECT_EQ(to_string(requests), "requests");
    EXPECT_EQ(to_string(input_tokens), "input_tokens");
    EXPECT_EQ(to_string(output_tokens), "output_tokens");
    EXPECT_EQ(to_string(total_tokens), "total_tokens");
    EXPECT_EQ(to_string(Scope::key), "key");
    EXPECT_EQ(to_string(Scope::group), "group");
    EXPECT_EQ(to_string(Scope::key_on_model), "model");
    EXPECT_EQ(to_string(Scope::upstream), "upstream");
}

}  // namespace
}  // namespace weir::testing
