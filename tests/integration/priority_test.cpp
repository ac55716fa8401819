// A tier with a ceiling beside one without, in front of one group's limit, as clients meet them; with the
// embedded store and with Redis, whose calls hold demands of both tiers.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "config/sha256.hpp"
#include "mock_upstream/mock_upstream.hpp"
#include "support/lasting_store.hpp"

namespace weir::testing {
namespace {

constexpr std::int64_t day_us = 86'400'000'000;
constexpr int group_limit = 100, ceiling_limit = 70;

config::Key key_in(const std::string& tier) {
    config::Key made;
    made.id = made.tier = tier;
    made.group = "team";
    made.secret_sha256 = config::sha256("secret-of-" + tier);
    return made;
}

class Priority : public OverStore {
protected:
    void SetUp() override {
        OverStore::SetUp();
        if (IsSkipped()) return;
        upstream_.start();
        config::Config config = config_for(upstream_.port());
        config.groups["team"] = {"team", {{Dimension::requests, group_limit, day_us}}};
        for (const char* name : {"batch", "interactive"}) {
            config::Tier tier;
            tier.name = name;
            config.tiers.emplace(name, tier);
            config.keys.push_back(key_in(name));
        }
        config.tiers.at("batch").ceiling = 0.7;
        weir_.emplace(std::move(config), 1, store_->limiters());
        ASSERT_TRUE(eventually([&] { return limits_status() == 200; })) << "the store never answers";
    }

    int limits_status() {
        RawClient client(weir_->port());
        client.send(get("/weir/limits", "authorization: Bearer secret-of-batch\r\n"));
        return client.read_answer().status;
    }
    RawAnswer chat(const std::string& tier) {
        RawClient client(weir_->port());
        client.send(post("/v1/chat/completions", chat_body(), {}, "secret-of-" + tier));
        return client.read_answer();
    }

    struct Admitted {
        int batch = 0, interactive = 0;
    };
    /// So many clients of either tier, each with ten requests.
    Admitted ask_at_once(int batch_clients, int interactive_clients) {
        std::atomic<int> batch = 0, interactive = 0;
        std::vector<std::thread> clients;
        const auto start = [&](const char* tier, int count, std::atomic<int>& admitted) {
            for (int i = 0; i < count; ++i) {
                clients.emplace_back([this, tier, &admitted] {
                    for (int n = 0; n < 10; ++n) admitted += chat(tier).status == 200;
                });
            }
        };
        start("batch", batch_clients, batch);
        start("interactive", interactive_clients, interactive);
        for (std::thread& client : clients) client.join();
        return {batch, interactive};
    }

    mock::MockUpstream upstream_{{}};
    std::optional<RunningWeir> weir_;
};

TEST_P(Priority, BatchWorkNeverTakesWhatIsLeftForTheOthers) {
    EXPECT_EQ(ask_at_once(12, 0).batch, ceiling_limit);
    const RawAnswer refused = chat("batch");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.headers.at("x-ratelimit-limit-requests"), std::to_string(ceiling_limit));
    const Admitted then = ask_at_once(6, 6);
    EXPECT_EQ(then.batch, 0);
    EXPECT_EQ(then.interactive, group_limit - ceiling_limit);
    EXPECT_EQ(chat("interactive").headers.at("x-ratelimit-limit-requests"), std::to_string(group_limit));
}

TEST_P(Priority, WhatTheOthersUsedCountsTowardTheCeiling) {
    EXPECT_EQ(ask_at_once(0, 6).interactive, 60);
    EXPECT_EQ(ask_at_once(6, 0).batch, 10);
}

TEST_P(Priority, TogetherTheyNeverPassTheLimit) {
    const Admitted admitted = ask_at_once(12, 12);
    EXPECT_LE(admitted.batch, ceiling_limit);
    EXPECT_EQ(admitted.batch + admitted.interactive, group_limit);
}

INSTANTIATE_TEST_SUITE_P(Stores, Priority, ::testing::Values("memory", "redis"));

}  // namespace
}  // namespace weir::testing
