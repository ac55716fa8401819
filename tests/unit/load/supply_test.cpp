// When requests are due, who gets which, and what was due but never sent.
#include "load/supply.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

using weir::load::Counter;
using weir::load::LoadOptions;
using weir::load::Schedule;
using weir::load::Span;
using weir::load::span_of;
using weir::load::Supply;

constexpr std::int64_t start_us = 1'000'000;
constexpr std::int64_t second_us = 1'000'000;

LoadOptions at_rate(double rate, double duration_s) {
    return {.duration_s = duration_s, .rate = rate};
}

}  // namespace

TEST(Schedule, IsEvenAndDoesNotDrift) {
    const Schedule schedule(3, start_us, 0, 1);
    EXPECT_EQ(schedule.due_us(0), start_us);
    EXPECT_EQ(schedule.due_us(1), start_us + 333'334);
    EXPECT_EQ(schedule.due_us(3'000'000), start_us + 1'000'000 * second_us);
}

TEST(Schedule, ABurstIsDueAtOnceAndTheRateStays) {
    for (unsigned part = 0; part < 2; ++part) {
        const Schedule schedule(100, start_us, part, 2, 10);
        for (std::uint64_t n = 0; n < 5; ++n) EXPECT_EQ(schedule.due_us(n), start_us);
        EXPECT_EQ(schedule.due_us(5), start_us + 100'000);
        EXPECT_EQ(schedule.due_us(500), start_us + 10 * second_us);
        EXPECT_EQ(schedule.due_before(start_us + 1), 5U);
        EXPECT_EQ(schedule.due_before(start_us + 100'000), 5U);
        EXPECT_EQ(schedule.due_before(start_us + second_us), 50U);
    }
}

TEST(Schedule, CountsWhatIsDueBeforeATime) {
    for (const double rate : {0.7, 3.0, 2000.0, 33'333.0}) {
        for (unsigned part = 0; part < 3; ++part) {
            const Schedule schedule(rate, start_us, part, 3);
            for (std::uint64_t n = 0; n < 2000; n += 7) {
                EXPECT_EQ(schedule.due_before(schedule.due_us(n)), n) << rate;
                EXPECT_EQ(schedule.due_before(schedule.due_us(n) + 1), n + 1) << rate;
            }
            EXPECT_EQ(schedule.due_before(start_us - 5), 0U);
        }
    }
}

TEST(Supply, OfAnOpenLoopGivesNothingBeforeItIsDue) {
    const LoadOptions options = at_rate(1000, 1);
    Counter counter;
    Supply supply(options, span_of(options, start_us), counter, 0, 1);
    EXPECT_TRUE(supply.take(start_us).has_value());
    EXPECT_FALSE(supply.take(start_us).has_value());
    EXPECT_EQ(supply.next_due_us(), start_us + 1000);
    EXPECT_FALSE(supply.take(start_us + 999).has_value());
    EXPECT_TRUE(supply.take(start_us + 1000).has_value());
}

TEST(Supply, MeasuresFromWhenARequestWasDueHoweverLateItIsSent) {
    const LoadOptions options = at_rate(1000, 1);
    Counter counter;
    Supply supply(options, span_of(options, start_us), counter, 0, 1);
    const std::int64_t late_us = start_us + second_us / 2;
    for (std::int64_t i = 0; i <= 500; ++i) {
        const auto order = supply.take(late_us);
        ASSERT_TRUE(order.has_value()) << i;
        EXPECT_EQ(order->intended_us, start_us + i * 1000);
    }
    EXPECT_FALSE(supply.take(late_us).has_value());
}

TEST(Supply, CountsWhatWasDueAndNeverTaken) {
    const LoadOptions options = at_rate(1000, 1);
    Counter counter;
    Supply supply(options, span_of(options, start_us), counter, 0, 1);
    for (int i = 0; i < 10; ++i) supply.take(start_us + second_us / 2);
    EXPECT_EQ(supply.overdue(start_us + second_us / 2 + 1), 491U);
    const std::int64_t too_late_us = start_us + second_us + second_us / 10;
    EXPECT_TRUE(supply.is_over(too_late_us));
    EXPECT_FALSE(supply.take(too_late_us).has_value());
    EXPECT_EQ(supply.overdue(too_late_us + second_us), 990U);
}

TEST(Supply, AThreadThatWakesALittleLateStillSendsTheLastRequest) {
    const LoadOptions options = at_rate(1000, 0.01);
    Counter counter;
    Supply supply(options, span_of(options, start_us), counter, 0, 1);
    const std::int64_t late_us = start_us + 10'000 + 50'000;
    int sent = 0;
    while (supply.take(late_us)) ++sent;
    EXPECT_EQ(sent, 10);
    EXPECT_TRUE(supply.is_over(late_us));
    EXPECT_EQ(supply.overdue(late_us), 0U);
}

TEST(Supply, PartsOfAnOpenLoopMakeAWhole) {
    LoadOptions options = at_rate(1000, 0);
    options.requests = 1001;
    Counter counter;
    std::set<std::uint64_t> numbers;
    for (unsigned part = 0; part < 3; ++part) {
        Supply supply(options, span_of(options, start_us), counter, part, 3);
        while (const auto order = supply.take(start_us + 10 * second_us)) {
            EXPECT_TRUE(numbers.insert(order->number).second);
            EXPECT_EQ(order->intended_us, start_us + static_cast<std::int64_t>(order->number) * 1000);
        }
        EXPECT_TRUE(supply.is_over(start_us));
        EXPECT_EQ(supply.overdue(start_us + 100 * second_us), 0U);
    }
    EXPECT_EQ(numbers.size(), 1001U);
    EXPECT_EQ(*numbers.rbegin(), 1000U);
}

TEST(Supply, WarmUpIsNotCountedAndComesOnTop) {
    LoadOptions options = at_rate(1000, 0);
    options.requests = 50;
    options.warmup_s = 0.1;
    Counter counter;
    Supply supply(options, span_of(options, start_us), counter, 0, 1);
    int warmup = 0;
    int counted = 0;
    while (const auto order = supply.take(start_us + 10 * second_us))
        ++(order->is_counted ? counted : warmup);
    EXPECT_EQ(warmup, 100);
    EXPECT_EQ(counted, 50);
}

TEST(Supply, WhatTheWarmUpLeftIsNotOverdue) {
    LoadOptions options = at_rate(1000, 1);
    options.warmup_s = 1;
    Counter counter;
    Supply supply(options, span_of(options, start_us), counter, 0, 1);
    EXPECT_EQ(supply.overdue(start_us + second_us), 0U);
    EXPECT_EQ(supply.overdue(start_us + 2 * second_us), 1000U);
}

TEST(Supply, OfAClosedLoopSharesItsRequests) {
    LoadOptions options;
    options.requests = 5;
    Counter counter;
    const Span span = span_of(options, start_us);
    Supply first(options, span, counter, 0, 2);
    Supply second(options, span, counter, 1, 2);
    std::set<std::uint64_t> numbers;
    for (int i = 0; i < 10; ++i) {
        const auto order = (i % 2 == 0 ? first : second).take(start_us + i);
        if (!order) continue;
        numbers.insert(order->number);
        EXPECT_EQ(order->intended_us, start_us + i);
    }
    EXPECT_EQ(numbers, (std::set<std::uint64_t>{0, 1, 2, 3, 4}));
    EXPECT_TRUE(first.is_over(start_us));
    EXPECT_EQ(first.overdue(start_us + second_us), 0U);
}

TEST(Supply, OfAClosedLoopEndsInTime) {
    LoadOptions options;
    options.duration_s = 1;
    options.warmup_s = 1;
    Counter counter;
    Supply supply(options, span_of(options, start_us), counter, 0, 1);
    EXPECT_FALSE(supply.take(start_us + second_us - 1)->is_counted);
    EXPECT_TRUE(supply.take(start_us + second_us)->is_counted);
    EXPECT_TRUE(supply.take(start_us + 2 * second_us - 1).has_value());
    EXPECT_FALSE(supply.take(start_us + 2 * second_us).has_value());
    EXPECT_TRUE(supply.is_over(start_us + 2 * second_us));
}
