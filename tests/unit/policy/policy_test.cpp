// Who is asking, and which ledgers apply.
#include "policy/policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::policy {
namespace {

using testing::ElementsAre;

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::size_t first[]{0};  // of the upstreams

config::Key key(const std::string& id, const std::string& secret) {
    config::Key made;
    made.id = id;
    made.secret_sha256 = config::sha256(secret);
    return made;
}

std::shared_ptr<config::Config> base() {
    auto config = std::make_shared<config::Config>();
    config->upstreams.emplace_back();
    config->upstreams.front().name = "up";
    config::Tier tier;
    tier.name = "default";
    tier.limits = {{Dimension::requests, 10, minute_us}, {Dimension::requests, 100, day_us}};
    config->tiers.emplace("default", tier);
    return config;
}

std::optional<Subject> identify(const Policy& policy, std::string_view secret) {
    const std::string_view given[]{secret};
    auto identified = policy.identify(given);
    if (!identified) return std::nullopt;
    return std::move(identified->subject);
}

std::vector<std::string> names(const LedgerSet& ledgers) {
    std::vector<std::string> result;
    for (const LedgerLimits& ledger : ledgers) result.emplace_back(ledger.ledger.name());
    return result;
}

TEST(Identify, KnownUnknownAndAnonymous) {
    const auto config = base();
    config->keys.push_back(key("web", "secret"));
    const Policy policy(config);
    EXPECT_EQ(identify(policy, "secret")->id, "web");
    EXPECT_EQ(identify(policy, "")->id, "anonymous");
    const auto unknown = identify(policy, "other");
    EXPECT_EQ(unknown->id.substr(0, 8), "unknown-");
    EXPECT_EQ(unknown->ledger_id.front(), '~');
    EXPECT_NE(unknown->ledger_id, identify(policy, "another")->ledger_id);
    EXPECT_EQ(unknown->id.find("other"), std::string::npos);
}

TEST(Identify, RejectsWhereKeysAreRequired) {
    const auto config = base();
    config->unknown_keys = config::UnknownKeys::reject;
    config->keys.push_back(key("web", "secret"));
    const Policy policy(config);
    EXPECT_TRUE(identify(policy, "secret"));
    EXPECT_FALSE(identify(policy, "other"));
    EXPECT_FALSE(identify(policy, ""));
}

/// "<subject> by <credential>".
std::string identified(const Policy& policy, const std::vector<std::string_view>& credentials) {
    const auto found = policy.identify(credentials);
    return found ? found->subject.id + " by " + std::to_string(found->credential) : "nobody";
}

TEST(Identify, TheOneKnownKeyCountsWhateverStandsBesideIt) {
    const auto config = base();
    config->unknown_keys = config::UnknownKeys::reject;
    config->keys = {key("web", "secret"), key("app", "other")};
    const Policy strict(config);
    EXPECT_EQ(identified(strict, {}), "nobody");
    EXPECT_EQ(identified(strict, {"", ""}), "nobody");
    EXPECT_EQ(identified(strict, {"dummy", "secret"}), "web by 1");
    EXPECT_EQ(identified(strict, {"secret", "dummy"}), "web by 0");
    EXPECT_EQ(identified(strict, {"", "dummy", "secret"}), "web by 2");
    EXPECT_EQ(identified(strict, {"secret", "secret"}), "web by 0");
    EXPECT_EQ(identified(strict, {"dummy", "secret", "secret"}), "web by 1");
    EXPECT_EQ(identified(strict, {"other", "secret"}), "app by 0") << "both known: the dialect's own";
    EXPECT_EQ(identified(strict, {"dummy", "other", "secret"}), "nobody") << "which of the two?";
    EXPECT_EQ(identified(strict, {"dummy", "dummy"}), "nobody");

    const auto lenient_config = std::make_shared<config::Config>(*config);
    lenient_config->unknown_keys = config::UnknownKeys::default_tier;
    const Policy lenient(lenient_config);
    EXPECT_EQ(identified(lenient, {}), "anonymous by 0");
    EXPECT_EQ(identified(lenient, {"dummy", "secret"}), "web by 1");
    EXPECT_EQ(identified(lenient, {"", "dummy", "another"}), identify(lenient, "dummy")->id + " by 1");
}

TEST(LimitsFor, EveryModelThatMayServeIsLimited) {
    const auto config = base();
    config->tiers["default"].models = {{"gpt-4o*", {{Dimension::output_tokens, 7, minute_us}}},
                                       {"o1", {{Dimension::output_tokens, 9, minute_us}}}};
    const Policy policy(config);
    const auto subject = identify(policy, "secret");
    const std::vector<std::string> further{"x", "gpt-4o-mini", "gpt-4o", "o1"};
    const auto applicable = policy.limits_for(*subject, "o1", first, further);
    const auto models =
        std::count_if(applicable.ledgers.begin(), applicable.ledgers.end(),
                      [](const LedgerLimits& one) { return one.scope == Scope::key_on_model; });
    EXPECT_EQ(models, 2);
}

TEST(LimitsFor, OneLedgerPerScopeAndWindow) {
    const auto config = base();
    config->keys.push_back(key("web", "secret"));
    config->keys.front().group = "acme";
    config->groups["acme"] = {"acme", {{Dimension::input_tokens, 5, minute_us}}};
    config->tiers["default"].models = {{"gpt-4o*", {{Dimension::output_tokens, 7, minute_us}}},
                                       {"gpt-4o-mini", {{Dimension::output_tokens, 9, minute_us}}}};
    config->upstreams.front().limits = {{Dimension::requests, 1000, minute_us}};
    const Policy policy(config);
    const auto subject = identify(policy, "secret");
    const auto applicable = policy.limits_for(*subject, "gpt-4o-2024", first);
    EXPECT_THAT(names(applicable.ledgers),
                ElementsAre("key:web:60000000", "key:web:86400000000", "group:acme:60000000",
                            "model:web/gpt-4o*:60000000", "upstream:up:60000000"));
    EXPECT_EQ(applicable.output_default, 7);
    EXPECT_FALSE(applicable.ledgers[0].may_overflow);
    EXPECT_EQ(names(policy.limits_for(*subject, "gpt-4o-mini", first).ledgers)[3],
              "model:web/gpt-4o-mini:60000000");
    EXPECT_EQ(policy.limits_for(*subject, "o1", first).ledgers.size(), 4U);
    EXPECT_EQ(policy.ledgers_of(*subject).size(), 6U);
    EXPECT_EQ(applicable.input_limit, 5);
    EXPECT_EQ(applicable.total_limit, unlimited);
    EXPECT_EQ(owner_name(applicable.ledgers[2]), "acme");
    EXPECT_EQ(owner_name(applicable.ledgers[3]), "web/gpt-4o*");
    EXPECT_EQ(owner_name(applicable.ledgers[4]), "up");
}

TEST(LimitsFor, ATierFillsSharedLimitsUpToItsCeilingOnly) {
    const auto config = base();
    config->groups["acme"] = {"acme",
                              {{Dimension::input_tokens, 1000, minute_us},
                               {Dimension::requests, 1, minute_us},
                               {Dimension::output_tokens, 0, minute_us}}};
    config->upstreams.front().limits = {{Dimension::requests, 333, minute_us}};
    config->upstreams.emplace_back();
    config->upstreams.back().name = "other";
    config->upstreams.back().limits = {{Dimension::requests, 10, minute_us}};
    config::Tier batch = config->tiers.at("default");
    batch.name = "batch";
    batch.ceiling = 0.7;
    batch.limits = {{Dimension::requests, 10, minute_us}};
    config->tiers.emplace("batch", batch);
    config->keys = {key("web", "one"), key("night", "two")};
    config->keys[0].group = config->keys[1].group = "acme";
    config->keys[1].tier = "batch";
    const Policy policy(config);
    const Subject web = *policy.find("web"), night = *policy.find("night");

    const LedgerSet of_web = policy.limits_for(web, "", first).ledgers;
    EXPECT_EQ(of_web[2].limits.of(Dimension::input_tokens), 1000);
    EXPECT_EQ(of_web[3].limits.of(Dimension::requests), 333);
    const LedgerSet of_night = policy.limits_for(night, "", first).ledgers;
    EXPECT_EQ(of_night[0].limits.of(Dimension::requests), 10) << "a limit of its own is whole";
    EXPECT_EQ(of_night[1].ledger, of_web[2].ledger) << "one ledger, two limits";
    EXPECT_EQ(of_night[1].limits.of(Dimension::input_tokens), 700);
    EXPECT_EQ(of_night[1].limits.of(Dimension::requests), 1) << "only a limit of 0 blocks";
    EXPECT_EQ(of_night[1].limits.of(Dimension::output_tokens), 0);
    EXPECT_EQ(of_night[1].limits.of(Dimension::total_tokens), unlimited);
    EXPECT_EQ(of_night[2].limits.of(Dimension::requests), 233);

    const std::size_t both[]{0, 1};
    EXPECT_EQ(policy.limits_for(night, "", both).ledgers[3].limits.of(Dimension::requests), 7);
    EXPECT_EQ(policy.candidates(night, both)[1].limits.of(Dimension::requests), 7);
    EXPECT_EQ(policy.upstream_ledgers(1).front().limits.of(Dimension::requests), 10);
    EXPECT_EQ(policy.ledgers_of(night)[1].limits.of(Dimension::input_tokens), 700);
}

TEST(LimitsFor, AKeysOwnLimitsReplaceItsTiersByDimension) {
    const config::LimitSet tier{{Dimension::requests, 10, minute_us},
                                {Dimension::requests, 100, day_us},
                                {Dimension::input_tokens, 5, minute_us}};
    const config::LimitSet own{{Dimension::requests, 3, minute_us}};
    EXPECT_THAT(replace_by_dimension(tier, own),
                ElementsAre(config::LimitSpec{Dimension::requests, 3, minute_us},
                            config::LimitSpec{Dimension::input_tokens, 5, minute_us}));
}

TEST(LimitsFor, UnknownKeysMayShareALedgerWhenThereIsNoRoom) {
    const Policy policy(base());
    const auto subject = identify(policy, "whoever");
    for (const LedgerLimits& ledger : policy.limits_for(*subject, "", first).ledgers) {
        EXPECT_TRUE(ledger.may_overflow);
    }
}

TEST(LimitsFor, TheTightestOfTheSameDimensionAndWindowHolds) {
    std::vector<LedgerLimits> ledgers;
    append_ledgers(ledgers, {.scope = Scope::key, .id = "a", .tenant = "a"},
                   {{Dimension::requests, 9, minute_us}, {Dimension::requests, 4, minute_us}});
    ASSERT_EQ(ledgers.size(), 1U);
    EXPECT_EQ(ledgers.front().limits.of(Dimension::requests), 4);
    EXPECT_EQ(ledgers.front().limits.of(Dimension::input_tokens), unlimited);
}

TEST(LimitsFor, LedgersOfOneTenantShareATag) {
    std::vector<LedgerLimits> ledgers;
    const config::LimitSet limits{{Dimension::requests, 9, minute_us}};
    append_ledgers(ledgers, {Scope::key, "web", "acme"}, limits);
    append_ledgers(ledgers, {Scope::group, "acme", "acme"}, limits);
    append_ledgers(ledgers, {Scope::key, "other", "other"}, limits);
    EXPECT_EQ(ledgers[0].ledger.tenant_tag(), ledgers[1].ledger.tenant_tag());
    EXPECT_NE(ledgers[0].ledger.tenant_tag(), ledgers[2].ledger.tenant_tag());
    // http://www.isthe.com/chongo/tech/comp/fnv/: FNV-1a, 32 bits
    EXPECT_EQ(tenant_tag("foobar"), "bf9cf968");
}

TEST(LimitsFor, RequestsInFlightHaveALedgerOfTheirOwn) {
    const auto config = base();
    config->tiers.at("default").limits.push_back({Dimension::in_flight, 8, in_flight_lease_us});
    config->upstreams.front().limits = {{Dimension::in_flight, 3, in_flight_lease_us}};
    const Policy policy(config);
    const Subject subject = *identify(policy, "unknown");
    const Applicable applicable = policy.limits_for(subject, "", first);
    const std::string key = "key:" + subject.ledger_id;
    EXPECT_THAT(names(applicable.ledgers), ElementsAre(key + ":60000000", key + ":86400000000",
                                                       key + ":in_flight", "upstream:up:in_flight"));
    const LedgerLimits& own = applicable.ledgers[2];
    EXPECT_EQ(own.limits.of(Dimension::in_flight), 8);
    EXPECT_EQ(own.limits.of(Dimension::requests), unlimited);
    EXPECT_EQ(own.window_us, in_flight_lease_us);
    EXPECT_TRUE(own.may_overflow);
    EXPECT_EQ(owner_name(own), subject.ledger_id);
    EXPECT_EQ(owner_name(applicable.ledgers[3]), "up");
    // Slots are no output.
    EXPECT_EQ(applicable.output_default, config->tiers.at("default").output_default);
}

}  // namespace
}  // namespace weir::policy
