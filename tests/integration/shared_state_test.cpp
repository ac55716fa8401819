// What nodes tell each other through a real Redis: documents, figures, and usage exactly once.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <optional>

#include "support/redis_server.hpp"
#include "support/run_awaitable.hpp"
#include "weir/clock.hpp"
#include "weir/shared_state.hpp"

namespace weir::testing {
namespace {

/// One node's side, on the test's own thread.
class Side {
public:
    explicit Side(const RedisServer& server) {
        RedisAddress address;
        address.socket_path = server.socket_path();
        state_ = make_shared_state(context_, clock_, address);
        boost::asio::co_spawn(context_, state_->run(), boost::asio::detached);
        while (!state_->ready() && context_.run_one() > 0) {
        }
    }
    ~Side() {
        state_->stop();
        context_.restart();
        context_.run();
    }
    ExchangeReply exchange(const ExchangeQuestion& question) {
        return run_awaitable(context_, state_->exchange(question)).value();
    }
    DocumentNews read(const DocumentVersion& since) {
        return run_awaitable(context_, state_->read_documents(since)).value();
    }
    DocumentVersion write(const DocumentWrite& write) {
        return run_awaitable(context_, state_->write_documents(write)).value();
    }
    std::vector<UsageIncrement> usage(std::int64_t day) {
        return run_awaitable(context_, state_->read_usage(day)).value();
    }

private:
    SystemClock clock_;
    boost::asio::io_context context_{1};
    std::unique_ptr<SharedState> state_;
};

class SharedStateTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
        server_.emplace();
    }
    std::optional<RedisServer> server_;
};

DocumentWrite write_of(DocumentVersion expected, DocumentVersion next, DocumentChanges changes) {
    return {.expected = std::move(expected),
            .next = std::move(next),
            .changes = std::move(changes),
            .history = {}};
}

TEST_F(SharedStateTest, DocumentsAreReadByWhatHasChanged) {
    Side one(*server_), other(*server_);
    const DocumentVersion first{1, "a"}, second{2, "b"};
    EXPECT_EQ(one.write(write_of({}, first, {{"key/x", R"({"tier":"trial"})"}, {"tier/t", "{}"}})), first);
    DocumentNews news = other.read({});
    EXPECT_EQ(news.now, first);
    EXPECT_TRUE(news.is_whole);
    EXPECT_EQ(news.changes, (DocumentChanges{{"key/x", R"({"tier":"trial"})"}, {"tier/t", "{}"}}));

    EXPECT_EQ(one.write(write_of(first, second, {{"tier/t", std::nullopt}})), second);
    news = other.read(first);
    EXPECT_EQ(news.now, second);
    EXPECT_FALSE(news.is_whole);
    EXPECT_EQ(news.changes, (DocumentChanges{{"tier/t", std::nullopt}}));
    EXPECT_TRUE(other.read(second).changes.empty());
    EXPECT_EQ(other.exchange({.node = "n", .figures = "{}", .usage = {}}).documents, second);
}

TEST_F(SharedStateTest, TwoChangesAtOnceOnlyOneIsWritten) {
    Side one(*server_), other(*server_);
    EXPECT_EQ(one.write(write_of({}, {1, "mine"}, {{"key/x", "1"}})), (DocumentVersion{1, "mine"}));
    EXPECT_EQ(other.write(write_of({}, {1, "theirs"}, {{"key/x", "2"}})), (DocumentVersion{1, "mine"}));
    // The same version of another history is another version.
    EXPECT_EQ(other.write(write_of({1, "lost"}, {2, "theirs"}, {{"key/x", "2"}})),
              (DocumentVersion{1, "mine"}));
    EXPECT_EQ(one.read({}).changes, (DocumentChanges{{"key/x", "1"}}));
}

TEST_F(SharedStateTest, AWholeLayerReplacesWhatIsThere) {
    Side side(*server_);
    side.write(write_of({}, {3, "old"}, {{"key/gone", "1"}, {"key/stays", "2"}}));
    DocumentWrite write = write_of({3, "old"}, {12, "new"}, {{"key/stays", "3"}});
    write.replaces_all = true;
    write.history = "12:new 3:old";
    EXPECT_EQ(side.write(write), (DocumentVersion{12, "new"}));
    // A reader that stood anywhere before must not keep what is gone.
    const DocumentNews news = side.read({3, "old"});
    EXPECT_TRUE(news.is_whole);
    EXPECT_EQ(news.changes, (DocumentChanges{{"key/stays", "3"}}));
    EXPECT_EQ(news.history, "12:new 3:old");
}

TEST_F(SharedStateTest, WhoComesFromAnotherHistoryReadsEverything) {
    Side side(*server_);
    side.write(write_of({}, {1, "a"}, {{"key/x", "1"}}));
    side.write(write_of({1, "a"}, {2, "b"}, {{"key/y", "2"}}));
    EXPECT_FALSE(side.read({1, "a"}).is_whole);
    const DocumentNews news = side.read({1, "other"});
    EXPECT_TRUE(news.is_whole);
    EXPECT_EQ(news.changes.size(), 2U);
    EXPECT_EQ(news.history, "2:b 1:a");
}

TEST_F(SharedStateTest, ManyDocumentsComeInParts) {
    Side side(*server_);
    DocumentChanges changes;
    const std::string document(1'000, 'x');
    for (int i = 0; i < 5'000; ++i) changes["key/" + std::to_string(i)] = document;
    side.write(write_of({}, {1, "a"}, changes));
    EXPECT_EQ(side.read({}).changes, changes);
}

TEST_F(SharedStateTest, WhatWasErasedIsForgottenInTheEnd) {
    Side side(*server_);
    DocumentVersion version{1, "a"};
    DocumentChanges changes;
    for (int i = 0; i < 10'100; ++i) changes["key/" + std::to_string(i)] = "1";
    side.write(write_of({}, version, changes));
    for (auto& [path, document] : changes) document = std::nullopt;
    side.write(write_of(version, {2, "b"}, changes));
    EXPECT_EQ(server_->command({"ZCARD", "weir:1:{runtime}:changes"}), "1");
    const DocumentNews news = side.read(version);
    EXPECT_TRUE(news.is_whole);
    EXPECT_TRUE(news.changes.empty());
}

constexpr std::int64_t day = 30'000;

ExchangeQuestion question_of(std::int64_t sequence, std::int64_t previous, std::int64_t amount) {
    return {.node = "n",
            .figures = "{}",
            .usage = {.writer = "w",
                      .sequence = sequence,
                      .previous = previous,
                      .increments = {{day, "acme", "gpt-4o", {amount, 1, 2, 3, 4, 5}}}}};
}

TEST_F(SharedStateTest, ABatchIsAppliedOnceHoweverOftenItIsSent) {
    Side side(*server_);
    EXPECT_EQ(side.exchange(question_of(1, 0, 7)).batch, BatchFate::applied);
    EXPECT_EQ(side.exchange(question_of(1, 0, 7)).batch, BatchFate::applied);
    EXPECT_EQ(side.exchange(question_of(2, 1, 3)).batch, BatchFate::applied);
    EXPECT_EQ(side.exchange(question_of(2, 1, 3)).batch, BatchFate::applied);
    const auto totals = side.usage(day);
    ASSERT_EQ(totals.size(), 1U);
    EXPECT_EQ(totals[0].key, "acme");
    EXPECT_EQ(totals[0].model, "gpt-4o");
    EXPECT_EQ(totals[0].amounts, (std::array<std::int64_t, 6>{10, 2, 4, 6, 8, 10}));
    EXPECT_TRUE(side.usage(day + 1).empty());
    EXPECT_EQ(side.exchange({.node = "n", .figures = "{}", .usage = {}}).batch, BatchFate::none);
}

TEST_F(SharedStateTest, ABatchOfAWriterWhoStandsElsewhereIsNotApplied) {
    Side side(*server_);
    side.exchange(question_of(5, 0, 7));
    const ExchangeReply reply = side.exchange(question_of(4, 3, 7));
    EXPECT_EQ(reply.batch, BatchFate::differs);
    EXPECT_EQ(reply.sequence, 5);
    EXPECT_EQ(side.usage(day)[0].amounts[0], 7);
}

TEST_F(SharedStateTest, ABatchIsNotAppliedWhereTheTotalsWereLost) {
    Side side(*server_);
    side.exchange(question_of(1, 0, 7));
    server_->command({"FLUSHALL"});
    EXPECT_EQ(side.exchange(question_of(2, 1, 3)).batch, BatchFate::emptied);
    EXPECT_TRUE(side.usage(day).empty());
    EXPECT_EQ(side.exchange(question_of(3, 0, 10)).batch, BatchFate::applied);
    EXPECT_EQ(side.usage(day)[0].amounts[0], 10);
}

TEST_F(SharedStateTest, NodesSeeEachOthersFiguresUntilTheyLeave) {
    Side one(*server_), other(*server_);
    one.exchange({.node = "one", .figures = R"({"a":1})", .usage = {}});
    ExchangeReply reply = other.exchange({.node = "other", .figures = R"({"b":2})", .usage = {}});
    ASSERT_EQ(reply.nodes.size(), 2U);
    std::map<std::string, std::string> told;
    for (const ExchangeReply::Node& node : reply.nodes) told[node.name] = node.figures;
    EXPECT_EQ(told["one"], R"({"a":1})");
    EXPECT_EQ(told["other"], R"({"b":2})");
    one.exchange({.node = "one", .figures = "", .usage = {}});
    reply = other.exchange({.node = "other", .figures = "{}", .usage = {}});
    EXPECT_EQ(reply.nodes.size(), 1U);
}

}  // namespace
}  // namespace weir::testing
