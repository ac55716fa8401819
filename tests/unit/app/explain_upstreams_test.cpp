// Which upstreams an explanation names, in which order, and why others are none.
#include "app/explain_upstreams.hpp"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

constexpr std::int64_t minute_us = 60'000'000;

std::shared_ptr<config::Config> config_of(std::vector<config::Upstream> upstreams) {
    auto config = std::make_shared<config::Config>();
    config->upstreams = std::move(upstreams);
    config->tiers.emplace("default", config::Tier{}).first->second.name = "default";
    return config;
}

config::Upstream upstream(const std::string& name, std::int64_t priority,
                          std::vector<config::ServedModels> models) {
    config::Upstream made;
    made.name = name;
    made.url.host = name;
    made.priority = priority;
    made.models = std::move(models);
    return made;
}

TEST(ExplainUpstreams, ThoseThatServeComeFirstByPriority) {
    config::Upstream other = upstream("c", 0, {});
    other.serves.openai = false;
    const policy::Policy policy(config_of({upstream("a", 2, {{"gpt-4o*", "mine"}}), upstream("b", 1, {}),
                                           other, upstream("d", 0, {{"o3", ""}})}));
    const ExplainedUpstreams explained = explain_upstreams(policy, "/v1/chat/completions", "gpt-4o");
    EXPECT_EQ(explained.order, (std::vector<std::size_t>{1, 0}));
    EXPECT_EQ(explained.refusal, "");
    ASSERT_EQ(explained.rows.size(), 4U);
    EXPECT_EQ(explained.rows[0]["name"], "b");
    EXPECT_EQ(explained.rows[1]["sent_as"], "mine");
    EXPECT_EQ(explained.rows[2]["why"], "It does not serve the API of this path (serves).");
    EXPECT_EQ(explained.rows[3]["why"], "It does not serve this model (models).");
}

TEST(ExplainUpstreams, WhereNobodyServesItSaysWhatIsNotServed) {
    config::Upstream only = upstream("a", 0, {{"o3", ""}});
    only.serves.gemini = false;
    const policy::Policy policy(config_of({only}));
    EXPECT_EQ(explain_upstreams(policy, "/v1/chat/completions", "gpt-4o").refusal,
              "No upstream serves the model gpt-4o.");
    EXPECT_EQ(explain_upstreams(policy, "/v1beta/models/o3:generateContent", "o3").refusal,
              "No upstream serves this path.");
}

LedgerLimits ledger(const std::string& name, bool enforced = true) {
    LedgerLimits made{
        .ledger = LedgerName(name, "t"), .window_us = minute_us, .limits = {}, .enforced = enforced};
    made.limits.set(Dimension::requests, 5);
    return made;
}

TEST(ExplainUpstreams, TheFirstCandidateWithRoomTakesARequest) {
    const std::vector<LedgerLimits> ledgers{ledger("own"), ledger("a"), ledger("b"), ledger("shadow", false)};
    LedgerSet set;
    set.add(ledgers[0]);
    for (std::size_t i = 1; i < ledgers.size(); ++i) {
        set.begin_candidate();
        set.add(ledgers[i]);
    }
    const auto room = [&](std::vector<std::int64_t> used) {
        std::vector<Level> levels;
        for (std::size_t i = 0; i < used.size(); ++i)
            levels.push_back({.ledger_index = i, .limit = 5, .used = used[i]});
        return candidate_with_room(set, levels, {.requests = 1});
    };
    EXPECT_EQ(room({4, 4, 4, 4}), 0U);
    EXPECT_EQ(room({4, 5, 4, 5}), 1U);
    EXPECT_EQ(room({4, 5, 5, 5}), 2U) << "in shadow mode";
    EXPECT_EQ(room({5, 4, 4, 4}), std::nullopt);
    const LedgerSet enforced = enforced_only(set);
    EXPECT_EQ(enforced.size(), 3U);
    EXPECT_EQ(enforced.candidate_count(), 3U);
    EXPECT_EQ(enforced.candidate(2).begin, enforced.candidate(2).end) << "always has room";
}

}  // namespace
}  // namespace weir::app
