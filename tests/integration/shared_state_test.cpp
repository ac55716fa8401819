// What nodes tell each other through a real Redis: documents, figures, and usage exactly once.
#include <gtest/gtest.h>

#include <optional>

#include "shared_state_side.hpp"
#include "support/redis_server.hpp"

namespace weir::testing {
namespace {

class SharedStateTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "there is no redis-server";
        server_.emplace();
    }
    RedisAddress address() const { return {.socket_path = server_->socket_path()}; }

    std::optional<RedisServer> server_;
};

TEST_F(SharedStateTest, DocumentsAreReadByWhatHasChanged) {
    Side one(address()), other(address());
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

TEST_F(SharedStateTest, WhatALaterVersionCountsBesidesStays) {
    Side side(address());
    side.exchange(question_of(1, 0, 10));
    const std::string key = "weir:1:{runtime}:usage:" + std::to_string(day);
    const std::string field = "acme\x1fgpt-4o";
    const std::string more = " 9007199254740991 7";
    server_->command({"HSET", key, field, server_->command({"HGET", key, field}) + more});
    side.exchange(question_of(2, 1, 5));
    EXPECT_EQ(server_->command({"HGET", key, field}), "15 2 4 6 8 10" + more);
    ASSERT_EQ(side.usage(day).size(), 1U);
    EXPECT_EQ(side.usage(day)[0].amounts[0], 15);
}

TEST_F(SharedStateTest, TwoChangesAtOnceOnlyOneIsWritten) {
    Side one(address()), other(address());
    EXPECT_EQ(one.write(write_of({}, {1, "mine"}, {{"key/x", "1"}})), (DocumentVersion{1, "mine"}));
    EXPECT_EQ(other.write(write_of({}, {1, "theirs"}, {{"key/x", "2"}})), (DocumentVersion{1, "mine"}));
    // The same version of another history is another version.
    EXPECT_EQ(other.write(write_of({1, "lost"}, {2, "theirs"}, {{"key/x", "2"}})),
              (DocumentVersion{1, "mine"}));
    EXPECT_EQ(one.read({}).changes, (DocumentChanges{{"key/x", "1"}}));
}

TEST_F(SharedStateTest, AWholeLayerReplacesWhatIsThere) {
    Side side(address());
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
    Side side(address());
    side.write(write_of({}, {1, "a"}, {{"key/x", "1"}}));
    side.write(write_of({1, "a"}, {2, "b"}, {{"key/y", "2"}}));
    EXPECT_FALSE(side.read({1, "a"}).is_whole);
    const DocumentNews news = side.read({1, "other"});
    EXPECT_TRUE(news.is_whole);
    EXPECT_EQ(news.changes.size(), 2U);
    EXPECT_EQ(news.history, "2:b 1:a");
}

TEST_F(SharedStateTest, ManyDocumentsComeInParts) {
    Side side(address());
    DocumentChanges changes;
    const std::string document(1'000, 'x');
    for (int i = 0; i < 5'000; ++i) changes["key/" + std::to_string(i)] = document;
    side.write(write_of({}, {1, "a"}, changes));
    EXPECT_EQ(side.read({}).changes, changes);
}

TEST_F(SharedStateTest, WhatWasErasedIsForgottenInTheEnd) {
    Side side(address());
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

TEST_F(SharedStateTest, ABatchIsAppliedOnceHoweverOftenItIsSent) {
    Side side(address());
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

TEST_F(SharedStateTest, HoursAddUpAndKeepTheHighestPeakOfAnyNode) {
    Side one(address()), other(address());
    constexpr std::int64_t hour = day * 24 + 30;
    ExchangeQuestion question = question_of(1, 0, 7);
    question.usage.hours = {{hour, "acme", {10, 1, 200, 300}, {5, 60, 70, 130}},
                            {hour + 200, "acme", {1, 0, 2, 3}, {1, 2, 3, 5}},
                            {hour, "other", {9, 9, 9, 9}, {9, 9, 9, 9}}};
    EXPECT_EQ(one.exchange(question).batch, BatchFate::applied);
    EXPECT_EQ(one.exchange(question).batch, BatchFate::applied) << "the same once more changes nothing";
    question.usage.writer = "another";
    question.usage.increments.clear();
    question.usage.hours = {{hour, "acme", {20, 2, 400, 600}, {4, 61, 70, 0}}};
    EXPECT_EQ(other.exchange(question).batch, BatchFate::applied);
    const auto hours = one.hours("acme", hour - 800, hour + 200);
    ASSERT_EQ(hours.size(), 2U);
    EXPECT_EQ(hours[0].hour, hour);
    EXPECT_EQ(hours[0].sums, (std::array<std::int64_t, 4>{30, 3, 600, 900}));
    EXPECT_EQ(hours[0].peaks, (std::array<std::int64_t, 4>{5, 61, 70, 130}));
    EXPECT_EQ(hours[1].hour, hour + 200);
    EXPECT_TRUE(one.hours("acme", hour + 1, hour + 199).empty());
    EXPECT_EQ(one.usage(day)[0].amounts[0], 7) << "days are as they were";
}

TEST_F(SharedStateTest, HoursOfAKeyStandPackedAndExpire) {
    Side side(address());
    constexpr std::int64_t block = day / 5;
    std::int64_t sequence = 0;
    for (std::int64_t hour = block * 120; hour < (block + 1) * 120; ++hour) {
        ExchangeQuestion question = question_of(sequence + 1, sequence, 1);
        ++sequence;
        question.usage.hours = {
            {hour, "acme", {3'600, 12, 12'345'678, 3'456'789}, {90, 345'678, 98'765, 444'443}}};
        ASSERT_EQ(side.exchange(question).batch, BatchFate::applied);
    }
    const std::string key = "weir:1:{runtime}:hours:" + std::to_string(block) + ":acme";
    EXPECT_EQ(server_->command({"OBJECT", "ENCODING", key}), "listpack");
    const std::int64_t bytes = std::stoll(server_->command({"MEMORY", "USAGE", key, "SAMPLES", "0"}));
    std::cout << "five days of a key that is busy in every hour: " << bytes << " bytes in Redis\n";
    EXPECT_LT(bytes, 10'000);
    EXPECT_EQ(std::stoll(server_->command({"EXPIRETIME", key})), (block + 8) * 120 * 3'600);
}

TEST_F(SharedStateTest, ABatchOfAWriterWhoStandsElsewhereIsNotApplied) {
    Side side(address());
    side.exchange(question_of(5, 0, 7));
    const ExchangeReply reply = side.exchange(question_of(4, 3, 7));
    EXPECT_EQ(reply.batch, BatchFate::differs);
    EXPECT_EQ(reply.sequence, 5);
    EXPECT_EQ(side.usage(day)[0].amounts[0], 7);
}

TEST_F(SharedStateTest, ABatchIsNotAppliedWhereTheTotalsWereLost) {
    Side side(address());
    side.exchange(question_of(1, 0, 7));
    server_->command({"FLUSHALL"});
    EXPECT_EQ(side.exchange(question_of(2, 1, 3)).batch, BatchFate::emptied);
    EXPECT_TRUE(side.usage(day).empty());
    EXPECT_EQ(side.exchange(question_of(3, 0, 10)).batch, BatchFate::applied);
    EXPECT_EQ(side.usage(day)[0].amounts[0], 10);
}

TEST_F(SharedStateTest, NodesSeeEachOthersFiguresUntilTheyLeave) {
    Side one(address()), other(address());
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
