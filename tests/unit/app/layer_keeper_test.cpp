// Who has the newest layer, and what happens where two change it, or a store has lost it.
#include "app/layer_keeper.hpp"

#include <gtest/gtest.h>

#include "app/document_history.hpp"

#include "support/run_awaitable.hpp"

namespace weir::app {
namespace {

/// The documents of a shared store, as lua/documents.lua keeps them.
class StandInStore final : public SharedState {
public:
    awaitable<void> run() override { co_return; }
    void stop() override {}
    bool ready() const noexcept override { return true; }
    awaitable<result<ExchangeReply>> exchange(const ExchangeQuestion&) override {
        co_return make_error_code(errc::store_unavailable);
    }
    awaitable<result<std::vector<UsageIncrement>>> read_usage(std::int64_t) override {
        co_return make_error_code(errc::store_unavailable);
    }
    awaitable<result<std::vector<HourIncrement>>> read_hours(std::string, std::int64_t,
                                                             std::int64_t) override {
        co_return make_error_code(errc::store_unavailable);
    }
    awaitable<result<DocumentNews>> read_documents(DocumentVersion) override {
        if (is_away) co_return make_error_code(errc::store_unavailable);
        DocumentNews news{.now = version, .history = history, .is_whole = true, .changes = {}};
        for (const auto& [path, document] : documents) news.changes.emplace(path, document);
        co_return news;
    }
    awaitable<result<DocumentVersion>> write_documents(const DocumentWrite& write) override {
        if (is_away) co_return make_error_code(errc::store_unavailable);
        if (!(write.expected == version)) co_return version;
        if (write.replaces_all) documents.clear();
        for (const auto& [path, document] : write.changes) {
            if (document) {
                documents[path] = *document;
            } else {
                documents.erase(path);
            }
        }
        version = write.next;
        history = write.replaces_all ? write.history : extended(history, version);
        co_return version;
    }

    bool is_away = false;
    DocumentVersion version;
    DocumentHistory history;
    std::map<std::string, std::string> documents;
};

constexpr auto file = R"({"tiers":{"default":{"limits":{"rpm":10}},"trial":{"limits":{"rpm":5}}}})";
constexpr auto path_of_trial = "tier/trial";

/// One node: its configuration, and who keeps its layer.
struct Node {
    explicit Node(boost::asio::io_context& context, StandInStore* store)
        : config({.path = "weir.json",
                  .flags = {},
                  .environment = [](const std::string&) { return std::nullopt; },
                  .read_file = [](const std::string&) { return config::FileText{.text = file}; }}),
          loaded(config.load()),
          keeper(
              context, config,
              {.shared = store, .file = {}, .newest_of_others = [this] { return newest_of_others; }},
              [] { return std::int64_t{1'000'000}; }, [this] { ++published; }) {}

    std::int64_t trial_limit() const { return config.current()->tiers.at("trial").limits.front().limit; }

    config::ConfigStore config;
    config::Outcome loaded;
    int published = 0;
    std::int64_t newest_of_others = 0;
    LayerKeeper keeper;
};

config::RuntimeChange setting(const char* path, std::string document) {
    return {.set = {{path, std::move(document)}}, .erase = {}};
}

config::RuntimeChange limit_of_trial(int limit) {
    return setting(path_of_trial, R"({"limits":{"rpm":)" + std::to_string(limit) + "}}");
}

class LayerKeeperTest : public ::testing::Test {
protected:
    /// Of a change to what the node holds now.
    int status_of_change(Node& node, config::RuntimeChange change) {
        change.expected_version = node.keeper.version();
        const auto answered =
            testing::run_awaitable(context_, node.keeper.change(std::move(change), {"me", "here"}));
        const auto* problem = std::get_if<admin::Problem>(&answered);
        return problem == nullptr ? 200 : problem->status;
    }
    void follow(Node& node, DocumentVersion stored) {
        const auto run = [&]() -> awaitable<int> {
            co_await node.keeper.follow(stored);
            co_return 0;
        };
        testing::run_awaitable(context_, run());
    }

    boost::asio::io_context context_{1};
    StandInStore store_;
};

TEST_F(LayerKeeperTest, AChangeIsInTheStoreAndInForce) {
    Node node(context_, &store_);
    EXPECT_EQ(status_of_change(node, limit_of_trial(7)), 200);
    EXPECT_EQ(node.trial_limit(), 7);
    EXPECT_EQ(node.published, 1);
    EXPECT_EQ(store_.version.version, 1);
    EXPECT_EQ(store_.documents.count(path_of_trial), 1U);
}

TEST_F(LayerKeeperTest, OfTwoChangesToOneVersionTheSecondIsRefused) {
    Node one(context_, &store_), other(context_, &store_);
    EXPECT_EQ(status_of_change(one, limit_of_trial(7)), 200);
    EXPECT_EQ(status_of_change(other, limit_of_trial(8)), 412);
    // So whoever was refused reads what is new, and asks again.
    EXPECT_EQ(other.trial_limit(), 7);
}

TEST_F(LayerKeeperTest, ARepeatedChangeLiesOnTopOfTheOthers) {
    Node one(context_, &store_), other(context_, &store_);
    EXPECT_EQ(status_of_change(one, setting("tier/mine", "{}")), 200);
    EXPECT_EQ(status_of_change(other, limit_of_trial(8)), 412);
    EXPECT_EQ(status_of_change(other, limit_of_trial(8)), 200);
    EXPECT_EQ(other.config.current()->tiers.count("mine"), 1U);
    EXPECT_EQ(other.trial_limit(), 8);
    EXPECT_EQ(store_.version.version, 2);
}

TEST_F(LayerKeeperTest, WhatIsWrongChangesNothing) {
    Node node(context_, &store_);
    EXPECT_EQ(status_of_change(node, setting(path_of_trial, R"({"x":1})")), 422);
    EXPECT_EQ(store_.version.version, 0);
    EXPECT_EQ(node.published, 0);
}

TEST_F(LayerKeeperTest, WithoutTheStoreNothingIsChanged) {
    Node node(context_, &store_);
    store_.is_away = true;
    EXPECT_EQ(status_of_change(node, limit_of_trial(7)), 503);
    EXPECT_EQ(node.trial_limit(), 5);
    store_.is_away = false;
    EXPECT_EQ(status_of_change(node, limit_of_trial(7)), 200);
}

TEST_F(LayerKeeperTest, WhatAnotherNodeHasChangedIsTakenOver) {
    Node one(context_, &store_), other(context_, &store_);
    status_of_change(one, limit_of_trial(7));
    follow(other, store_.version);
    EXPECT_EQ(other.trial_limit(), 7);
    EXPECT_EQ(other.keeper.version(), 1);
}

TEST_F(LayerKeeperTest, AStoreThatWasEmptiedIsToldAgain) {
    Node node(context_, &store_);
    status_of_change(node, limit_of_trial(6));
    status_of_change(node, limit_of_trial(7));
    store_ = {};
    follow(node, store_.version);
    EXPECT_EQ(store_.version.version, 2);
    EXPECT_EQ(store_.documents.count(path_of_trial), 1U);
    EXPECT_EQ(node.trial_limit(), 7);
}

TEST_F(LayerKeeperTest, AStoreThatWasTakenBackIsToldAgain) {
    Node one(context_, &store_), other(context_, &store_);
    status_of_change(one, limit_of_trial(6));
    const StandInStore earlier = store_;
    status_of_change(one, limit_of_trial(7));
    store_ = earlier;
    follow(one, store_.version);
    EXPECT_EQ(store_.version.version, 2);
    follow(other, store_.version);
    EXPECT_EQ(other.trial_limit(), 7);
}

TEST_F(LayerKeeperTest, AChangeRightAfterALossLosesNothing) {
    Node node(context_, &store_);
    status_of_change(node, limit_of_trial(6));
    status_of_change(node, setting("tier/mine", "{}"));
    store_ = {};
    EXPECT_EQ(status_of_change(node, limit_of_trial(9)), 200);
    EXPECT_EQ(store_.version.version, 3);
    EXPECT_EQ(store_.documents.size(), 2U);
    EXPECT_EQ(node.trial_limit(), 9);
}

TEST_F(LayerKeeperTest, TheNodeThatHoldsMostTellsTheStoreAgain) {
    Node one(context_, &store_), other(context_, &store_);
    status_of_change(one, limit_of_trial(6));
    follow(other, store_.version);
    status_of_change(one, limit_of_trial(7));
    store_ = {};
    other.newest_of_others = 2;
    follow(other, store_.version);
    EXPECT_EQ(store_.version.version, 0) << "it waits for the one that has version 2";
    follow(one, store_.version);
    EXPECT_EQ(store_.version.version, 2);
    follow(other, store_.version);
    EXPECT_EQ(other.trial_limit(), 7);
}

TEST_F(LayerKeeperTest, TwoBranchesEndAsOne) {
    Node one(context_, &store_), other(context_, &store_);
    status_of_change(one, limit_of_trial(6));
    follow(other, store_.version);
    const StandInStore earlier = store_;
    status_of_change(one, limit_of_trial(7));
    status_of_change(one, setting("tier/of-one", "{}"));
    store_ = earlier;  // `one` hears nothing of it for a while
    status_of_change(other, limit_of_trial(8));
    status_of_change(other, limit_of_trial(9));
    EXPECT_EQ(one.keeper.version(), other.keeper.version());
    follow(one, store_.version);
    EXPECT_EQ(one.trial_limit(), 9);
    EXPECT_EQ(one.config.current()->tiers.count("of-one"), 0U);
}

TEST_F(LayerKeeperTest, OfAnotherHistoryTheStoresIsTaken) {
    Node node(context_, &store_);
    status_of_change(node, limit_of_trial(6));
    store_.version.revision = "another";
    store_.history = extended({}, store_.version);
    store_.documents[path_of_trial] = R"({"limits":{"rpm":9}})";
    follow(node, store_.version);
    EXPECT_EQ(node.trial_limit(), 9);
}

TEST(DocumentHistory, SaysWhatCameBefore) {
    DocumentHistory history = extended(extended({}, {1, "a"}), {2, "b"});
    EXPECT_EQ(newest_of(history), (DocumentVersion{2, "b"}));
    EXPECT_EQ(oldest_version_of(history), 1);
    EXPECT_TRUE(holds(history, {1, "a"}));
    EXPECT_FALSE(holds(history, {1, "b"}));
    EXPECT_FALSE(holds(history, {2, ""}));
    EXPECT_EQ(newest_of({}), DocumentVersion{});
    for (std::int64_t version = 3; version < 10'000; ++version)
        history = extended(history, {version, "0123456789abcdef"});
    EXPECT_LE(history.size(), 256U * 32U);
    EXPECT_TRUE(holds(history, {9'999, "0123456789abcdef"}));
    EXPECT_GT(oldest_version_of(history), 9'000);
}

TEST_F(LayerKeeperTest, WithoutAnyPlaceAChangeEndsWithTheProcess) {
    Node node(context_, nullptr);
    const auto answered =
        testing::run_awaitable(context_, node.keeper.change(limit_of_trial(7), {"me", "here"}));
    EXPECT_FALSE(std::get<admin::Changed>(answered).durable);
    EXPECT_EQ(node.trial_limit(), 7);
}

}  // namespace
}  // namespace weir::app
