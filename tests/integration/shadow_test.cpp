// Shadow mode as clients meet it, with the embedded store and with Redis; and keys that are disabled.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/sha256.hpp"
#include "mock_upstream/mock_upstream.hpp"
#include "support/lasting_store.hpp"
#include "support/raw_client.hpp"
#include "support/running_weir.hpp"

namespace weir::testing {
namespace {

using ::testing::HasSubstr;
constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t day_us = 1'440 * minute_us;

config::Key key(const std::string& id, const std::string& tier) {
    config::Key made;
    made.id = id;
    made.tier = tier;
    made.secret_sha256 = config::sha256("secret-of-" + id);
    return made;
}

config::Tier tier(const std::string& name, config::LimitSet limits, bool enforced) {
    config::Tier made;
    made.name = name;
    made.limits = std::move(limits);
    made.enforced = enforced;
    return made;
}

class Shadow : public OverStore {
protected:
    void SetUp() override {
        OverStore::SetUp();
        upstream_.start();
    }

    /// "strict" is in the tier that is enforced, "tried" in one with the same limits that is not.
    config::Config twins(const config::LimitSet& limits, bool enforced = false) {
        config::Config config = config_for(upstream_.port());
        config.tiers.emplace("strict", tier("strict", limits, true));
        config.tiers.emplace("tried", tier("tried", limits, enforced));
        config.keys = {key("strict", "strict"), key("tried", "tried")};
        return config;
    }
    void start(config::Config config) {
        weir_.reset();
        weir_.emplace(std::move(config), 1, store_->limiters());
        const std::string question = get("/weir/limits", "authorization: Bearer secret-of-tried\r\n");
        ASSERT_TRUE(eventually([&] { return ask(question).status == 200; })) << "the store never answers";
    }

    RawAnswer ask(const std::string& request) {
        RawClient client(weir_->port());
        client.send(request);
        return client.read_answer();
    }
    RawAnswer chat(const std::string& id, std::string_view fields = {}, std::string_view extra = {}) {
        const RawAnswer answer =
            ask(post("/v1/chat/completions", chat_body(fields), extra, "secret-of-" + id));
        EXPECT_TRUE(eventually([&] { return weir_->reservations_in_flight() == 0; }));
        return answer;
    }
    static std::string header(const RawAnswer& answer, const std::string& name) {
        const auto found = answer.headers.find(name);
        return found == answer.headers.end() ? "" : found->second;
    }
    nlohmann::json limits(const std::string& id) {
        const std::string fields = "authorization: Bearer secret-of-" + id + "\r\n";
        return nlohmann::json::parse(ask(get("/weir/limits", fields)).body)["limits"];
    }

    mock::MockUpstream upstream_{{}};
    std::optional<RunningWeir> weir_;
};

TEST_P(Shadow, TellsWhatItsTwinRefuses) {
    // A day: of several limits that refuse, the one that lasts longest is told, and a bucket of a minute's
    // window may end between two twins.
    start(twins({{Dimension::requests, 12, day_us},
                 {Dimension::input_tokens, 2'000, day_us},
                 {Dimension::output_tokens, 150, day_us}}));
    int refused = 0;
    for (int i = 0; i < 25; ++i) {
        const std::string fields = ",\"max_tokens\":" + std::to_string(1 + i * 7 % 40);
        const std::string extra = "x-mock-input-tokens: " + std::to_string(50 + i * 31 % 90) + "\r\n";
        const RawAnswer strict = chat("strict", fields, extra);
        const RawAnswer tried = chat("tried", fields, extra);
        EXPECT_EQ(tried.status, 200);
        EXPECT_EQ(header(tried, "x-weir-shadow"), header(strict, "x-weir-limit")) << i;
        EXPECT_EQ(header(strict, "x-weir-shadow"), "");
        EXPECT_EQ(header(tried, "x-ratelimit-limit-requests"), "");
        refused += strict.status == 429;
    }
    EXPECT_GT(refused, 5);
    EXPECT_LT(refused, 20);
    auto of_strict = limits("strict"), of_tried = limits("tried");
    ASSERT_EQ(of_strict.size(), of_tried.size());
    for (std::size_t i = 0; i < of_strict.size(); ++i) {
        EXPECT_EQ(of_strict[i]["used"], of_tried[i]["used"]) << of_strict[i] << of_tried[i];
        EXPECT_EQ(of_strict[i]["enforced"], true);
        EXPECT_EQ(of_tried[i]["enforced"], false);
    }
}

TEST_P(Shadow, ChangingTheModeKeepsWhatWasUsed) {
    const config::LimitSet limits{{Dimension::requests, 3, minute_us}};
    start(twins(limits, true));
    EXPECT_EQ(header(chat("tried"), "x-ratelimit-remaining-requests"), "2");
    chat("tried");
    start(twins(limits, false));
    EXPECT_EQ(header(chat("tried"), "x-weir-shadow"), "");
    EXPECT_EQ(header(chat("tried"), "x-weir-shadow"), "key/requests/1m");
    EXPECT_EQ(this->limits("tried")[0]["used"], 3);
    start(twins(limits, true));
    EXPECT_EQ(chat("tried").status, 429);
}

TEST_P(Shadow, SeveralLimitsAndBothKindsInOneWindow) {
    config::Config config = twins(
        {{Dimension::requests, 2, minute_us, false}, {Dimension::output_tokens, 1'000, minute_us, true}},
        true);
    config.upstreams.front().limits = {{Dimension::requests, 1, minute_us, false}};
    start(std::move(config));
    const auto tried = [&] { return chat("tried", ",\"max_tokens\":300", "x-mock-tokens: 300\r\n"); };
    EXPECT_EQ(header(tried(), "x-weir-shadow"), "");
    EXPECT_EQ(header(tried(), "x-weir-shadow"), "upstream/requests/1m");
    const RawAnswer third = tried();
    EXPECT_THAT(header(third, "x-weir-shadow"), HasSubstr("key/requests/1m"));
    EXPECT_THAT(header(third, "x-weir-shadow"), HasSubstr("upstream/requests/1m"));
    EXPECT_EQ(header(third, "x-ratelimit-remaining-output-tokens"), "100");
    // What is enforced refuses all the same, and then nothing is said of the others.
    const RawAnswer refused = tried();
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(header(refused, "x-weir-limit"), "key/output_tokens/1m");
    EXPECT_EQ(header(refused, "x-weir-shadow"), "");
    for (const auto& level : limits("tried")) {
        EXPECT_EQ(level["enforced"], level["name"] == "key/output_tokens/1m") << level;
    }
}

TEST_P(Shadow, WhatCanNeverFitAndWhatIsBlockedPass) {
    start(twins({{Dimension::input_tokens, 1, minute_us}, {Dimension::requests, 0, 2 * minute_us}}));
    EXPECT_EQ(chat("strict").status, 403);
    const RawAnswer answer = chat("tried");
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(header(answer, "x-weir-shadow"), HasSubstr("key/requests/2m"));
    EXPECT_THAT(header(answer, "x-weir-shadow"), HasSubstr("key/input_tokens/1m"));
    // An error that weir itself answers tells it as well.
    upstream_.stop();
    const RawAnswer failed = chat("tried");
    EXPECT_EQ(failed.status, 502);
    EXPECT_THAT(header(failed, "x-weir-shadow"), HasSubstr("key/requests/2m"));
}

TEST_P(Shadow, DisabledKeysAreToldSo) {
    config::Config config = twins({});
    config.keys.front().disabled = true;
    start(std::move(config));
    const RawAnswer refused = chat("strict");
    EXPECT_EQ(refused.status, 401);
    const auto error = nlohmann::json::parse(refused.body)["error"];
    EXPECT_EQ(error["message"], "This key is disabled.");
    EXPECT_EQ(error["code"], "invalid_api_key");
    EXPECT_EQ(ask(get("/weir/limits", "authorization: Bearer secret-of-strict\r\n")).status, 401);
    EXPECT_TRUE(eventually([&] { return weir_->counted(observe::Outcome::unauthenticated) == 2; }));
    EXPECT_EQ(chat("tried").status, 200);
}

INSTANTIATE_TEST_SUITE_P(Stores, Shadow, ::testing::Values("memory", "redis"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace weir::testing
