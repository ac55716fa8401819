// What only the embedded store promises: a bound on ledgers, and threads.
#include "weir/memory_limiter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <latch>
#include <thread>
#include <vector>

#include "support/manual_clock.hpp"
#include "support/run_awaitable.hpp"

namespace weir::testing {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t minute_us = 60 * second_us;
constexpr unsigned thread_count = 8;

LedgerLimits ledger_of(const std::string& key, std::int64_t limit, bool may_overflow) {
    LedgerLimits ledger;
    ledger.ledger = "key:" + key + ":60000000";
    ledger.limits.set(Dimension::requests, limit);
    ledger.may_overflow = may_overflow;
    return ledger;
}

Usage all_used() {
    return {.certainty = Certainty::exact, .unproduced = Unproduced::release};
}

/// A full store of three unknown keys, one request each.
class FullStore : public ::testing::Test {
protected:
    void SetUp() override {
        for (const char* key : {"a", "b", "c"}) EXPECT_EQ(ask(key), Verdict::admitted);
        ASSERT_EQ(limiter->statistics().ledgers, 3U);
        ASSERT_EQ(limiter->statistics().overflow_requests, 0U);
    }
    /// One request, settled as used.
    Verdict ask(const std::string& key, std::int64_t limit = 2, bool may_overflow = true) {
        return ask_all({ledger_of(key, limit, may_overflow)});
    }
    Verdict ask_all(const std::vector<LedgerLimits>& ledgers) {
        Decision decision = run_awaitable(context, limiter->reserve({1, 0, 0}, ledgers)).value();
        if (decision.reservation)
            run_awaitable(context, limiter->settle(std::move(*decision.reservation), all_used()));
        return decision.verdict;
    }
    std::int64_t used(const std::string& key) {
        const std::vector<LedgerLimits> ledgers{ledger_of(key, 2, true)};
        return run_awaitable(context, limiter->peek(ledgers)).value().front().used;
    }

    boost::asio::io_context context;
    ManualClock clock;
    std::unique_ptr<MemoryLimiter> limiter = make_memory_limiter(clock, {.ledgers_max = 3});
};

TEST_F(FullStore, NeverEvictsALedgerInWhichSomethingCounts) {
    for (int i = 0; i < 50; ++i) ask("new" + std::to_string(i));
    for (const char* key : {"a", "b", "c"}) {
        EXPECT_EQ(used(key), 1) << key;
        EXPECT_EQ(ask(key), Verdict::admitted) << key;
        EXPECT_EQ(ask(key), Verdict::refused) << key;
    }
}

TEST_F(FullStore, UnknownKeysBeyondTheBoundShareOneLedger) {
    EXPECT_EQ(ask("d"), Verdict::admitted);
    EXPECT_EQ(ask("e"), Verdict::admitted);
    EXPECT_EQ(ask("f"), Verdict::refused);
    EXPECT_EQ(ask("d"), Verdict::refused);
    EXPECT_EQ(limiter->statistics().ledgers, 4U);
    EXPECT_EQ(limiter->statistics().overflow_requests, 2U);
    for (int i = 0; i < 1000; ++i) ask("new" + std::to_string(i), 1'000'000);
    EXPECT_EQ(limiter->statistics().ledgers, 4U);
    EXPECT_EQ(limiter->statistics().overflow_requests, 1002U);
}

TEST_F(FullStore, OverflowLedgersAreApartByScopeAndWindow) {
    LedgerLimits second = ledger_of("x", 1, true);
    second.window_us = second_us;
    LedgerLimits group = ledger_of("y", 1, true);
    group.scope = Scope::group;
    EXPECT_EQ(ask("d", 1), Verdict::admitted);
    EXPECT_EQ(ask_all({second}), Verdict::admitted);
    EXPECT_EQ(ask_all({group}), Verdict::admitted);
    EXPECT_EQ(ask("e", 1), Verdict::refused);
    EXPECT_EQ(limiter->statistics().ledgers, 6U);
}

TEST_F(FullStore, ConfiguredKeysAreKeptApart) {
    EXPECT_EQ(ask("d", 1), Verdict::admitted);
    EXPECT_EQ(ask("configured", 1, false), Verdict::admitted);
    EXPECT_EQ(ask("configured", 1, false), Verdict::refused);
    EXPECT_EQ(ask("another", 1, false), Verdict::admitted);
    EXPECT_EQ(limiter->statistics().overflow_requests, 1U);
    EXPECT_EQ(limiter->statistics().ledgers, 6U);
}

TEST_F(FullStore, PeekShowsALedgerBeyondTheBoundAsItWouldBeCharged) {
    EXPECT_EQ(used("d"), 0);
    EXPECT_EQ(ask("d"), Verdict::admitted);
    EXPECT_EQ(used("d"), 1);
    EXPECT_EQ(used("never asked"), 1);
}

TEST_F(FullStore, ASettlementFindsTheSharedLedgerItWasChargedTo) {
    const std::vector<LedgerLimits> ledgers{ledger_of("d", 1, true)};
    Decision decision = run_awaitable(context, limiter->reserve({1, 0, 0}, ledgers)).value();
    ASSERT_TRUE(decision.reservation);
    EXPECT_EQ(ask("e", 1), Verdict::refused);
    Usage never_sent = all_used();
    never_sent.requests = 0;
    run_awaitable(context, limiter->settle(std::move(*decision.reservation), never_sent));
    EXPECT_EQ(ask("e", 1), Verdict::admitted);
}

TEST_F(FullStore, WhatHasExpiredMakesRoom) {
    clock.advance(30 * second_us);
    EXPECT_EQ(ask("a"), Verdict::admitted);
    clock.advance(30 * second_us);
    EXPECT_EQ(ask("d"), Verdict::admitted);
    EXPECT_EQ(ask("e"), Verdict::admitted);
    EXPECT_EQ(limiter->statistics().overflow_requests, 0U);
    EXPECT_EQ(limiter->statistics().ledgers, 3U);
    EXPECT_EQ(used("a"), 1);
    EXPECT_EQ(ask("f"), Verdict::admitted);
    EXPECT_EQ(limiter->statistics().overflow_requests, 1U);
}

TEST(MemoryLimiter, ForgetsExpiredLedgersAsNewOnesCome) {
    boost::asio::io_context context;
    ManualClock clock;
    const auto limiter = make_memory_limiter(clock);
    for (int i = 0; i < 2000; ++i) {
        const std::vector<LedgerLimits> ledgers{ledger_of(std::to_string(i), 9, true)};
        Decision decision = run_awaitable(context, limiter->reserve({1, 0, 0}, ledgers)).value();
        run_awaitable(context, limiter->settle(std::move(*decision.reservation), all_used()));
        clock.advance(second_us);
    }
    EXPECT_LT(limiter->statistics().ledgers, 2000U / 4);
    EXPECT_GE(limiter->statistics().ledgers, 60U);
}

/// Runs `work(thread)` on each thread, all from the same moment on.
template <typename Work>
void run_threads(Work work) {
    std::latch start(thread_count);
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < thread_count; ++i) {
        threads.emplace_back([&work, &start, i] {
            start.arrive_and_wait();
            work(i);
        });
    }
    for (std::thread& thread : threads) thread.join();
}

TEST(MemoryLimiterThreads, OneLedgerAdmitsExactlyTheLimit) {
    constexpr std::int64_t limit = 120'000;
    ManualClock clock;
    const auto limiter = make_memory_limiter(clock);
    const std::vector<LedgerLimits> ledgers{ledger_of("hot", limit, false)};
    std::atomic<std::int64_t> admitted{0};
    run_threads([&](unsigned) {
        boost::asio::io_context context;
        for (int i = 0; i < 20'000; ++i) {
            Decision decision = run_awaitable(context, limiter->reserve({1, 1, 1}, ledgers)).value();
            if (!decision.reservation) continue;
            ++admitted;
            run_awaitable(context, limiter->settle(std::move(*decision.reservation), all_used()));
        }
    });
    EXPECT_EQ(admitted, limit);
    boost::asio::io_context context;
    EXPECT_EQ(run_awaitable(context, limiter->peek(ledgers)).value().front().used, limit);
}

TEST(MemoryLimiterThreads, SeveralLedgersInDifferentOrderAreTakenTogether) {
    constexpr std::size_t ledger_count = 12;
    constexpr std::int64_t limit = 20'000;
    ManualClock clock;
    const auto limiter = make_memory_limiter(clock);
    std::vector<LedgerLimits> pool;
    for (std::size_t i = 0; i < ledger_count; ++i) pool.push_back(ledger_of(std::to_string(i), limit, false));
    std::vector<std::atomic<std::int64_t>> admitted(ledger_count);
    run_threads([&](unsigned thread) {
        boost::asio::io_context context;
        for (std::size_t i = 0; i < 10'000; ++i) {
            std::vector<LedgerLimits> ledgers;
            std::vector<std::size_t> indexes;
            for (std::size_t j = 0; j < 4; ++j) indexes.push_back((i * 5 + j * (thread | 1U)) % ledger_count);
            if (thread % 2 == 1) std::reverse(indexes.begin(), indexes.end());
            std::vector<std::size_t> once;
            for (const std::size_t index : indexes) {
                if (std::find(once.begin(), once.end(), index) == once.end()) once.push_back(index);
            }
            for (const std::size_t index : once) ledgers.push_back(pool[index]);
            Decision decision = run_awaitable(context, limiter->reserve({1, 0, 0}, ledgers)).value();
            if (!decision.reservation) continue;
            for (const std::size_t index : once) ++admitted[index];
            run_awaitable(context, limiter->progress(*decision.reservation, {}));
            run_awaitable(context, limiter->settle(std::move(*decision.reservation), all_used()));
        }
    });
    boost::asio::io_context context;
    const std::vector<Level> levels = run_awaitable(context, limiter->peek(pool)).value();
    for (const Level& level : levels) {
        EXPECT_EQ(level.used, admitted[level.ledger_index]) << level.ledger_index;
        EXPECT_LE(level.used, limit) << level.ledger_index;
    }
}

}  // namespace
}  // namespace weir::testing
