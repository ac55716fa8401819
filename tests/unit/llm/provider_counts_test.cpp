// Examples of each rule, then what holds for all counts.
#include "llm/provider_counts.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "support/property.hpp"

namespace weir::llm {
namespace {

CountsToCompare counts(std::int64_t configured, std::int64_t sum, std::int64_t in_flight, std::int64_t limit,
                       std::int64_t remaining) {
    return {.configured_limit = configured,
            .ledger_sum = sum,
            .in_flight = in_flight,
            .announced = {.limit = limit, .remaining = remaining}};
}

TEST(ProviderCountsTest, ChargesWhatOthersUsed) {
    EXPECT_EQ(compare_counts(counts(1000, 300, 0, 1000, 500)), (CountCorrection{200, 1000}));
    EXPECT_EQ(compare_counts(counts(1000, 300, 50, 1000, 500)), (CountCorrection{150, 1000}));
    EXPECT_EQ(compare_counts(counts(1000, 300, 0, 1000, 700)), (CountCorrection{0, 1000}));
    EXPECT_EQ(compare_counts(counts(1000, 300, 0, 1000, 900)), (CountCorrection{0, 1000}));
    EXPECT_EQ(compare_counts(counts(1000, 300, 0, 1000, 0)), (CountCorrection{700, 1000}));
    EXPECT_EQ(compare_counts(counts(1000, 1200, 0, 1000, 0)), (CountCorrection{0, 1000})) << "debt";
}

TEST(ProviderCountsTest, IgnoresLessThanFivePerCent) {
    EXPECT_EQ(compare_counts(counts(1000, 300, 0, 1000, 651)).foreign_charge, 0);
    EXPECT_EQ(compare_counts(counts(1000, 300, 0, 1000, 650)).foreign_charge, 50);
    EXPECT_EQ(compare_counts(counts(1001, 301, 0, 1001, 650)).foreign_charge, 0);
    EXPECT_EQ(compare_counts(counts(3, 1, 0, 3, 1)).foreign_charge, 1);
}

TEST(ProviderCountsTest, WhatWasRefusedLeavesNoRoom) {
    CountsToCompare refused = counts(1000, 980, 0, 1000, 0);
    EXPECT_EQ(compare_counts(refused).foreign_charge, 0);
    refused.is_certain = true;
    EXPECT_EQ(compare_counts(refused).foreign_charge, 20);
}

TEST(ProviderCountsTest, TheSmallerLimitCounts) {
    EXPECT_EQ(compare_counts(counts(1000, 300, 0, 500, 100)), (CountCorrection{600, 500}));
    // A part of the quota is ours: others may use the rest.
    EXPECT_EQ(compare_counts(counts(100, 20, 0, 1000, 500)), (CountCorrection{0, 100}));
    EXPECT_EQ(compare_counts(counts(100, 20, 0, 1000, 30)), (CountCorrection{50, 100}));
    // Groq's requests a day beside 30 a minute.
    EXPECT_EQ(compare_counts(counts(30, 5, 0, 14'400, 9'000)), (CountCorrection{0, 30}));
    EXPECT_EQ(compare_counts(counts(unlimited, 20, 0, 1000, 500)), (CountCorrection{0, 1000}));
    EXPECT_EQ(compare_counts(counts(0, 0, 0, 1000, 500)), (CountCorrection{0, 0}));
}

TEST(ProviderCountsTest, WhatIsNotSaidChangesNothing) {
    CountsToCompare silent{.configured_limit = 1000, .ledger_sum = 10, .announced = {}};
    EXPECT_EQ(compare_counts(silent), (CountCorrection{0, 1000}));
    silent.announced.remaining = 0;  // Azure
    EXPECT_EQ(compare_counts(silent), (CountCorrection{990, 1000}));
    silent.configured_limit = unlimited;
    EXPECT_EQ(compare_counts(silent), (CountCorrection{0, unlimited}));
    silent.announced = {.limit = 500};
    EXPECT_EQ(compare_counts(silent), (CountCorrection{0, 500}));
}

TEST(ProviderCountsTest, AnotherWindowIsNotCompared) {
    CountsToCompare other = counts(1000, 0, 0, 50, 0);
    other.announced.window_us = 10'000'000;
    EXPECT_EQ(compare_counts(other), (CountCorrection{0, 1000}));
    other.announced.window_us = other.window_us;
    EXPECT_EQ(compare_counts(other), (CountCorrection{1000, 50}));
}

/// Of amounts that lie near each other, and of any.
std::int64_t some_amount() {
    return *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 200),
                           rc::gen::inRange<std::int64_t>(0, limit_max + 1),
                           rc::gen::arbitrary<std::int64_t>(), rc::gen::just(unlimited));
}

CountsToCompare some_counts() {
    CountsToCompare some;
    some.configured_limit = some_amount();
    some.ledger_sum = some_amount();
    some.in_flight = some_amount();
    if (*rc::gen::arbitrary<bool>())
        some.announced.limit =
            *rc::gen::inRange<std::int64_t>(1, *rc::gen::element<std::int64_t>(200, limit_max));
    if (*rc::gen::inRange(0, 4) != 0)
        some.announced.remaining =
            *rc::gen::inRange<std::int64_t>(0, *rc::gen::element<std::int64_t>(200, limit_max));
    return some;
}

TEST(ProviderCountsTest, StaysWithinBounds) {
    testing::check_property({.cases = 20'000}, [] {
        const CountsToCompare some = some_counts();
        const CountCorrection correction = compare_counts(some);
        RC_ASSERT(correction.effective_limit ==
                  std::min(some.configured_limit, some.announced.limit.value_or(unlimited)));
        const std::int64_t charge = correction.foreign_charge;
        RC_ASSERT(charge >= 0);
        if (charge == 0) return;
        const std::int64_t sum = std::max<std::int64_t>(some.ledger_sum, 0);
        RC_ASSERT(charge <= some.configured_limit - sum);
        RC_ASSERT(charge > (correction.effective_limit - 1) / 20);
        RC_ASSERT(some.announced.remaining.has_value());
        // No less room than the provider has.
        RC_ASSERT(some.configured_limit - sum - charge >= *some.announced.remaining);
    });
}

TEST(ProviderCountsTest, NothingIsChargedTwice) {
    testing::check_property({.cases = 5'000}, [] {
        CountsToCompare some = some_counts();
        some.in_flight = 0;
        const CountCorrection first = compare_counts(some);
        if (first.foreign_charge == 0) return;
        some.ledger_sum = std::max<std::int64_t>(some.ledger_sum, 0) + first.foreign_charge;
        RC_ASSERT(compare_counts(some) == (CountCorrection{0, first.effective_limit}));
    });
}

TEST(ProviderCountsTest, ALoneUserIsNeverCorrected) {
    testing::check_property({.cases = 5'000}, [] {
        // The provider has the same limit, and counts what is in flight as we do or up to twice as high.
        const auto limit = *rc::gen::inRange<std::int64_t>(1, 1'000'000);
        const auto settled = *rc::gen::inRange<std::int64_t>(0, limit + 1);
        const auto in_flight = *rc::gen::inRange<std::int64_t>(0, limit - settled + 1);
        const auto counted = *rc::gen::inRange<std::int64_t>(0, 2 * in_flight + 1);
        const std::int64_t remaining = std::max<std::int64_t>(limit - settled - counted, 0);
        const auto correction =
            compare_counts(counts(limit, settled + in_flight, in_flight, limit, remaining));
        RC_ASSERT(correction == (CountCorrection{0, limit}));
    });
}

}  // namespace
}  // namespace weir::llm
