// What answers teach, which of them teach nothing, and what a demand makes of it.
#include "proxy/learned.hpp"

#include <gtest/gtest.h>

#include "llm/estimate.hpp"
#include "proxy/growth.hpp"

namespace weir::proxy {
namespace {

constexpr CallOf of{"alice", "gpt-4o", "openai"};
constexpr std::int64_t now_us = 1'700'000'000'000'000;

/// A chat call of about a thousand tokens.
llm::Call some_call() {
    llm::Call call;
    call.api = llm::Api::chat_completions;
    call.model = "gpt-4o";
    call.output_bound = 4'000;
    call.input.exact_tokens = 0;
    call.input.messages = 333;  // of three tokens each
    return call;
}

EndingFacts answer(std::int64_t input_tokens, std::int64_t output_tokens) {
    EndingFacts facts{.status = 200};
    facts.usage.input_tokens = input_tokens;
    facts.usage.output_tokens = output_tokens;
    return facts;
}

struct LearnedTest : ::testing::Test {
    LearnedTest() { applicable.output_default = 1'024; }

    void teach(const EndingFacts& facts, int times = 30) {
        for (int i = 0; i < times; ++i) learn_from_answer(learned, call, of, facts, now_us);
    }
    Demand demand() {
        return make_demand(call, tier, applicable, experience_with(learned, config, tier, call, of));
    }

    Learned learned;
    llm::Call call = some_call();
    config::Config config;
    config::Tier tier;
    policy::Applicable applicable;
    const std::int64_t estimate = llm::estimate_input(call, llm::EstimateMode::fitted);
};

TEST_F(LearnedTest, NothingIsKnownAtFirst) {
    EXPECT_EQ(demand(), (Demand{1, estimate, 1'024}));
    teach(answer(2 * estimate, 90), 19);
    EXPECT_EQ(demand(), (Demand{1, estimate, 1'024}));
}

TEST_F(LearnedTest, EstimatesFollowWhatAnswersReport) {
    teach(answer(estimate * 3 / 2, 100));
    EXPECT_NEAR(static_cast<double>(demand().input_tokens) / static_cast<double>(estimate), 1.5, 0.01);
    config.calibrate = false;
    EXPECT_EQ(demand().input_tokens, estimate);
}

TEST_F(LearnedTest, EstimateBoundStaysABound) {
    teach(answer(estimate / 2, 10));
    tier.estimate_bound = true;
    EXPECT_EQ(demand(), (Demand{1, llm::estimate_input(call, llm::EstimateMode::bound), 4'000}));
}

TEST_F(LearnedTest, TokenArraysAndMediaAreNoEstimates) {
    teach(answer(estimate * 3 / 2, 100));
    call.input.exact_tokens = 500;
    call.input.media_tokens = 85;
    EXPECT_NEAR(static_cast<double>(demand().input_tokens), 1.5 * static_cast<double>(estimate) + 585, 15);
    EXPECT_EQ(text_of_estimate(call, llm::estimate_input(call, llm::EstimateMode::fitted)), estimate);
}

TEST_F(LearnedTest, GuessedMediaAndLittleTextTeachNothing) {
    call.input.media_tokens = call.input.media_tokens_guessed = 100;
    teach(answer(5 * estimate, 100));
    call.input = some_call().input;
    call.input.exact_tokens = 2 * estimate;
    teach(answer(5 * estimate, 100));
    call.input = some_call().input;
    call.further_models = {"o3"};
    teach(answer(5 * estimate, 100));
    EXPECT_EQ(learned.calibration.size(), 0U);
}

TEST_F(LearnedTest, ErrorsTeachNothing) {
    EndingFacts refused = answer(5, 5);
    refused.status = 429;
    teach(refused);
    EndingFacts failed = answer(5, 5);
    failed.usage.has_error = true;
    teach(failed);
    teach({.status = 200});
    EXPECT_EQ(learned.calibration.size(), 0U);
    EXPECT_EQ(learned.output_lengths.size(), 0U);
}

TEST_F(LearnedTest, EachPolicyReservesItsOwnWay) {
    teach(answer(estimate, 3'000));
    EXPECT_NEAR(static_cast<double>(demand().output_tokens), 3'000, 600);
    tier.reserve = config::Reserve::output_default;
    EXPECT_EQ(demand().output_tokens, 1'024);
    tier.reserve = config::Reserve::max_tokens;
    EXPECT_EQ(demand().output_tokens, 4'000);
    tier.reserve = config::Reserve::none;
    EXPECT_EQ(demand().output_tokens, 1) << "so that the limit is looked at";
}

TEST_F(LearnedTest, NeverMoreThanTheRequestAllows) {
    teach(answer(estimate, 3'000));
    call.output_bound = 7;
    EXPECT_LE(demand().output_tokens, 7);
    call.output_bound = 0;
    EXPECT_EQ(demand().output_tokens, 0) << "an embedding has no output";
}

TEST_F(LearnedTest, WhatIsLearnedMakesNoRequestImpossible) {
    teach(answer(estimate, 3'000));
    applicable.output_limit = 2'000;
    EXPECT_EQ(demand().output_tokens, 2'000);
    applicable.output_limit = unlimited;
    applicable.total_limit = estimate + 1'500;
    EXPECT_EQ(demand().output_tokens, 1'500);
    applicable.total_limit = estimate + 10;
    EXPECT_EQ(demand().output_tokens, 1'024) << "what was reserved before is no guess of this";
}

TEST_F(LearnedTest, WhatWasCutOffRaisesOnly) {
    teach(answer(estimate, 100));
    const std::int64_t before = demand().output_tokens;
    EndingFacts cut{.ending = Ending::client_gone, .status = 200};
    cut.usage.output_seen = 5;
    teach(cut);
    EXPECT_EQ(demand().output_tokens, before);
    cut.usage.output_seen = 2'000;
    teach(cut);
    EXPECT_GT(demand().output_tokens, 1'500);
}

TEST_F(LearnedTest, GrowthStaysWithinTheBound) {
    Growth growth{
        .lengths = &learned.output_lengths, .key_id = of.key_id, .model = of.model, .output_bound = 150};
    EXPECT_EQ(growth.more_after(50), 50) << "as much again";
    EXPECT_EQ(growth.more_after(100), 50);
    EXPECT_EQ(growth.more_after(150), 0);
    EXPECT_EQ(Growth{}.more_after(50), 0);
}

}  // namespace
}  // namespace weir::proxy
