// When an upstream is ejected and probed: each rule, then what always holds, whatever happens in which order.
#include "proxy/upstream_health.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace weir::proxy {
namespace {

using State = UpstreamHealth::State;

constexpr std::int64_t second_us = 1'000'000;
constexpr double no_jitter = 0.5;  ///< the middle between shortest and longest

/// An upstream and the time.
class UpstreamHealthTest : public ::testing::Test {
protected:
    void fail(double jitter = no_jitter) { health_.note_failure(health_.begin(now_us_), now_us_, jitter); }
    void succeed() { health_.note_success(health_.begin(now_us_)); }
    void eject(double jitter = no_jitter) {
        for (std::uint32_t i = 0; i < UpstreamHealth::failures_max; ++i) fail(jitter);
        ASSERT_EQ(state(), State::ejected);
    }
    void wait_until_half_open() {
        now_us_ = health_.ejected_until_us();
        ASSERT_EQ(state(), State::half_open);
    }
    State state() const { return health_.state(now_us_); }
    std::int64_t ejected_for_us() const { return health_.ejected_until_us() - now_us_; }

    UpstreamHealth health_;
    std::int64_t now_us_ = 1'000 * second_us;
};

TEST_F(UpstreamHealthTest, FiveFailuresInARowEject) {
    for (int i = 0; i < 4; ++i) fail();
    EXPECT_EQ(state(), State::well);
    EXPECT_TRUE(health_.may_ask(now_us_));
    EXPECT_EQ(health_.ejected_until_us(), 0);
    fail();
    EXPECT_EQ(state(), State::ejected);
    EXPECT_FALSE(health_.may_ask(now_us_));
    EXPECT_EQ(ejected_for_us(), second_us);
}

TEST_F(UpstreamHealthTest, ASuccessBetweenFailuresResetsTheirCount) {
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 4; ++i) fail();
        succeed();
    }
    EXPECT_EQ(state(), State::well);
}

TEST_F(UpstreamHealthTest, AnAbandonedRequestNeitherFailsNorSucceeds) {
    for (int i = 0; i < 4; ++i) fail();
    health_.note_abandoned(health_.begin(now_us_));
    EXPECT_EQ(state(), State::well);
    fail();
    EXPECT_EQ(state(), State::ejected);
}

TEST_F(UpstreamHealthTest, OneProbeMayGoWhenTheTimeIsOver) {
    eject();
    now_us_ = health_.ejected_until_us() - 1;
    EXPECT_FALSE(health_.may_ask(now_us_));
    ++now_us_;
    EXPECT_TRUE(health_.may_ask(now_us_));
    health_.begin(now_us_);
    EXPECT_EQ(state(), State::probing);
    EXPECT_FALSE(health_.may_ask(now_us_));
}

TEST_F(UpstreamHealthTest, AProbeThatSucceedsMakesItWellAndResetsTheGrowth) {
    eject();
    wait_until_half_open();
    fail();
    EXPECT_EQ(ejected_for_us(), 2 * second_us);
    wait_until_half_open();
    succeed();
    EXPECT_EQ(state(), State::well);
    EXPECT_EQ(health_.ejected_until_us(), 0);
    eject();
    EXPECT_EQ(ejected_for_us(), second_us);
}

TEST_F(UpstreamHealthTest, EachProbeThatFailsDoublesTheTimeUpToAMinute) {
    eject();
    for (const std::int64_t seconds : {2, 4, 8, 16, 32, 60, 60}) {
        wait_until_half_open();
        fail();
        EXPECT_EQ(ejected_for_us(), seconds * second_us);
    }
    for (int i = 0; i < 100; ++i) {
        wait_until_half_open();
        fail();
    }
    EXPECT_EQ(ejected_for_us(), 60 * second_us);
}

TEST_F(UpstreamHealthTest, TheJitterMovesTheTimeByAFifth) {
    const auto first_time_us = [&](double jitter) {
        health_ = UpstreamHealth();
        eject(jitter);
        return ejected_for_us();
    };
    EXPECT_EQ(first_time_us(0.0), 800'000);
    EXPECT_EQ(first_time_us(0.25), 900'000);
    EXPECT_EQ(first_time_us(1.0), 1'200'000);
    // What lies outside counts as the nearer end.
    EXPECT_EQ(first_time_us(-5.0), 800'000);
    EXPECT_EQ(first_time_us(5.0), 1'200'000);
    EXPECT_EQ(first_time_us(std::numeric_limits<double>::quiet_NaN()), 800'000);
}

TEST_F(UpstreamHealthTest, AProbeThatNeverEndsGivesWayAfterTenSeconds) {
    eject();
    wait_until_half_open();
    const UpstreamHealth::Ask first = health_.begin(now_us_);
    now_us_ += UpstreamHealth::probe_us_max - 1;
    EXPECT_EQ(state(), State::probing);
    ++now_us_;
    EXPECT_EQ(state(), State::half_open);
    health_.begin(now_us_);
    EXPECT_EQ(state(), State::probing);
    // Answers may well take longer than that.
    health_.note_success(first);
    EXPECT_EQ(state(), State::well);
}

TEST_F(UpstreamHealthTest, AnAbandonedProbeLetsAnotherGo) {
    eject();
    wait_until_half_open();
    const UpstreamHealth::Ask first = health_.begin(now_us_);
    health_.note_abandoned(first);
    EXPECT_EQ(state(), State::half_open);
    health_.begin(now_us_);
    health_.note_abandoned(first);
    EXPECT_EQ(state(), State::probing) << "the second one is still under way";
}

TEST_F(UpstreamHealthTest, WhatBeganBeforeTheEjectionSaysNothingOfTheProbe) {
    const UpstreamHealth::Ask early = health_.begin(now_us_);
    eject();
    health_.note_success(early);
    EXPECT_EQ(state(), State::ejected);
    wait_until_half_open();
    health_.begin(now_us_);
    health_.note_failure(early, now_us_, no_jitter);
    health_.note_abandoned(early);
    EXPECT_EQ(state(), State::probing);
    health_.note_success(early);
    EXPECT_EQ(state(), State::probing);
}

TEST_F(UpstreamHealthTest, FailuresThatEndAfterTheEjectionDoNotProlongIt) {
    std::vector<UpstreamHealth::Ask> asks;
    for (int i = 0; i < 50; ++i) asks.push_back(health_.begin(now_us_));
    for (const UpstreamHealth::Ask& ask : asks) health_.note_failure(ask, now_us_, no_jitter);
    EXPECT_EQ(ejected_for_us(), second_us);
}

TEST_F(UpstreamHealthTest, WhoAsksWhileItIsEjectedCanOnlyMakeItWell) {
    eject();
    const std::int64_t until_us = health_.ejected_until_us();
    for (int i = 0; i < 50; ++i) fail();
    const UpstreamHealth::Ask late = health_.begin(now_us_);
    EXPECT_EQ(health_.ejected_until_us(), until_us);
    wait_until_half_open();
    health_.begin(now_us_);
    health_.note_failure(late, now_us_, no_jitter);
    EXPECT_EQ(state(), State::probing) << "it was not the probe";
    succeed();
    EXPECT_EQ(state(), State::well);
}

/// Requests that begin and end at random, by callers who ask only where they may, and by some who have nobody
/// else. Kept beside it: what the probes are that are under way.
TEST_F(UpstreamHealthTest, NeverTwoProbesAtOnceAndNeverAskedWhileEjected) {
    std::mt19937_64 random(11);
    struct Request {
        UpstreamHealth::Ask ask;
        std::int64_t began_us = 0;
    };
    std::vector<Request> open;
    int ejections = 0;
    int recoveries = 0;
    for (int step = 0; step < 200'000; ++step) {
        now_us_ += static_cast<std::int64_t>(random() % 200'000);
        const State before = state();
        ASSERT_EQ(health_.may_ask(now_us_), before == State::well || before == State::half_open);
        ASSERT_EQ(health_.ejected_until_us() == 0, before == State::well);
        const bool has_no_other = random() % 8 == 0;
        if (open.size() < 20 && (health_.may_ask(now_us_) || has_no_other)) {
            const UpstreamHealth::Ask ask = health_.begin(now_us_);
            ASSERT_EQ(ask.probe != 0, before == State::half_open);
            if (ask.probe != 0) {
                for (const Request& other : open) {
                    const bool same = other.ask.period == ask.period && other.ask.probe != 0;
                    ASSERT_TRUE(!same || now_us_ - other.began_us >= UpstreamHealth::probe_us_max);
                }
            }
            open.push_back({ask, now_us_});
        }
        if (open.empty() || random() % 2 == 0) continue;
        const auto ending = open.begin() + static_cast<std::ptrdiff_t>(random() % open.size());
        // Good times and bad ones.
        const bool is_down = (now_us_ / (100 * second_us)) % 2 == 0;
        const std::uint64_t chance = random() % 100;
        const std::int64_t until_before_us = health_.ejected_until_us();
        if (chance < 5) {
            health_.note_abandoned(ending->ask);
            ASSERT_EQ(health_.ejected_until_us(), until_before_us);
        } else if (is_down || chance < 10) {
            health_.note_failure(ending->ask, now_us_, static_cast<double>(chance) / 100.0);
            const bool is_ejected_anew = health_.ejected_until_us() != until_before_us;
            ASSERT_TRUE(!is_ejected_anew || before == State::well || ending->ask.probe != 0);
            if (is_ejected_anew) {
                ++ejections;
                ASSERT_GE(ejected_for_us(), 800'000);
                ASSERT_LE(ejected_for_us(), 72 * second_us);
            }
        } else {
            health_.note_success(ending->ask);
            if (until_before_us != 0 && state() == State::well) ++recoveries;
        }
        open.erase(ending);
    }
    EXPECT_GT(ejections, 100);
    EXPECT_GT(recoveries, 50);
}

}  // namespace
}  // namespace weir::proxy
