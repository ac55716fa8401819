// What an operator reads when Redis is away.
#include "app/store_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

RedisStoreStatistics away() {
    RedisStoreStatistics statistics;
    statistics.mode = StoreMode::local;
    statistics.server = "cache:6379";
    statistics.why_away = "can't connect";
    statistics.nodes = 2;
    statistics.away_since_us = 1'795'662'206'000'000;
    statistics.fallbacks_since_away = 45;
    return statistics;
}

TEST(StoreWords, ALossSaysWhichRedisWhyAndWhatHappensNow) {
    EXPECT_EQ(
        words_of_loss(WithoutStore::local, away(), "End of file"),
        "Redis at cache:6379 does not decide (End of file); this node keeps to its part of each limit (1 of "
        "2)");
    EXPECT_THAT(words_of_loss(WithoutStore::open, away(), "x"), HasSubstr("requests pass unmetered"));
    EXPECT_THAT(words_of_loss(WithoutStore::closed, away(), "x"), HasSubstr("requests are answered 503"));
}

TEST(StoreWords, WithoutTheNumberOfNodesItSaysWhatToSet) {
    RedisStoreStatistics statistics = away();
    statistics.nodes = 0;
    statistics.fallbacks_since_away = 0;
    statistics.turned_away_since_away = 45;
    EXPECT_EQ(
        words_of_loss(WithoutStore::local, statistics, "can't connect to cache:6379: Connection refused"),
        "Redis at cache:6379 does not decide (can't connect to cache:6379: Connection refused); this node "
        "does "
        "not know how many nodes share the limits, so requests are answered 503: set cluster.nodes, or start "
        "Redis");
    EXPECT_THAT(words_of_absence(WithoutStore::local, statistics),
                HasSubstr(", 45 requests were turned away; this"));
    EXPECT_THAT(words_of_absence(WithoutStore::local, statistics),
                HasSubstr("set cluster.nodes, or start Redis"));
}

TEST(StoreWords, TheRemedyFitsWhatIsInTheWay) {
    RedisStoreStatistics statistics = away();
    statistics.nodes = 0;
    statistics.obstacle = RedisObstacle::unusable;
    EXPECT_THAT(words_of_loss(WithoutStore::local, statistics, "AUTH: WRONGPASS"),
                EndsWith("503: set cluster.nodes, or correct store.url"));
    statistics.obstacle = RedisObstacle::passing;
    EXPECT_THAT(words_of_loss(WithoutStore::local, statistics, "PING: LOADING"),
                EndsWith("503: set cluster.nodes"));
}

TEST(StoreWords, AbsenceSaysSinceWhenAndHowManyDecisions) {
    EXPECT_EQ(
        words_of_absence(WithoutStore::local, away()),
        "Redis at cache:6379 has not decided since 2026-11-26T03:03:26.000000Z (can't connect), 45 decisions "
        "were made without it; this node keeps to its part of each limit (1 of 2)");
    RedisStoreStatistics there = away();
    there.away_since_us = 0;
    EXPECT_EQ(words_of_absence(WithoutStore::local, there), "");
    RedisStoreStatistics idle = away();
    idle.fallbacks_since_away = 0;
    EXPECT_THAT(words_of_absence(WithoutStore::closed, idle),
                HasSubstr("(can't connect), no request came since; "));
}

TEST(StoreWords, AReturnSaysForHowLongItWasAway) {
    EXPECT_EQ(words_of_return(away(), 1'795'662'218'300'000),
              "Redis at cache:6379 decides, after 12.3 s in which 45 decisions were made without it");
    RedisStoreStatistics statistics = away();
    statistics.fallbacks_since_away = 0;
    EXPECT_EQ(words_of_return(statistics, 1'795'662'206'200'000),
              "Redis at cache:6379 decides, after 0.2 s without it");
    statistics.fallbacks_since_away = 1;
    EXPECT_THAT(words_of_return(statistics, 1'795'665'806'000'000),
                HasSubstr("60 min in which 1 decision was made"));
    statistics.turned_away_since_away = 3;
    EXPECT_THAT(words_of_return(statistics, 1'795'665'806'000'000),
                HasSubstr("in which 3 requests were turned away and 1 decision was made without it"));
    statistics.fallbacks_since_away = 0;
    EXPECT_THAT(words_of_return(statistics, 1'795'665'806'000'000),
                EndsWith("in which 3 requests were turned away"));
}

}  // namespace
}  // namespace weir::app
