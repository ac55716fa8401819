// Which upstreams serve a request, and what of their limits applies to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/policy.hpp"

namespace weir::policy {
namespace {

using config::Dialect;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t minute_us = 60'000'000;
constexpr const char* chat = "/v1/chat/completions";
constexpr const char* deployments = "/OpenAI/deployments/d/chat/completions";

config::Upstream upstream(const std::string& name, std::vector<config::ServedModels> models = {}) {
    config::Upstream made;
    made.name = name;
    made.url.host = name + ".example";
    made.models = std::move(models);
    return made;
}

config::Upstream limited(const std::string& name, config::LimitSet limits) {
    config::Upstream made = upstream(name);
    made.limits = std::move(limits);
    return made;
}

Policy policy_of(std::vector<config::Upstream> upstreams, config::LimitSet limits = {}) {
    auto config = std::make_shared<config::Config>();
    config->upstreams = std::move(upstreams);
    config::Tier tier;
    tier.name = "default";
    tier.limits = std::move(limits);
    config->tiers.emplace("default", std::move(tier));
    return Policy(config);
}

/// "a", "b=its name".
std::vector<std::string> routes(const Policy& policy, Dialect dialect, const char* path, const char* model) {
    std::vector<std::string> told;
    for (const Route& route : policy.routes_for(dialect, path, model)) {
        told.push_back(policy.config().upstreams[route.upstream].name);
        if (!route.sent_as.empty()) told.back().append("=").append(route.sent_as);
    }
    return told;
}

TEST(Routes, AreOfThoseThatServeTheModelUnderTheirNamesForIt) {
    const Policy policy = policy_of({upstream("a", {{"gpt-4o*", "wide"}, {"gpt-4o-mini", "close"}}),
                                     upstream("b"), upstream("c", {{"o3", ""}, {"gpt-4o-mini", ""}})});
    EXPECT_THAT(routes(policy, Dialect::openai, chat, "gpt-4o-mini"), ElementsAre("a=close", "b", "c"));
    EXPECT_THAT(routes(policy, Dialect::openai, chat, "openai/GPT-4o"), ElementsAre("a=wide", "b"));
    EXPECT_THAT(routes(policy, Dialect::openai, chat, "o3"), ElementsAre("b", "c"));
    EXPECT_THAT(routes(policy, Dialect::openai, "/v1/models", ""), ElementsAre("a", "b", "c"));
}

TEST(Routes, AreOfThoseThatServeTheDialect) {
    config::Upstream gemini = upstream("g");
    gemini.serves = {.openai = false, .anthropic = false, .ollama = false, .gemini = true};
    config::Upstream rest = upstream("r");
    rest.serves.gemini = false;
    const Policy policy = policy_of({gemini, rest});
    EXPECT_THAT(routes(policy, Dialect::openai, chat, "m"), ElementsAre("r"));
    EXPECT_THAT(routes(policy, Dialect::anthropic, "/v1/messages", "m"), ElementsAre("r"));
    EXPECT_THAT(routes(policy, Dialect::ollama, "/api/chat", "m"), ElementsAre("r"));
    EXPECT_THAT(routes(policy, Dialect::gemini, "/v1beta/models/m:generateContent", "m"), ElementsAre("g"));
}

TEST(Routes, OfAzuresDeploymentsLeadToAzureOrToUnknownHosts) {
    config::Upstream openai = upstream("openai");
    openai.url.host = "api.openai.com";
    config::Upstream azure = upstream("azure");
    azure.url.host = "mine.openai.azure.com";
    const Policy policy = policy_of({openai, azure, upstream("unknown")});
    EXPECT_THAT(routes(policy, Dialect::openai, deployments, "d"), ElementsAre("azure", "unknown"));
    EXPECT_THAT(routes(policy, Dialect::openai, chat, "d"), ElementsAre("openai", "azure", "unknown"));
    EXPECT_THAT(routes(policy_of({openai}), Dialect::openai, deployments, "d"), IsEmpty());
    openai.azure_api_version = "2024-10-21";
    EXPECT_THAT(routes(policy_of({openai}), Dialect::openai, deployments, "d"), ElementsAre("openai"));
}

TEST(Routes, WhereThereAreNoneTellWhetherItIsThePathOrTheModel) {
    config::Upstream only = upstream("a", {{"o3", ""}});
    only.serves.gemini = false;
    const Policy policy = policy_of({only});
    EXPECT_THAT(routes(policy, Dialect::openai, chat, "gpt-4o"), IsEmpty());
    EXPECT_TRUE(policy.serves_path(Dialect::openai, chat));
    EXPECT_EQ(policy.fit_of(0, Dialect::openai, chat, "gpt-4o").fit, Fit::other_models);
    EXPECT_FALSE(policy.serves_path(Dialect::gemini, "/v1beta/models/o3:generateContent"));
    EXPECT_EQ(policy.fit_of(0, Dialect::gemini, "/v1beta/models/o3:generateContent", "o3").fit,
              Fit::other_dialect);
}

Applicable applicable(const Policy& policy, std::vector<std::size_t> upstreams) {
    const std::string_view given[]{"whoever"};
    return policy.limits_for(policy.identify(given)->subject, "m", upstreams);
}

TEST(Candidates, StandBehindTheKeysLedgersInTheOrderThatWasGiven) {
    const config::LimitSet rpm{{Dimension::requests, 5, minute_us}};
    const Policy policy = policy_of({limited("a", rpm), upstream("free"), limited("c", rpm)}, rpm);
    const Applicable three = applicable(policy, {2, 1, 0});
    ASSERT_EQ(three.ledgers.size(), 3U);
    ASSERT_EQ(three.ledgers.candidate_count(), 3U);
    EXPECT_EQ(three.ledgers.own().end, 1U);
    EXPECT_EQ(owner_name(three.ledgers[three.ledgers.candidate(0).begin]), "c");
    EXPECT_EQ(three.ledgers.candidate(1).begin, three.ledgers.candidate(1).end) << "it has no limits";
    EXPECT_EQ(owner_name(three.ledgers[three.ledgers.candidate(2).begin]), "a");
    const Applicable one = applicable(policy, {2});
    EXPECT_EQ(one.ledgers.candidate_count(), 0U) << "nothing to choose";
    EXPECT_EQ(owner_name(one.ledgers[1]), "c");
}

config::LimitSet of(Dimension dimension, std::int64_t limit) {
    return {{dimension, limit, minute_us}};
}

TEST(Candidates, OutputIsCutToTheMostThatOneOfThemAllows) {
    const Policy policy = policy_of(
        {limited("a", of(Dimension::output_tokens, 100)), limited("b", of(Dimension::total_tokens, 700)),
         limited("blocked", of(Dimension::requests, 0)), upstream("free"),
         limited("blocked-too", of(Dimension::input_tokens, 0))},
        of(Dimension::output_tokens, 900));
    EXPECT_EQ(applicable(policy, {0}).output_default, 100);
    EXPECT_EQ(applicable(policy, {0, 1}).output_default, 700);
    EXPECT_EQ(applicable(policy, {0, 2}).output_default, 100) << "nobody gets anything from the blocked one";
    EXPECT_EQ(applicable(policy, {0, 3}).output_default, 900) << "the key's own";
    EXPECT_EQ(applicable(policy, {2, 4}).output_default, 900);
}

TEST(Candidates, InputHasTheRoomOfTheOneThatAllowsMost) {
    const Policy policy = policy_of(
        {limited("a", of(Dimension::input_tokens, 1000)), limited("b", of(Dimension::total_tokens, 1200)),
         limited("blocked", of(Dimension::requests, 0)), limited("blocked-too", of(Dimension::requests, 0))},
        of(Dimension::input_tokens, 5000));
    const Applicable both = applicable(policy, {0, 1});
    EXPECT_EQ(both.input_room(100), 1100) << "b's";
    EXPECT_EQ(both.input_room(300), 1000) << "a's";
    EXPECT_EQ(applicable(policy, {0}).input_room(300), 1000);
    EXPECT_EQ(applicable(policy, {1}).input_room(300), 900);
    EXPECT_EQ(applicable(policy, {0, 2}).input_room(0), 1000);
    EXPECT_LT(applicable(policy, {2, 3}).input_room(0), 0) << "no cut lets anything pass";
}

}  // namespace
}  // namespace weir::policy
