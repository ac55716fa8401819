// What is learned of estimates: that it is right, robust and bounded, and how it travels.
#include "learning/calibration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "traces.hpp"

namespace weir::learning {

namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t day_us = 24LL * 3'600 * 1'000'000;
constexpr ModelName gpt{"openai", "gpt-4o"};

void learn(Calibration& calibration, Prompts& prompts, double off, int answers,
           std::int64_t now_us = day_us) {
    for (int i = 0; i < answers; ++i) {
        const Prompts::Prompt prompt = prompts.next(off);
        calibration.learn(gpt, prompt.estimated, prompt.actual, now_us);
    }
}

}  // namespace

TEST(Calibration, IsWithinOnePercentAfter200Answers) {
    for (const double off : {0.7, 0.9, 1.0, 1.1, 1.35, 1.8}) {
        double sum = 0;
        constexpr int traces = 100;
        for (int seed = 0; seed < traces; ++seed) {
            Calibration calibration;
            Prompts prompts(static_cast<std::uint64_t>(seed));
            learn(calibration, prompts, off, 200);
            const double factor = calibration.factor(gpt.key());
            EXPECT_NEAR(factor / off, 1.0, 0.05) << "trace " << seed;
            sum += factor / off;
        }
        EXPECT_NEAR(sum / traces, 1.0, 0.01) << off;
    }
}

TEST(Calibration, FollowsAnotherTokenizer) {
    for (int seed = 0; seed < 20; ++seed) {
        Calibration calibration;
        Prompts prompts(static_cast<std::uint64_t>(seed));
        learn(calibration, prompts, 0.9, 2'000);
        learn(calibration, prompts, 1.4, 200);
        EXPECT_GT(calibration.factor(gpt.key()), 1.1);
        learn(calibration, prompts, 1.4, 1'000);
        EXPECT_NEAR(calibration.factor(gpt.key()) / 1.4, 1.0, 0.04);
    }
}

TEST(Calibration, WaitsForEnoughAnswers) {
    Calibration calibration;
    for (int i = 0; i < 19; ++i) calibration.learn(gpt, 100, 130, day_us);
    EXPECT_DOUBLE_EQ(calibration.factor(gpt.key()), 1.0);
    calibration.learn(gpt, 100, 130, day_us);
    EXPECT_NEAR(calibration.factor(gpt.key()), 1.3, 1e-3);
    EXPECT_DOUBLE_EQ(calibration.factor(ModelName{"azure", "gpt-4o"}.key()), 1.0) << "another upstream's";
}

TEST(Calibration, StaysWithinItsBounds) {
    Calibration calibration;
    for (int i = 0; i < 100; ++i) calibration.learn(gpt, 100, 100'000, day_us);
    EXPECT_DOUBLE_EQ(calibration.factor(gpt.key()), Calibration::factor_max);
    const ModelName small{"openai", "small"};
    for (int i = 0; i < 100; ++i) calibration.learn(small, 100, 1, day_us);
    EXPECT_DOUBLE_EQ(calibration.factor(small.key()), Calibration::factor_min);
}

TEST(Calibration, NoSenseTeachesNothing) {
    Calibration calibration;
    calibration.learn(gpt, 0, 10, day_us);
    calibration.learn(gpt, 10, 0, day_us);
    calibration.learn({"", "gpt-4o"}, 10, 10, day_us);
    const std::string long_name(name_bytes_max + 1, 'x');
    calibration.learn({"openai", long_name}, 10, 10, day_us);
    EXPECT_EQ(calibration.size(), 0);
}

TEST(Calibration, AnswersFadeWithTime) {
    Calibration calibration;
    for (int i = 0; i < 100; ++i) calibration.learn(gpt, 100, 150, day_us);
    const std::int64_t later_us = day_us + 4 * RatioSums::half_life_us;
    EXPECT_THAT(calibration.rows(later_us), SizeIs(1));
    EXPECT_NEAR(calibration.rows(later_us)[0].answers, 100.0 / 16, 0.1);
    EXPECT_DOUBLE_EQ(calibration.rows(later_us)[0].factor, 1.0) << "too few are left";
}

TEST(Calibration, TheLeastRecentlyTaughtModelGivesWay) {
    Calibration calibration;
    const auto name = [](std::size_t i) { return "m" + std::to_string(i); };
    for (std::size_t i = 0; i < Calibration::models_max; ++i) {
        for (int answer = 0; answer < 20; ++answer) calibration.learn({"openai", name(i)}, 100, 120, day_us);
    }
    calibration.learn({"openai", name(0)}, 100, 120, day_us);
    EXPECT_EQ(calibration.forgotten(), 0);
    calibration.learn({"openai", "one more"}, 100, 120, day_us);
    EXPECT_EQ(calibration.forgotten(), 1);
    EXPECT_EQ(calibration.size(), Calibration::models_max);
    EXPECT_NEAR(calibration.factor(ModelName{"openai", name(0)}.key()), 1.2, 1e-3);
    EXPECT_DOUBLE_EQ(calibration.factor(ModelName{"openai", name(1)}.key()), 1.0);
}

TEST(Calibration, NearlyAllOfAThousandModelsHaveTheirFactor) {
    Calibration calibration;
    for (std::size_t i = 0; i < Calibration::models_max; ++i) {
        for (int answer = 0; answer < 20; ++answer)
            calibration.learn({"openai", "m" + std::to_string(i)}, 100, 120, day_us);
    }
    std::size_t found = 0;
    for (std::size_t i = 0; i < Calibration::models_max; ++i)
        found += calibration.factor(ModelName{"openai", "m" + std::to_string(i)}.key()) > 1.1 ? 1 : 0;
    EXPECT_GE(found, Calibration::models_max * 99 / 100);
}

TEST(Calibration, NodesLearnFromEachOtherWithoutAnEcho) {
    Calibration one, other;
    for (int i = 0; i < 15; ++i) one.learn(gpt, 1'000, 1'300, day_us);
    for (int i = 0; i < 15; ++i) other.learn(gpt, 1'000, 1'100, day_us);
    EXPECT_DOUBLE_EQ(one.factor(gpt.key()), 1.0);
    for (int round = 0; round < 50; ++round) {
        const std::string of_one = one.text(day_us, 4'096), of_other = other.text(day_us, 4'096);
        one.replace_others(std::array{of_other}, day_us);
        other.replace_others(std::array{of_one}, day_us);
    }
    EXPECT_NEAR(one.factor(gpt.key()), 1.2, 1e-3);
    EXPECT_NEAR(other.factor(gpt.key()), 1.2, 1e-3);
    EXPECT_NEAR(one.rows(day_us)[0].answers, 30, 0.5);
    one.replace_others({}, day_us);
    EXPECT_DOUBLE_EQ(one.factor(gpt.key()), 1.0) << "the other has left";
}

TEST(Calibration, WhatOthersTellPushesNothingOut) {
    Calibration one, other;
    for (std::size_t i = 0; i < Calibration::models_max; ++i)
        one.learn({"openai", "m" + std::to_string(i)}, 100, 120, day_us);
    other.learn({"openai", "its own"}, 100, 120, day_us);
    one.replace_others(std::array{other.text(day_us, 4'096)}, day_us);
    EXPECT_EQ(one.forgotten(), 0);
    EXPECT_EQ(one.size(), Calibration::models_max);
}

TEST(Calibration, OutlivesARestart) {
    Calibration before, after;
    Prompts prompts(1);
    learn(before, prompts, 1.25, 300);
    const std::string kept = before.text(day_us, Calibration::text_bytes_max);
    EXPECT_TRUE(after.restore(kept, 0, day_us));
    EXPECT_NEAR(after.factor(gpt.key()), before.factor(gpt.key()), 1e-3);
    EXPECT_EQ(after.text(day_us, 4'096).substr(0, 14), "openai/gpt-4o/") << "and is told to others";
    learn(after, prompts, 1.6, 1'000);
    EXPECT_NEAR(after.factor(gpt.key()) / 1.6, 1.0, 0.04) << "and gives way to what is new";
}

TEST(Calibration, WhatIsTooOldIsNoMoreThanAHint) {
    Calibration before, after;
    for (int i = 0; i < 100; ++i) before.learn(gpt, 100, 150, day_us);
    const std::string kept = before.text(day_us, 4'096);
    EXPECT_TRUE(after.restore(kept, 5 * RatioSums::half_life_us, day_us + 5 * RatioSums::half_life_us));
    EXPECT_DOUBLE_EQ(after.rows(day_us + 5 * RatioSums::half_life_us)[0].factor, 1.0);
}

TEST(Calibration, TextIsBounded) {
    Calibration calibration;
    for (std::size_t i = 0; i < 200; ++i)
        calibration.learn({"openai", "a model/with: signs," + std::to_string(i)}, 100, 120, day_us);
    const std::string text = calibration.text(day_us, 1'000);
    EXPECT_LE(text.size(), 1'000U);
    const auto read = read_ratios(text);
    ASSERT_TRUE(read);
    ASSERT_GE(read->size(), 10U);
    EXPECT_EQ(read->front().model, "a model/with: signs,199") << "the one taught last first";
}

TEST(Calibration, BadTextTeachesNothing) {
    for (const char* text :
         {"x", "openai/m/1/1", "openai/m/1/1/x", "/m/1/1/1", "openai/m/-1/1/1", "openai/m/1/0/1",
          "openai/%/1/1/1", ",", "openai/m/1/1/1e6", "openai/m/1/1/99999999999999999999"}) {
        Calibration calibration;
        EXPECT_FALSE(calibration.restore(text, 0, day_us)) << text;
        EXPECT_EQ(calibration.size(), 0U) << text;
    }
    Calibration calibration;
    calibration.replace_others(std::array<std::string, 2>{"nonsense", "openai/m/30/1000/1500000"}, day_us);
    EXPECT_NEAR(calibration.factor(ModelName{"openai", "m"}.key()), 1.5, 1e-3)
        << "one node's nonsense is its own";
}

TEST(Calibration, WhatIsReadIsCutToItsBounds) {
    const auto read = read_ratios("openai/m/99999999/999999999999999/900000000");
    ASSERT_TRUE(read);
    ASSERT_THAT(*read, SizeIs(1));
    EXPECT_DOUBLE_EQ(read->front().ratio.ratio, RatioSums::ratio_max);
    EXPECT_DOUBLE_EQ(read->front().ratio.answers, RatioSums::answers_max);
    EXPECT_LE(read->front().ratio.weight, 1e9);
    EXPECT_THAT(read_ratios("").value(), IsEmpty());
}

}  // namespace weir::learning
