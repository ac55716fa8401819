// The layer over a configuration: what wins, what is left out, and what is said of where it came from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/runtime_sources.hpp"

namespace weir::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string file = R"({
    "upstreams": [{"name": "openai", "url": "http://u", "limits": {"rpm": 1000, "itpm": 5000}}],
    "tiers": {"trial": {"limits": {"rpm": 20, "otpm": 500}, "models": {"gpt-4o*": {"otpm": 100}},
                        "output_default": 77},
              "default": {"limits": {"rpm": 60}}},
    "groups": {"acme": {"limits": {"itpm": 2000}}, "other": {}},
    "keys": [
        {"id": "web", "secret_sha256": ")" +
                         secret(1) + R"(", "tier": "trial", "group": "acme",
         "limits": {"rpm": 5, "itpm": 6}},
        {"id": "app", "secret_sha256": ")" +
                         secret(2) + R"("}],
    "unknown_keys": "reject"})";

const Outcome& base() {
    static const Outcome outcome = build_from(file, {.environment = {{"RPM_LIMIT", "61"}}});
    return outcome;
}

LimitSpec rpm(std::int64_t limit) {
    return {Dimension::requests, limit, a_minute_us};
}
LimitSpec itpm(std::int64_t limit) {
    return {Dimension::input_tokens, limit, a_minute_us};
}
LimitSpec otpm(std::int64_t limit) {
    return {Dimension::output_tokens, limit, a_minute_us};
}

TEST(LayingOver, NothingChangesNothing) {
    ASSERT_THAT(lines_of(base().mistakes), IsEmpty());
    const Laid laid = laid_over(base(), {});
    EXPECT_THAT(laid.left_out, IsEmpty());
    EXPECT_EQ(config_hash(laid.outcome.config), config_hash(base().config));
}

TEST(LayingOver, OfAKeyOfTheFileOnlyWhatIsGivenReplaces) {
    const Laid laid = laid_over(base(), {{"key/web", R"({"limits": {"rpm": 9}})"}});
    EXPECT_THAT(laid.left_out, IsEmpty());
    const Key& key = *key_of(laid.outcome.config, "web");
    EXPECT_EQ(key.tier, "trial");
    EXPECT_EQ(key.group, "acme");
    EXPECT_EQ(key.secret_sha256, base().config.keys[0].secret_sha256);
    EXPECT_THAT(key.limits, ElementsAre(rpm(9), itpm(6)));
    const Origins& origins = laid.outcome.origins;
    EXPECT_EQ(origins.of("$.keys[0].limits.rpm"), "runtime");
    EXPECT_EQ(origins.of("$.keys[0].limits.itpm"), "file");
    EXPECT_EQ(origins.of("$.keys[0].tier"), "file");
    EXPECT_EQ(origins.of("$.keys[1].id"), "file");
    EXPECT_EQ(base().origins.of("$.keys[0].limits.rpm"), "file") << "the base is as it was";
}

TEST(LayingOver, AKeyMayMoveAndBeDisabled) {
    const Laid laid = laid_over(
        base(), {{"key/web", R"({"tier": "new", "group": "", "disabled": true})"}, {"tier/new", "{}"}});
    EXPECT_THAT(laid.left_out, IsEmpty());
    const Key& key = *key_of(laid.outcome.config, "web");
    EXPECT_EQ(key.tier, "new");
    EXPECT_EQ(key.group, "");
    EXPECT_TRUE(key.disabled);
    EXPECT_EQ(laid.outcome.origins.of("$.keys[0].group"), "runtime");
}

TEST(LayingOver, NewKeysComeAfterThoseOfTheFile) {
    const Laid laid =
        laid_over(base(), {{"key/b", key_document(11, R"("tier": "trial")")}, {"key/a", key_document(10)}});
    EXPECT_THAT(laid.left_out, IsEmpty());
    ASSERT_EQ(laid.outcome.config.keys.size(), 4U);
    EXPECT_EQ(laid.outcome.config.keys[2].id, "a");
    EXPECT_EQ(laid.outcome.config.keys[2].tier, "default");
    EXPECT_EQ(laid.outcome.config.keys[3].tier, "trial");
    EXPECT_EQ(laid.outcome.origins.of("$.keys[2].id"), "runtime");
    EXPECT_EQ(laid.outcome.origins.of("$.keys[2].tier"), "default");
    EXPECT_EQ(laid.outcome.origins.of("$.keys[3].tier"), "runtime");
}

TEST(LayingOver, TiersAndGroupsAreReplacedWhole) {
    const Laid laid = laid_over(base(), {{"tier/trial", R"({"limits": {"itpm": 3}})"},
                                         {"tier/default", R"({"limits": {"rpm": 62}, "enforce": false})"},
                                         {"group/acme", R"({"limits": {"rpm": 8}})"},
                                         {"group/new.one", R"({"limits": {"rpm": 7}})"}});
    EXPECT_THAT(laid.left_out, IsEmpty());
    const Config& config = laid.outcome.config;
    EXPECT_THAT(config.tiers.at("trial").limits, ElementsAre(itpm(3)));
    EXPECT_THAT(config.tiers.at("trial").models, IsEmpty());
    EXPECT_EQ(config.tiers.at("trial").output_default, Tier{}.output_default);
    EXPECT_THAT(config.tiers.at("default").limits, ElementsAre(rpm(62))) << "above RPM_LIMIT too";
    EXPECT_FALSE(config.tiers.at("default").enforced);
    EXPECT_THAT(config.groups.at("acme").limits, ElementsAre(rpm(8)));
    const Origins& origins = laid.outcome.origins;
    EXPECT_EQ(base().origins.of("$.tiers.default.limits.rpm"), "environment RPM_LIMIT");
    EXPECT_EQ(origins.of("$.tiers.default.limits.rpm"), "runtime");
    EXPECT_EQ(origins.of("$.tiers.trial.limits.itpm"), "runtime");
    EXPECT_EQ(origins.of("$.tiers.trial.output_default"), "default") << "no more the file's";
    EXPECT_EQ(origins.of(R"($.groups["new.one"].limits.rpm)"), "runtime");
    EXPECT_EQ(origins.of("$.upstreams[0].limits.rpm"), "file");
}

TEST(LayingOver, UpstreamsGetOtherLimits) {
    const Laid laid = laid_over(base(), {{"upstream/openai", R"({"limits": {"rpm": 3}})"}});
    EXPECT_THAT(laid.left_out, IsEmpty());
    EXPECT_THAT(laid.outcome.config.upstreams[0].limits, ElementsAre(rpm(3)));
    EXPECT_EQ(laid.outcome.origins.of("$.upstreams[0].limits.rpm"), "runtime");
    EXPECT_EQ(laid.outcome.origins.of("$.upstreams[0].url"), "file");
}

TEST(LayingOver, SecretsMayBeReplacedAndTheOldOnesLiveOn) {
    const std::string rotated =
        key_document(9, R"("former_secrets": [{"secret_sha256": )" + quoted(secret(1)) +
                            R"(, "until": "2026-11-26T13:00:00Z"}])");
    const Laid before = laid_over(base(), {{"key/web", rotated}});
    EXPECT_THAT(before.left_out, IsEmpty());
    const Key& key = *key_of(before.outcome.config, "web");
    EXPECT_EQ(key.secret_sha256[31], 9);
    ASSERT_EQ(key.former_secrets.size(), 1U);
    EXPECT_EQ(key.former_secrets[0].sha256, base().config.keys[0].secret_sha256);
    EXPECT_EQ(key.former_secrets[0].until_us, noon_us + hour_us);
    const Laid after = laid_over(base(), {{"key/web", rotated}}, noon_us + hour_us);
    EXPECT_THAT(key_of(after.outcome.config, "web")->former_secrets, IsEmpty());
}

struct Row {
    const char* what;
    Documents documents;
    std::vector<std::string> left_out;
};

TEST(LayingOver, WhatDoesNotFitIsLeftOutWhole) {
    const std::string own = "expected one of its own: the key ";
    const auto former = [](int number) {
        return R"("former_secrets": [{"secret_sha256": )" + quoted(secret(number)) +
               R"(, "until": "2026-11-26T13:00:00Z"}])";
    };
    const Row rows[]{
        {"no secret",
         {{"key/x", "{}"}},
         {"key/x: $.secret_sha256: is missing: expected 64 hexadecimal digits"}},
        {"tier and group are gone",
         {{"key/web", R"({"tier": "trail", "group": "acm", "disabled": true})"}},
         {R"(key/web: $.tier: expected the name of a tier that is configured; did you mean "trial"?)",
          R"(key/web: $.group: expected the name of a group that is configured; did you mean "acme"?)"}},
        {"no tier at all",
         {{"key/web", R"({"tier": ""})"}},
         {"key/web: $.tier: expected the name of a tier that is configured"}},
        {"secret of the file's",
         {{"key/x", key_document(1)}},
         {"key/x: $.secret_sha256: " + own + "web has the same"}},
        {"secret of another of the layer",
         {{"key/x", key_document(9)}, {"key/y", key_document(9)}},
         {"key/y: $.secret_sha256: " + own + "x has the same"}},
        {"former secret of the file's",
         {{"key/x", key_document(9, former(2))}},
         {"key/x: $.former_secrets[0]: " + own + "app has the same"}},
        {"secret that another gave up for a while",
         {{"key/a", key_document(8, former(7))}, {"key/b", key_document(7)}},
         {"key/b: $.secret_sha256: " + own + "a has the same"}},
        {"the file's own as a former one",
         {{"key/web", "{" + former(1) + "}"}},
         {"key/web: $.former_secrets[0]: expected another secret than the one in force"}},
        {"no such upstream",
         {{"upstream/azure", R"({"limits": {"rpm": 3}})"}},
         {"upstream/azure: $: expected the name of an upstream that is configured"}},
        {"nothing to lie over",
         {{"override/key/x", R"({"factor": 2})"}, {"override/group/x", R"({"factor": 2})"}},
         {"override/group/x: $: lies over group/x, which is not in force",
          "override/key/x: $: lies over key/x, which is not in force"}},
        {"a wrong document",
         {{"tier/trial", R"({"limits": {"rpm": -1}})"}},
         {"tier/trial: $.limits.rpm: expected an integer from 0 to 1000000000000"}},
    };
    for (const Row& row : rows) {
        const Laid laid = laid_over(base(), row.documents);
        EXPECT_THAT(laid.left_out, testing::ElementsAreArray(row.left_out)) << row.what;
        if (row.documents.size() > 1 && row.documents.begin()->first.starts_with("key/")) continue;
        EXPECT_EQ(config_hash(laid.outcome.config), config_hash(base().config)) << row.what;
    }
}

TEST(LayingOver, AnEndedFormerSecretIsFree) {
    const std::string gave_up =
        key_document(8, R"("former_secrets": [{"secret_sha256": )" + quoted(secret(7)) +
                            R"(, "until": "2026-11-26T11:00:00Z"}])");
    EXPECT_THAT(laid_over(base(), {{"key/a", gave_up}, {"key/b", key_document(7)}}).left_out, IsEmpty());
}

TEST(Overrides, ReplaceDimensionByDimension) {
    const Laid laid = laid_over(base(), {{"override/key/web", R"({"limits": {"rpm": 100}})"},
                                         {"override/tier/trial", R"({"limits": {"otpm": 1000}})"},
                                         {"override/group/acme", R"({"limits": {"rpm": 4}})"},
                                         {"override/upstream/openai", R"({"limits": {"itpm": 9}})"}});
    EXPECT_THAT(laid.left_out, IsEmpty());
    const Config& config = laid.outcome.config;
    EXPECT_THAT(config.keys[0].limits, ElementsAre(rpm(100), itpm(6)));
    EXPECT_THAT(config.tiers.at("trial").limits, ElementsAre(rpm(20), otpm(1000)));
    EXPECT_THAT(config.tiers.at("trial").models[0].limits, ElementsAre(otpm(100)));
    EXPECT_THAT(config.groups.at("acme").limits, ElementsAre(rpm(4), itpm(2000)));
    EXPECT_THAT(config.upstreams[0].limits, ElementsAre(rpm(1000), itpm(9)));
    EXPECT_EQ(laid.outcome.origins.of("$.keys[0].limits.rpm"), "runtime override");
    EXPECT_EQ(laid.outcome.origins.of("$.keys[0].limits.itpm"), "file");
}

TEST(Overrides, MultiplyWhatApplies) {
    const std::string until = R"("until": "2026-11-26T18:00:00Z"})";
    const Laid laid = laid_over(base(), {{"override/key/web", R"({"factor": 2, )" + until},
                                         {"override/key/app", R"({"factor": 2})"},
                                         {"override/group/acme", R"({"factor": 0.5})"},
                                         {"override/upstream/openai", R"({"factor": 1.5})"}});
    EXPECT_THAT(laid.left_out, IsEmpty());
    const Config& config = laid.outcome.config;
    EXPECT_THAT(config.keys[0].limits, ElementsAre(rpm(10), itpm(12), otpm(1000))) << "own and the tier's";
    EXPECT_THAT(config.keys[1].limits, ElementsAre(rpm(122)));
    EXPECT_THAT(config.tiers.at("trial").limits, ElementsAre(rpm(20), otpm(500)));
    EXPECT_THAT(config.groups.at("acme").limits, ElementsAre(itpm(1000)));
    EXPECT_THAT(config.upstreams[0].limits, ElementsAre(rpm(1500), itpm(7500)));
    EXPECT_EQ(laid.outcome.origins.of("$.keys[0].limits.otpm"),
              "runtime override until 2026-11-26T18:00:00Z");
}

TEST(Overrides, OfATierCoverItsModelsAndComeBeforeThoseOfKeys) {
    const Laid laid = laid_over(
        base(), {{"override/tier/trial", R"({"factor": 3})"}, {"override/key/web", R"({"factor": 2})"}});
    const Tier& tier = laid.outcome.config.tiers.at("trial");
    EXPECT_THAT(tier.limits, ElementsAre(rpm(60), otpm(1500)));
    EXPECT_THAT(tier.models[0].limits, ElementsAre(otpm(300)));
    EXPECT_THAT(laid.outcome.config.keys[0].limits, ElementsAre(rpm(10), itpm(12), otpm(3000)));
    EXPECT_EQ(laid.outcome.origins.of(R"($.tiers.trial.models["gpt-4o*"].otpm)"), "runtime override");
}

TEST(Overrides, LieOverWhatTheLayerSays) {
    const Laid laid = laid_over(base(), {{"key/new", key_document(9, R"("tier": "fresh")")},
                                         {"tier/fresh", R"({"limits": {"rpm": 7}})"},
                                         {"override/key/new", R"({"factor": 2})"}});
    EXPECT_THAT(laid.left_out, IsEmpty());
    EXPECT_THAT(key_of(laid.outcome.config, "new")->limits, ElementsAre(rpm(14)));
}

TEST(Overrides, EndWhenTheyAreToldTo) {
    const Documents documents{{"override/key/web", R"({"factor": 2, "until": "2026-11-26T13:00:00Z"})"},
                              {"override/key/gone", R"({"factor": 2, "until": "2026-11-26T11:00:00Z"})"}};
    EXPECT_THAT(laid_over(base(), documents, noon_us + hour_us - 1).outcome.config.keys[0].limits,
                ElementsAre(rpm(10), itpm(12), otpm(1000)));
    const Laid ended = laid_over(base(), documents, noon_us + hour_us);
    EXPECT_THAT(ended.outcome.config.keys[0].limits, ElementsAre(rpm(5), itpm(6)));
    EXPECT_EQ(ended.outcome.origins.of("$.keys[0].limits.rpm"), "file");
    EXPECT_THAT(ended.left_out, IsEmpty()) << "what has ended need not fit";
}

TEST(Overrides, AFactorNeitherBlocksNorOverflows) {
    const Outcome extremes = build_from(
        R"({"groups": {"g": {"limits": {"rpm": 1, "itpm": 0, "otpm": 1000000000000, "tpm": 100}}}})");
    const auto with_factor = [&](const std::string& factor) {
        std::vector<std::int64_t> limits;
        const Laid laid = laid_over(extremes, {{"override/group/g", R"({"factor": )" + factor + "}"}});
        for (const LimitSpec& spec : laid.outcome.config.groups.at("g").limits) limits.push_back(spec.limit);
        return limits;
    };
    EXPECT_THAT(with_factor("0.001"), ElementsAre(1, 0, 1'000'000'000, 1));
    EXPECT_THAT(with_factor("1e-300"), ElementsAre(1, 0, 1, 1));
    EXPECT_THAT(with_factor("1000"), ElementsAre(1000, 0, limit_max, 100'000));
    EXPECT_THAT(with_factor("0.29"), ElementsAre(1, 0, 290'000'000'000, 29)) << "rounded, not cut";
}

TEST(Overrides, KeepTheShadow) {
    const Outcome shadow = build_from(R"({"groups": {"g": {"limits": {"rpm": 4, "enforce": false}}}})");
    const Laid laid = laid_over(shadow, {{"override/group/g", R"({"factor": 2})"}});
    EXPECT_THAT(laid.outcome.config.groups.at("g").limits,
                ElementsAre(LimitSpec{Dimension::requests, 8, a_minute_us, false}));
}

TEST(LayingOver, WarnsOfWhatIsInForce) {
    const Laid laid = laid_over(base(), {{"tier/free", "{}"}});
    EXPECT_THAT(lines_of(laid.outcome.warnings),
                testing::Contains(testing::StartsWith("$.tiers.free.limits: the tier has no limits")));
}

}  // namespace
}  // namespace weir::config
