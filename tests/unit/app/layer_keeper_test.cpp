// Who has the newest layer, and what happens where two change it, or a store has lost it.
#include "app/layer_keeper.hpp"

#include <gtest/gtest.h>

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
    awaitable<result<DocumentNews>> read_documents(std::int64_t) override {
        if (is_away) co_return make_error_code(errc::store_unavailable);
        DocumentNews news{.now = version, .is_whole = true, .changes = {}};
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
        co_return version;
    }

    bool is_away = false;
    DocumentVersion version;
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
              context, config, {.shared = store, .file = {}}, [] { return std::int64_t{1'000'000}; },
              [this] { ++published; }) {}

    std::int64_t trial_limit() const { return config.current()->tiers.at("trial").limits.front().limit; }

    config::ConfigStore config;
    config::Outcome loaded;
    int published = 0;
    LayerKeeper keeper;
};

config::RuntimeChange limit_of_trial(int limit, std::optional<std::int64_t> expected = std::nullopt) {
    return {.expected_version = expected,
            .set = {{path_of_trial, R"({"limits":{"rpm":)" + std::to_string(limit) + "}}"}},
            .erase = {}};
}

class LayerKeeperTest : public ::testing::Test {
protected:
    int status_of_change(Node& node, config::RuntimeChange change) {
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
    EXPECT_EQ(status_of_change(one, limit_of_trial(7, 0)), 200);
    EXPECT_EQ(status_of_change(other, limit_of_trial(8, 0)), 412);
    // So whoever was refused reads what is new, and asks again.
    EXPECT_EQ(other.trial_limit(), 7);
}

TEST_F(LayerKeeperTest, AChangeOfNoVersionLiesOnTopOfTheOthers) {
    Node one(context_, &store_), other(context_, &store_);
    EXPECT_EQ(status_of_change(one, {.expected_version = {}, .set = {{"tier/mine", "{}"}}, .erase = {}}),
              200);
    EXPECT_EQ(status_of_change(other, limit_of_trial(8)), 200);
    EXPECT_EQ(other.config.current()->tiers.count("mine"), 1U);
    EXPECT_EQ(other.trial_limit(), 8);
    EXPECT_EQ(store_.version.version, 2);
}

TEST_F(LayerKeeperTest, WhatIsWrongChangesNothing) {
    Node node(context_, &store_);
    EXPECT_EQ(
        status_of_change(node, {.expected_version = {}, .set = {{path_of_trial, R"({"x":1})"}}, .erase = {}}),
        422);
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
    store_.documents.clear();
    store_.version = {};
    follow(node, store_.version);
    EXPECT_EQ(store_.version.version, 2);
    EXPECT_EQ(store_.documents.count(path_of_trial), 1U);
    EXPECT_EQ(node.trial_limit(), 7);
}

TEST_F(LayerKeeperTest, AStoreThatWasTakenBackIsToldAgain) {
    Node one(context_, &store_), other(context_, &store_);
    status_of_change(one, limit_of_trial(6));
    const DocumentVersion earlier = store_.version;
    const auto documents = store_.documents;
    status_of_change(one, limit_of_trial(7));
    store_.version = earlier;
    store_.documents = documents;
    follow(one, store_.version);
    EXPECT_EQ(store_.version.version, 2);
    follow(other, store_.version);
    EXPECT_EQ(other.trial_limit(), 7);
}

TEST_F(LayerKeeperTest, OfAnotherHistoryTheStoresIsTaken) {
    Node node(context_, &store_);
    status_of_change(node, limit_of_trial(6));
    store_.version.revision = "another";
    store_.documents[path_of_trial] = R"({"limits":{"rpm":9}})";
    follow(node, store_.version);
    EXPECT_EQ(node.trial_limit(), 9);
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
