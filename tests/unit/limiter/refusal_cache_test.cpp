// For which demands, and for how long, a refusal speaks.
#include "limiter/refusal_cache.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr std::int64_t kept_us = 100'000;
constexpr std::int64_t asked_us = 1'000'000;
constexpr std::int64_t answered_us = asked_us + 300;

class RefusalCacheTest : public ::testing::Test {
protected:
    RefusalCacheTest() {
        ledgers_[0].limits.set(Dimension::requests, 10);
        ledgers_[0].limits.set(Dimension::input_tokens, 1'000);
        ledgers_[0].limits.set(Dimension::output_tokens, 1'000);
        learn({1, 100, 50}, 5'000'000);
    }
    /// Refused for its input, of which 20 more would have had to wait equally long.
    void learn(const Demand& demand, std::int64_t retry_after_us, const std::string& set = "set") {
        KnownRefusal refusal{.demand = demand,
                             .refusal = {},
                             .alike_more = 20,
                             .sent_us = asked_us,
                             .received_us = answered_us};
        refusal.refusal = {.ledger_index = 0,
                           .dimension = Dimension::input_tokens,
                           .limit = 1'000,
                           .used = 950,
                           .requested = demand.input_tokens,
                           .retry_after_us = retry_after_us};
        refusal.tightest[1] = Level{0, Dimension::input_tokens, 1'000, 950, 9'000'000};
        cache.learn(set, ledgers_, under_, refusal);
    }
    std::optional<KnownRefusal> find(const Demand& demand, std::int64_t now_us = answered_us) {
        return cache.find("set", demand, ledgers_, under_, now_us);
    }

    RefusalCache cache{kept_us};
    std::vector<LedgerLimits> ledgers_{1};
    KnownUnder under_{.changes = 5, .store_epoch = 77};
};

TEST_F(RefusalCacheTest, TheSameDemandGetsTheSameAnswerWithTheTimeThatIsLeft) {
    const auto known = find({1, 100, 50}, answered_us + 40'000);
    ASSERT_TRUE(known);
    EXPECT_EQ(known->refusal.dimension, Dimension::input_tokens);
    EXPECT_EQ(known->refusal.used, 950);
    EXPECT_EQ(known->refusal.requested, 100);
    EXPECT_EQ(known->refusal.retry_after_us, 4'960'000);
    EXPECT_EQ(known->tightest[1]->reset_us, 8'960'000);
}

TEST_F(RefusalCacheTest, ASmallerDemandMayFit) {
    EXPECT_FALSE(find({1, 99, 50}));
}

TEST_F(RefusalCacheTest, ALargerOneIsAnsweredAsLongAsItWaitsEquallyLong) {
    const auto known = find({1, 120, 50});
    ASSERT_TRUE(known);
    EXPECT_EQ(known->refusal.requested, 120);
    EXPECT_FALSE(find({1, 121, 50}));
}

TEST_F(RefusalCacheTest, ALargerOneMayWaitLongerInAnotherLedger) {
    ledgers_.emplace_back();
    ledgers_[1].limits.set(Dimension::input_tokens, 5'000);
    learn({1, 200, 50}, 5'000'000);
    EXPECT_TRUE(find({1, 200, 50}));
    EXPECT_FALSE(find({1, 201, 50}));
}

TEST_F(RefusalCacheTest, MoreOfAnotherDimensionMayWaitLongerThere) {
    EXPECT_FALSE(find({1, 100, 51}));
    EXPECT_FALSE(find({2, 100, 50}));
    EXPECT_TRUE(find({0, 100, 0}));
}

TEST_F(RefusalCacheTest, OfWhatIsNotLimitedMoreMayBeDemanded) {
    ledgers_[0].limits.set(Dimension::output_tokens, unlimited);
    learn({1, 200, 50}, 5'000'000);
    EXPECT_TRUE(find({1, 200, 51}));
}

TEST_F(RefusalCacheTest, InputThatIsLimitedTwiceMayWaitLongerInTheSum) {
    ledgers_[0].limits.set(Dimension::total_tokens, 1'000);
    learn({1, 200, 50}, 5'000'000);
    EXPECT_TRUE(find({1, 200, 50}));
    EXPECT_FALSE(find({1, 201, 50}));
    EXPECT_TRUE(find({1, 201, 49}));
}

TEST_F(RefusalCacheTest, ItLastsForAMomentCountedFromTheQuestion) {
    EXPECT_TRUE(find({1, 100, 50}, asked_us + kept_us - 1));
    EXPECT_FALSE(find({1, 100, 50}, asked_us + kept_us));
}

TEST_F(RefusalCacheTest, ItEndsWhenThereIsRoom) {
    learn({1, 300, 50}, 10'000);
    EXPECT_TRUE(find({1, 300, 50}, asked_us + 9'999));
    EXPECT_FALSE(find({1, 300, 50}, asked_us + 10'000));
}

TEST_F(RefusalCacheTest, NothingIsLearnedOfWhatIsOverWhenTheAnswerComes) {
    learn({1, 300, 50}, 300);
    EXPECT_FALSE(find({1, 300, 50}, asked_us));
}

TEST_F(RefusalCacheTest, TimeThatStepsBackIsNotTrusted) {
    EXPECT_FALSE(find({1, 100, 50}, asked_us - 1));
}

TEST_F(RefusalCacheTest, WhatThisNodeChangesMakesItOld) {
    ++under_.changes;
    EXPECT_FALSE(find({1, 100, 50}));
    learn({1, 200, 50}, 5'000'000);
    EXPECT_TRUE(find({1, 200, 50}));
    EXPECT_FALSE(find({1, 100, 50}));
}

TEST_F(RefusalCacheTest, AnEmptiedStoreMakesItOld) {
    ++under_.store_epoch;
    EXPECT_FALSE(find({1, 100, 50}));
}

TEST_F(RefusalCacheTest, OtherLimitsMakeItOld) {
    ledgers_[0].limits.set(Dimension::input_tokens, 1'001);
    EXPECT_FALSE(find({1, 100, 50}));
}

TEST_F(RefusalCacheTest, OtherLedgersAreAnotherMatter) {
    EXPECT_FALSE(cache.find("other", {1, 100, 50}, ledgers_, under_, answered_us));
}

TEST_F(RefusalCacheTest, OfManyTheNewestAreKept) {
    for (std::int64_t i = 1; i <= 8; ++i) learn({1, 100 + 100 * i, 50}, 5'000'000);
    EXPECT_FALSE(find({1, 100, 50}));
    for (std::int64_t i = 1; i <= 8; ++i) EXPECT_TRUE(find({1, 100 + 100 * i, 50})) << i;
}

TEST_F(RefusalCacheTest, ItIsBoundedAndMakesPlaceOfWhatIsOver) {
    for (std::size_t i = 1; i < RefusalCache::sets_max; ++i) learn({1, 1, 1}, 50'000, std::to_string(i));
    learn({1, 1, 1}, 5'000'000, "one too many");
    EXPECT_FALSE(cache.find("one too many", {1, 1, 1}, ledgers_, under_, answered_us));
    KnownRefusal later{
        .demand = {1, 1, 1}, .refusal = {}, .sent_us = asked_us + 60'000, .received_us = asked_us + 60'000};
    later.refusal.retry_after_us = 1'000'000;
    cache.learn("later", ledgers_, under_, later);
    EXPECT_TRUE(cache.find("later", {1, 1, 1}, ledgers_, under_, asked_us + 60'000));
    EXPECT_TRUE(find({1, 100, 50}, asked_us + 60'000));
}

TEST(RefusalCacheOfNoTimeTest, KeepsNothing) {
    RefusalCache cache(0);
    KnownRefusal refusal;
    refusal.refusal.retry_after_us = 1'000'000;
    cache.learn("set", {}, {}, refusal);
    EXPECT_FALSE(cache.find("set", {}, {}, {}, 0));
}

TEST_F(RefusalCacheTest, NoSlotIsRefusedTwiceWithoutAsking) {
    ledgers_.emplace_back().limits.set(Dimension::in_flight, 1);
    KnownRefusal refusal{
        .demand = {1, 100, 50}, .refusal = {}, .sent_us = asked_us, .received_us = answered_us};
    refusal.refusal = {.ledger_index = 1,
                       .dimension = Dimension::in_flight,
                       .limit = 1,
                       .used = 1,
                       .requested = 1,
                       .retry_after_us = in_flight_retry_us};
    cache.learn("set", ledgers_, under_, refusal);
    EXPECT_FALSE(find({1, 100, 50}));
}

TEST_F(RefusalCacheTest, WhereSlotsAreLimitedOnlyALongerWaitIsKnownToBeTheLongest) {
    ledgers_.emplace_back().limits.set(Dimension::in_flight, 1);
    learn({1, 100, 50}, in_flight_retry_us + 40'000);
    EXPECT_TRUE(find({1, 100, 50}, answered_us + 39'999));
    EXPECT_FALSE(find({1, 100, 50}, answered_us + 40'000));
    EXPECT_TRUE(find({1, 100, 10'000}) == std::nullopt);
    EXPECT_FALSE(find({2, 100, 50})) << "two slots may have to wait longer";
}

}  // namespace
}  // namespace weir
