// Ledgers of limits in shadow mode: which there are, what they are called, and what they bound.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/policy.hpp"

namespace weir::policy {
namespace {

using testing::ElementsAre;

constexpr std::size_t first[]{0};  // of the upstreams
constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t day_us = 86'400'000'000;

config::LimitSpec limit(Dimension dimension, std::int64_t amount, std::int64_t window_us,
                        bool enforced = true) {
    return {dimension, amount, window_us, enforced};
}

/// "name" of one that is enforced, "(name)" of one that is not.
std::vector<std::string> names(const LedgerSet& ledgers) {
    std::vector<std::string> result;
    for (const LedgerLimits& one : ledgers) {
        const std::string name(one.ledger.name());
        result.push_back(one.enforced ? name : "(" + name + ")");
    }
    return result;
}

std::vector<LedgerLimits> ledgers_of(const config::LimitSet& limits, bool enforced = true) {
    std::vector<LedgerLimits> ledgers;
    append_ledgers(ledgers, {.scope = Scope::key, .id = "web", .tenant = "web", .enforced = enforced},
                   limits);
    return ledgers;
}

TEST(Shadow, AWindowOfOneKindHasItsUsualLedger) {
    const config::LimitSet limits{limit(Dimension::requests, 9, minute_us, false),
                                  limit(Dimension::output_tokens, 8, minute_us, false),
                                  limit(Dimension::requests, 7, day_us)};
    EXPECT_THAT(names(ledgers_of(limits)), ElementsAre("(key:web:60000000)", "key:web:86400000000"));
}

TEST(Shadow, BothKindsInAWindowHaveALedgerEach) {
    const config::LimitSet limits{limit(Dimension::requests, 9, minute_us, false),
                                  limit(Dimension::output_tokens, 8, minute_us),
                                  limit(Dimension::input_tokens, 7, minute_us, false)};
    const std::vector<LedgerLimits> ledgers = ledgers_of(limits);
    EXPECT_THAT(names(ledgers), ElementsAre("(key:web:60000000-shadow)", "key:web:60000000"));
    EXPECT_EQ(ledgers[0].limits.of(Dimension::requests), 9);
    EXPECT_EQ(ledgers[0].limits.of(Dimension::input_tokens), 7);
    EXPECT_EQ(ledgers[0].limits.of(Dimension::output_tokens), unlimited);
    EXPECT_EQ(ledgers[1].limits.of(Dimension::requests), unlimited);
    EXPECT_EQ(ledgers[1].limits.of(Dimension::output_tokens), 8);
    EXPECT_EQ(owner_name(ledgers[0]), "web");
    EXPECT_EQ(ledgers[0].ledger.tenant_tag(), ledgers[1].ledger.tenant_tag());
}

TEST(Shadow, RequestsInFlightAreNeverInALedgerWithOthers) {
    const config::LimitSet limits{limit(Dimension::requests, 9, minute_us),
                                  limit(Dimension::in_flight, 8, in_flight_lease_us, false)};
    EXPECT_THAT(names(ledgers_of(limits)), ElementsAre("key:web:60000000", "(key:web:in_flight)"));
    const config::LimitSet both{limit(Dimension::in_flight, 9, in_flight_lease_us),
                                limit(Dimension::in_flight, 8, in_flight_lease_us, false)};
    EXPECT_THAT(names(ledgers_of(both)), ElementsAre("key:web:in_flight", "(key:web:in_flight-shadow)"));
    EXPECT_EQ(owner_name(ledgers_of(both)[1]), "web");
}

TEST(Shadow, AnOwnerInShadowModeHasNoEnforcedLimit) {
    const config::LimitSet limits{limit(Dimension::requests, 9, minute_us),
                                  limit(Dimension::output_tokens, 8, minute_us, false)};
    EXPECT_THAT(names(ledgers_of(limits, false)), ElementsAre("(key:web:60000000)"));
}

class ShadowTier : public ::testing::Test {
protected:
    ShadowTier() {
        config_->upstreams.emplace_back();
        config_->upstreams.front().name = "up";
        config_->upstreams.front().limits = {limit(Dimension::input_tokens, 5000, minute_us)};
        config::Tier tier;
        tier.name = "default";
        tier.limits = {limit(Dimension::output_tokens, 10, minute_us),
                       limit(Dimension::input_tokens, 20, minute_us),
                       limit(Dimension::total_tokens, 15, minute_us)};
        tier.models = {{"gpt*", {limit(Dimension::output_tokens, 3, minute_us)}}};
        tier.enforced = false;
        config_->tiers.emplace("default", tier);
        config_->groups["acme"] = {"acme", {limit(Dimension::requests, 50, minute_us)}};
        config_->keys.emplace_back();
        config_->keys.front().id = "web";
        config_->keys.front().group = "acme";
        config_->keys.front().limits = {limit(Dimension::requests, 4, minute_us)};
    }

    Applicable applicable() {
        policy_.emplace(config_);
        Subject subject;
        subject.id = subject.ledger_id = "web";
        subject.key = &config_->keys.front();
        subject.tier = &config_->tiers.at("default");
        subject.group = &config_->groups.at("acme");
        return policy_->limits_for(subject, "gpt-5", first);
    }

    std::shared_ptr<config::Config> config_ = std::make_shared<config::Config>();
    std::optional<Policy> policy_;
};

TEST_F(ShadowTier, ConcernsItsKeysLedgersAndNoOthers) {
    EXPECT_THAT(names(applicable().ledgers),
                ElementsAre("(key:web:60000000)", "group:acme:60000000", "(model:web/gpt*:60000000)",
                            "upstream:up:60000000"));
    config_->groups["acme"].limits.front().enforced = false;
    config_->upstreams.front().limits.front().enforced = false;
    EXPECT_THAT(names(applicable().ledgers),
                ElementsAre("(key:web:60000000)", "(group:acme:60000000)", "(model:web/gpt*:60000000)",
                            "(upstream:up:60000000)"));
}

TEST_F(ShadowTier, OnlyWhatIsEnforcedCutsDemands) {
    const Applicable shadowed = applicable();
    EXPECT_EQ(shadowed.output_default, config_->tiers["default"].output_default);
    EXPECT_EQ(shadowed.input_limit, 5000);
    EXPECT_EQ(shadowed.total_limit, unlimited);
    config_->tiers["default"].enforced = true;
    const Applicable enforced = applicable();
    EXPECT_EQ(enforced.output_default, 3);
    EXPECT_EQ(enforced.input_limit, 20);
    EXPECT_EQ(enforced.total_limit, 15);
}

TEST_F(ShadowTier, TheNamesOutliveAChangeOfMode) {
    const auto names_now = [this] {
        std::vector<std::string> result;
        for (const LedgerLimits& one : applicable().ledgers) result.push_back(one.ledger.key());
        return result;
    };
    const std::vector<std::string> shadowed = names_now();
    config_->tiers["default"].enforced = true;
    EXPECT_EQ(names_now(), shadowed);
}

}  // namespace
}  // namespace weir::policy
