// How well a few bytes remember how long answers were.
#include "learning/length_sketch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "learning/output_lengths.hpp"

namespace weir::learning {

namespace {

std::int64_t whole(double tokens) {
    return std::max<std::int64_t>(static_cast<std::int64_t>(std::llround(tokens)), 1);
}

}  // namespace

TEST(LengthSketch, KnowsNothingBeforeTwentyAnswers) {
    LengthSketch sketch;
    for (int i = 0; i < 19; ++i) sketch.learn(100, std::nullopt);
    EXPECT_FALSE(sketch.is_known());
    sketch.learn(100, std::nullopt);
    EXPECT_TRUE(sketch.is_known());
}

TEST(LengthSketch, TheSameLengthAgainAndAgain) {
    for (const std::int64_t length : {1, 2, 5, 77, 1'000, 8'192, 100'000}) {
        LengthSketch sketch;
        for (int i = 0; i < 1'000; ++i) sketch.learn(length, std::nullopt);
        const std::int64_t quantile = sketch.quantile(0.9, std::nullopt);
        EXPECT_NEAR(static_cast<double>(quantile) / static_cast<double>(length), 1.0, 0.26) << length;
    }
}

TEST(LengthSketch, HoldsItsQuantileOnHeavyTails) {
    for (const double quantile : {0.5, 0.9, 0.99}) {
        int held = 0, asked = 0;
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            std::mt19937_64 random(seed);
            std::lognormal_distribution<double> lengths(5.0, 1.2);
            LengthSketch sketch;
            for (int i = 0; i < 2'000; ++i) {
                const std::int64_t length = whole(lengths(random));
                if (i >= 200) {
                    ++asked;
                    held += length <= sketch.quantile(quantile, std::nullopt) ? 1 : 0;
                }
                sketch.learn(length, std::nullopt);
            }
        }
        EXPECT_NEAR(static_cast<double>(held) / asked, quantile, 0.02);
    }
}

TEST(LengthSketch, FollowsTenfoldAnswersWithinTens) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        std::mt19937_64 random(seed);
        std::lognormal_distribution<double> lengths(4.5, 0.7);
        LengthSketch sketch;
        for (int i = 0; i < 2'000; ++i) sketch.learn(whole(lengths(random)), std::nullopt);
        const std::int64_t before = sketch.quantile(0.9, std::nullopt);
        for (int i = 0; i < 20; ++i) sketch.learn(whole(10 * lengths(random)), std::nullopt);
        EXPECT_GT(sketch.quantile(0.9, std::nullopt), 5 * before) << seed;
    }
}

TEST(LengthSketch, FollowsShorterAnswersWithinHundreds) {
    LengthSketch sketch;
    for (int i = 0; i < 2'000; ++i) sketch.learn(4'000, std::nullopt);
    for (int i = 0; i < 1'000; ++i) sketch.learn(40, std::nullopt);
    EXPECT_LE(sketch.quantile(0.9, std::nullopt), 60);
}

TEST(LengthSketch, OfBoundsThatSayMuchItTakesThePart) {
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> part(0.5, 0.8);
    LengthSketch sketch;
    for (int i = 0; i < 1'000; ++i) {
        const std::int64_t bound = i % 10 == 0 ? 8'000 : 50;
        sketch.learn(whole(part(random) * static_cast<double>(bound)), bound);
    }
    EXPECT_NEAR(static_cast<double>(sketch.quantile(0.9, 50)), 39, 6);
    EXPECT_NEAR(static_cast<double>(sketch.quantile(0.9, 8'000)), 6'200, 900);
}

TEST(LengthSketch, OfBoundsThatSayNothingItTakesTheLength) {
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> lengths(5.0, 0.3);
    LengthSketch sketch;
    for (int i = 0; i < 1'000; ++i) sketch.learn(whole(lengths(random)), i % 2 == 0 ? 1'000 : 64'000);
    EXPECT_LE(sketch.quantile(0.9, 64'000), 300);
    EXPECT_EQ(sketch.quantile(0.9, 64'000), sketch.quantile(0.9, std::nullopt));
}

TEST(LengthSketch, IsNeverBelowOne) {
    LengthSketch sketch;
    for (int i = 0; i < 100; ++i) sketch.learn(0, 4'000);
    EXPECT_EQ(sketch.quantile(0.01, std::nullopt), 1);
    EXPECT_EQ(sketch.quantile(0.01, 4'000), 1);
}

TEST(LengthSketch, SaysHowMuchIsStillToCome) {
    LengthSketch sketch;
    for (int i = 0; i < 300; ++i) sketch.learn(i % 3 == 0 ? 3'000 : 100, std::nullopt);
    const std::int64_t more = sketch.more_after(200);
    EXPECT_NEAR(static_cast<double>(200 + more), 3'000, 800);
    EXPECT_EQ(sketch.more_after(50'000), 0) << "none was ever that long";
}

TEST(LengthSketch, AnyNumberIsTaken) {
    LengthSketch sketch;
    for (const std::int64_t length : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, INT64_MAX})
        for (int i = 0; i < 10; ++i) sketch.learn(length, length);
    EXPECT_GE(sketch.quantile(1.0, INT64_MAX), 1);
    EXPECT_GE(sketch.more_after(INT64_MAX), 0);
    for (int i = 0; i < 100'000; ++i) sketch.learn(100, 100);
    EXPECT_NEAR(static_cast<double>(sketch.quantile(0.9, std::nullopt)), 100, 25) << "weights don't overflow";
}

TEST(OutputLengths, AKeyFallsBackOnWhatAllKeysGetFromTheModel) {
    OutputLengths lengths;
    const AnswerOf known = AnswerOf::names("alice", "gpt-4o"), fresh = AnswerOf::names("bob", "gpt-4o");
    EXPECT_FALSE(lengths.quantile(known, 0.9, std::nullopt));
    for (int i = 0; i < 20; ++i) lengths.learn(known, 100, std::nullopt);
    ASSERT_TRUE(lengths.quantile(fresh, 0.9, std::nullopt));
    EXPECT_FALSE(lengths.quantile(AnswerOf::names("alice", "o3"), 0.9, std::nullopt));
    for (int i = 0; i < 20; ++i) lengths.learn(fresh, 4'000, std::nullopt);
    EXPECT_GT(*lengths.quantile(fresh, 0.9, std::nullopt), 3'000);
    EXPECT_LT(*lengths.quantile(known, 0.9, std::nullopt), 130);
    EXPECT_EQ(lengths.size(), 2U);
}

TEST(OutputLengths, WhatWasCutOffCountsWhereItIsLong) {
    OutputLengths lengths;
    const AnswerOf of = AnswerOf::names("alice", "gpt-4o");
    lengths.learn_at_least(of, 5'000, std::nullopt);
    EXPECT_EQ(lengths.size(), 0U) << "nothing is known that it could be longer than";
    for (int i = 0; i < 100; ++i) lengths.learn(of, 100, std::nullopt);
    const auto before = lengths.quantile(of, 0.9, std::nullopt);
    for (int i = 0; i < 50; ++i) lengths.learn_at_least(of, 10, std::nullopt);
    EXPECT_EQ(lengths.quantile(of, 0.9, std::nullopt), before);
    for (int i = 0; i < 50; ++i) lengths.learn_at_least(of, 5'000, std::nullopt);
    EXPECT_GT(*lengths.quantile(of, 0.9, std::nullopt), 4'000);
}

TEST(OutputLengths, ReservesAsMuchAgainWhereNobodyKnows) {
    OutputLengths lengths;
    EXPECT_EQ(lengths.more_after(AnswerOf::names("alice", "gpt-4o"), 300), 300);
}

TEST(OutputLengths, KeysAreBounded) {
    OutputLengths lengths;
    for (std::size_t i = 0; i < OutputLengths::sketches_max + 10'000; ++i)
        lengths.learn(AnswerOf::names(std::to_string(i), "gpt-4o"), 100, std::nullopt);
    EXPECT_LE(lengths.size(), OutputLengths::sketches_max);
    EXPECT_GE(lengths.size(), OutputLengths::sketches_max * 9 / 10);
    EXPECT_GE(lengths.forgotten(), 10'000U);
}

}  // namespace weir::learning
