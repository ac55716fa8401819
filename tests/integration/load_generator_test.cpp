// The load generator against the stand-in provider, over real sockets: everything that was sent is accounted
// for.
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "load/report.hpp"
#include "load/run.hpp"
#include "mock_upstream/mock_upstream.hpp"

namespace {

using namespace weir::load;
using weir::mock::MockUpstream;

LoadOptions toward(const MockUpstream& upstream) {
    return {.targets = {{"127.0.0.1", std::to_string(upstream.port())}},
            .keys = {"alice", "bob", "carol"},
            .requests = 200,
            .concurrent = 8};
}

void expect_all_accounted_for(const Result& result) {
    const Tally& tally = result.tally;
    EXPECT_EQ(tally.total.sent, tally.total.answered() + tally.total.failed + tally.unfinished);
    std::uint64_t answers = 0;
    for (const auto& [status, count] : tally.by_status()) answers += count;
    EXPECT_EQ(answers, tally.total.answered());
    Counts keys;
    for (const Counts& key : tally.keys) keys.add(key);
    EXPECT_EQ(keys.sent, tally.total.sent);
    std::uint64_t seconds = 0;
    for (const SecondRow& row : tally.timeline.rows()) seconds += row.admitted + row.refused + row.other;
    EXPECT_EQ(seconds, answers);
}

}  // namespace

TEST(Load, EveryRequestIsSentAndCountedOnce) {
    MockUpstream upstream({});
    upstream.start();
    const Result result = run(toward(upstream));
    expect_all_accounted_for(result);
    EXPECT_EQ(upstream.requests_seen(), 200U);
    EXPECT_EQ(upstream.malformed_count(), 0U);
    EXPECT_EQ(result.tally.total.admitted, 200U);
    EXPECT_EQ(result.tally.by_status().at(200), 200U);
    EXPECT_EQ(result.tally.total.output_tokens, 200U * 16);
    EXPECT_EQ(result.tally.keys[0].sent, 67U);
    EXPECT_EQ(result.tally.keys[2].sent, 66U);
    EXPECT_EQ(result.tally.connections.opened, upstream.connections_opened() - 1);  // one only looked
    EXPECT_EQ(result.tally.connections.opened + result.tally.connections.reused, 200U);
    EXPECT_EQ(result.tally.connections.left_open, result.tally.connections.opened);
    EXPECT_GT(result.elapsed_s, 0);
}

TEST(Load, AtARateOverTwoThreadsAndTwoTargets) {
    MockUpstream first({});
    MockUpstream second({});
    first.start();
    second.start();
    LoadOptions options = toward(first);
    options.targets.push_back({"127.0.0.1", std::to_string(second.port())});
    options.rate = 2000;
    options.threads = 2;
    options.warmup_s = 0.02;
    options.input_tokens = Uniform{1, 5000};
    const Result result = run(options);
    expect_all_accounted_for(result);
    EXPECT_EQ(result.tally.total.admitted, 200U);
    EXPECT_EQ(result.tally.unsent, 0U);
    EXPECT_EQ(first.requests_seen() + second.requests_seen(), 240U);  // 40 of them while warming up
    EXPECT_GT(first.requests_seen(), 60U);
    EXPECT_GT(second.requests_seen(), 60U);
    EXPECT_GE(result.elapsed_s, 0.0995);  // the last one is due then
}

TEST(Load, StreamsHaveAFirstToken) {
    MockUpstream upstream({.knobs = {.latency_ms = 2, .chunk_delay_ms = 1, .tokens = 8}});
    upstream.start();
    LoadOptions options = toward(upstream);
    options.requests = 24;
    options.stream = true;
    const Result result = run(options);
    expect_all_accounted_for(result);
    EXPECT_EQ(result.tally.first_token_us.count(), 24U);
    EXPECT_EQ(result.tally.total.output_tokens, 24U * 8);
    EXPECT_GE(result.tally.first_token_us.at(0), 2000U);
    EXPECT_GE(result.tally.admitted_us.at(0), 9000U);
}

TEST(Load, RefusalsAreSortedByLimit) {
    MockUpstream upstream({.knobs = {.retry_after = "1",
                                     .answer_headers = {{"x-weir-limit", "key/input_tokens/1m"}},
                                     .status = 429}});
    upstream.start();
    const Result result = run(toward(upstream));
    expect_all_accounted_for(result);
    EXPECT_EQ(result.tally.total.refused, 200U);
    EXPECT_EQ(result.tally.refused_by.at("key/input_tokens/1m"), 200U);
    EXPECT_EQ(result.tally.without_retry_after, 0U);
    EXPECT_EQ(result.tally.refused_us.count(), 200U);
}

TEST(Load, AStalledServerCannotHide) {
    MockUpstream upstream({.knobs = {.latency_ms = 100}});
    upstream.start();
    LoadOptions options = toward(upstream);
    options.requests = 0;
    options.duration_s = 0.5;
    options.rate = 100;
    options.concurrent = 2;  // 20 a second at best
    const Result result = run(options);
    expect_all_accounted_for(result);
    EXPECT_EQ(result.tally.total.sent + result.tally.unsent, 50U);
    EXPECT_GE(result.tally.unsent, 34U);
    EXPECT_GE(result.tally.admitted_us.max(), 300'000U);  // the last ones were due long before they were sent
    EXPECT_GE(result.tally.late_us.max(), 200'000U);
}

TEST(Load, ClosedConnectionsAreReopened) {
    MockUpstream upstream({.knobs = {.close = true}});
    upstream.start();
    const Result result = run(toward(upstream));
    expect_all_accounted_for(result);
    EXPECT_EQ(result.tally.total.admitted, 200U);
    EXPECT_EQ(result.tally.connections.opened, 200U);
    EXPECT_EQ(result.tally.connections.left_open, 0U);
}

TEST(Load, WhatGetsNoAnswerFailsByName) {
    MockUpstream upstream({.knobs = {.stop_reading = true}});
    upstream.start();
    LoadOptions options = toward(upstream);
    options.requests = 8;
    options.timeout_ms = 100;
    const Result result = run(options);
    expect_all_accounted_for(result);
    EXPECT_EQ(result.tally.failed_by.at("no answer in time"), 8U);
}

TEST(Load, CtrlCEndsItWithAReport) {
    // As in the program, where no other thread could take the signal.
    sigset_t interrupts;
    ::sigemptyset(&interrupts);
    ::sigaddset(&interrupts, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &interrupts, nullptr);
    MockUpstream upstream({.knobs = {.latency_ms = 5}});
    upstream.start();
    LoadOptions options = toward(upstream);
    options.requests = 0;
    options.duration_s = 60;
    std::thread interrupt([&upstream] {
        while (upstream.requests_seen() < 50) std::this_thread::yield();
        ::kill(::getpid(), SIGINT);
    });
    const Result result = run(options);
    interrupt.join();
    expect_all_accounted_for(result);
    EXPECT_TRUE(result.interrupted);
    EXPECT_LT(result.elapsed_s, 30);
    EXPECT_GT(result.tally.total.admitted, 20U);
}

TEST(Load, AnUnreachableTargetIsTold) {
    std::string url;
    {
        MockUpstream upstream({});
        upstream.start();
        url = upstream.url();
    }
    const LoadOptions options{.targets = {{"127.0.0.1", url.substr(url.rfind(':') + 1)}}, .keys = {"alice"}};
    try {
        run(options);
        FAIL() << "nobody is there";
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(std::string(error.what()), "no target can be reached: " + url + ": Connection refused");
    }
}
