// What a call hears when the connection breaks, stalls, overflows or is stopped, and that it comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "one_redis.hpp"
#include "support/canned_server.hpp"
#include "support/delaying_relay.hpp"
#include "support/raw_client.hpp"
#include "support/running_redis_connection.hpp"

namespace weir::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RedisFailuresTest : public OneRedis {};

TEST_F(RedisFailuresTest, ItComesBackAfterARestart) {
    RunningRedisConnection redis(address(), never_stalled);
    ASSERT_TRUE(redis.becomes_ready());
    EXPECT_EQ(said(redis.ask({"INCR", "n"})), "1");
    server_->pause();
    auto in_flight = redis.start({"INCR", "n"});
    server_->kill();
    EXPECT_EQ(in_flight.get().error(), errc::store_timeout) << "it may have been executed";
    EXPECT_TRUE(eventually([&] { return redis.losses().size() == 2; }));
    EXPECT_THAT(redis.losses()[1], HasSubstr("Connection refused"));
    EXPECT_EQ(redis.ask({"INCR", "n"}).error(), errc::store_unavailable);
    server_->restart();
    ASSERT_TRUE(redis.becomes_ready());
    EXPECT_EQ(said(redis.ask({"INCR", "n"})), "1");
    EXPECT_EQ(redis.times_ready(), 2U);
}

TEST_F(RedisFailuresTest, ItWaitsForAServerThatIsNotThereYet) {
    server_->stop();
    RunningRedisConnection redis(address());
    ASSERT_TRUE(redis.loses());
    server_->restart();
    ASSERT_TRUE(redis.becomes_ready());
    EXPECT_EQ(said(redis.ask({"PING"})), "PONG");
}

TEST_F(RedisFailuresTest, ACutConnectionEndsEveryCallInFlight) {
    DelayingRelay relay(server_->port());
    RunningRedisConnection redis({.host = "127.0.0.1", .port = relay.port()}, never_stalled);
    ASSERT_TRUE(redis.becomes_ready());
    relay.hold_to_client();
    std::vector<RunningRedisConnection::Answer> answers;
    for (int i = 0; i < 100; ++i) answers.push_back(redis.start({"INCR", "n"}));
    relay.cut();
    relay.release();
    for (auto& answer : answers) EXPECT_EQ(answer.get().error(), errc::store_timeout);
    ASSERT_TRUE(eventually([&] { return redis.times_ready() == 2; }));
    EXPECT_EQ(said(redis.ask({"ECHO", "own"})), "own");
}

TEST_F(RedisFailuresTest, WhatWasNeverSentIsKnownNotToHaveRun) {
    RunningRedisConnection redis(address(), never_stalled);
    ASSERT_TRUE(redis.becomes_ready());
    server_->pause();
    auto large = redis.start({"SET", "k", std::string(64 << 20, 'v')});  // more than any socket buffer takes
    auto behind = redis.start({"INCR", "n"});
    server_->kill();
    EXPECT_EQ(large.get().error(), errc::store_timeout);
    EXPECT_EQ(behind.get().error(), errc::store_unavailable);
}

TEST_F(RedisFailuresTest, AStalledServerIsGivenUp) {
    RunningRedisConnection redis(address(), {.connect_timeout_ms = 100, .stalled_ms = 50});
    ASSERT_TRUE(redis.becomes_ready());
    server_->pause();
    EXPECT_EQ(redis.ask({"INCR", "n"}, 20).error(), errc::store_timeout);
    ASSERT_TRUE(redis.loses());
    EXPECT_EQ(redis.losses()[0], "no answer for 50 ms after a deadline");
    server_->resume();
    ASSERT_TRUE(redis.becomes_ready());
    EXPECT_EQ(said(redis.ask({"ECHO", "own"})), "own");
}

TEST_F(RedisFailuresTest, AStallBehindAPatientCallIsNone) {
    RunningRedisConnection redis(address(), {.stalled_ms = 10});
    ASSERT_TRUE(redis.becomes_ready());
    server_->pause();
    auto patient = redis.start({"INCR", "n"}, 600'000);
    EXPECT_EQ(redis.ask({"INCR", "n"}, 20).error(), errc::store_timeout);
    EXPECT_EQ(redis.ask({"INCR", "n"}, 40).error(), errc::store_timeout);
    server_->resume();
    EXPECT_EQ(said(patient.get()), "1");
}

TEST_F(RedisFailuresTest, OnlySoManyCallsWait) {
    redis::Options options = never_stalled;
    options.calls_max = 10;
    RunningRedisConnection redis(address(), options);
    ASSERT_TRUE(redis.becomes_ready());
    server_->pause();
    std::vector<RunningRedisConnection::Answer> answers;
    for (int i = 0; i < 9; ++i) answers.push_back(redis.start({"INCR", "n"}));
    // Whoever timed out still holds a place.
    EXPECT_EQ(redis.ask({"INCR", "n"}, 20).error(), errc::store_timeout);
    EXPECT_EQ(redis.ask({"INCR", "n"}).error(), errc::store_unavailable);
    EXPECT_EQ(redis.connection().statistics().overflows, 1U);
    server_->resume();
    for (auto& answer : answers) EXPECT_TRUE(answer.get());
    EXPECT_EQ(said(redis.ask({"INCR", "n"})), "11");
}

TEST_F(RedisFailuresTest, AskingTakesAPlaceToo) {
    redis::Options options = never_stalled;
    options.calls_max = 3;
    RunningRedisConnection redis(address(), options);
    ASSERT_TRUE(redis.becomes_ready());
    server_->pause();
    auto first = redis.start({"INCR", "n"}, 20'000, redis::Asking::yes);
    EXPECT_EQ(redis.ask({"INCR", "n"}, 20'000, redis::Asking::yes).error(), errc::store_unavailable);
    EXPECT_EQ(redis.connection().statistics().overflows, 1U);
    auto last = redis.start({"INCR", "n"});
    server_->resume();
    EXPECT_EQ(said(first.get()), "1");
    EXPECT_EQ(said(last.get()), "2");
}

TEST_F(RedisFailuresTest, AskingThatWasNeverSentIsNobodysLoss) {
    RunningRedisConnection redis(address(), never_stalled);
    ASSERT_TRUE(redis.becomes_ready());
    server_->pause();
    auto large = redis.start({"SET", "k", std::string(64 << 20, 'v')});
    auto behind = redis.start({"INCR", "n"}, 20'000, redis::Asking::yes);
    auto behind_too = redis.start({"INCR", "n"}, 20'000, redis::Asking::yes);
    server_->kill();
    EXPECT_EQ(large.get().error(), errc::store_timeout);
    EXPECT_EQ(behind.get().error(), errc::store_unavailable);
    EXPECT_EQ(behind_too.get().error(), errc::store_unavailable);
}

TEST_F(RedisFailuresTest, OnlySoManyBytesWait) {
    redis::Options options = never_stalled;
    options.unsent_bytes_max = 1000;
    RunningRedisConnection redis(address(), options);
    ASSERT_TRUE(redis.becomes_ready());
    server_->pause();
    auto on_the_wire = redis.start({"SET", "k", std::string(64 << 20, 'v')});
    auto gathered = redis.start({"ECHO", std::string(1000, 'v')});
    EXPECT_EQ(redis.ask({"PING"}).error(), errc::store_unavailable);
    EXPECT_EQ(redis.connection().statistics().overflows, 1U);
    server_->resume();
    EXPECT_EQ(said(on_the_wire.get()), "OK");
    EXPECT_TRUE(gathered.get());
}

TEST_F(RedisFailuresTest, AReplyThatIsTooLargeEndsTheConnection) {
    redis::Options options = never_stalled;
    options.reply_bytes_max = 1000;
    RunningRedisConnection redis(address(), options);
    ASSERT_TRUE(redis.becomes_ready());
    EXPECT_EQ(redis.ask({"ECHO", std::string(1001, 'v')}).error(), errc::store_timeout);
    EXPECT_THAT(redis.losses(), ElementsAre("not understood: reply too large"));
    EXPECT_TRUE(redis.becomes_ready());
}

TEST_F(RedisFailuresTest, ItIsGivenUpOnRequest) {
    RunningRedisConnection redis(address(), never_stalled);
    ASSERT_TRUE(redis.becomes_ready());
    server_->command({"REPLICAOF", "127.0.0.1", "1"});
    const auto refused = redis.ask({"INCR", "n"});
    EXPECT_THAT(said(refused), HasSubstr("error: READONLY"));
    server_->command({"REPLICAOF", "NO", "ONE"});
    redis.reconnect(refused->error()->text);
    EXPECT_TRUE(eventually([&] { return redis.times_ready() == 2; }));
    EXPECT_EQ(said(redis.ask({"INCR", "n"})), "1");
    ASSERT_EQ(redis.losses().size(), 1U);
    EXPECT_THAT(redis.losses()[0], HasSubstr("READONLY"));
}

/// Calls, and gives the connection up when answered, while the replies to others have been read already.
awaitable<void> give_up_when_answered(redis::Connection& connection, std::int64_t deadline_us,
                                      std::atomic<int>& answered, std::atomic<int>& timed_out) {
    const std::array<std::string_view, 1> arguments{"PING"};
    const result<redis::Reply> answer = co_await connection.call(arguments, deadline_us);
    ++(answer ? answered : timed_out);
    connection.reconnect("enough");
}

TEST_F(RedisFailuresTest, WhoIsAnsweredMayGiveItUpForTheOthers) {
    DelayingRelay relay(server_->port());
    RunningRedisConnection redis({.host = "127.0.0.1", .port = relay.port()}, never_stalled);
    ASSERT_TRUE(redis.becomes_ready());
    relay.set_delay_ms(0, 20);
    std::atomic<int> answered{0}, timed_out{0};
    redis.on_thread([&] {
        for (int i = 0; i < 10; ++i) {
            boost::asio::co_spawn(
                redis.context(),
                give_up_when_answered(redis.connection(), redis.deadline_us(20'000), answered, timed_out),
                boost::asio::detached);
        }
    });
    EXPECT_TRUE(eventually([&] { return answered + timed_out == 10; }));
    EXPECT_EQ(answered, 1);
    EXPECT_TRUE(eventually([&] { return redis.times_ready() >= 2; }));
}

TEST_F(RedisFailuresTest, StopEndsEveryCallAndTheRun) {
    RunningRedisConnection redis(address(), never_stalled);
    ASSERT_TRUE(redis.becomes_ready());
    server_->pause();
    std::vector<RunningRedisConnection::Answer> answers;
    for (int i = 0; i < 10; ++i) answers.push_back(redis.start({"INCR", "n"}));
    redis.stop();
    for (auto& answer : answers) EXPECT_EQ(answer.get().error(), errc::store_timeout);
    EXPECT_EQ(redis.ask({"INCR", "n"}).error(), errc::store_unavailable);
    EXPECT_TRUE(redis.losses().empty()) << "it was wanted";
}

TEST_F(RedisFailuresTest, StopEndsAnAttemptToConnect) {
    DelayingRelay relay(server_->port());
    relay.hold_to_client();
    RunningRedisConnection redis({.host = "127.0.0.1", .port = relay.port()},
                                 {.connect_timeout_ms = 600'000});
    ASSERT_TRUE(eventually([&] { return relay.bytes_to_client() > 0; })) << "the greeting was answered";
    redis.stop();
    EXPECT_EQ(redis.times_ready(), 0U);
}

TEST_F(RedisFailuresTest, StopEndsAPauseBetweenAttempts) {
    server_->stop();
    RunningRedisConnection redis(address(), {.backoff_ms_min = 600'000, .backoff_ms_max = 600'000});
    ASSERT_TRUE(redis.loses());
    redis.stop();
    EXPECT_EQ(redis.losses().size(), 1U);
}

TEST_F(RedisFailuresTest, ItMayBeDestroyedInTheMidstOfCalls) {
    const SystemClock clock;
    std::atomic<int> answered{0}, timed_out{0};
    boost::asio::io_context context;
    redis::Connection redis(context, clock, address(), {},
                            {.on_ready = [&] { context.stop(); }, .on_lost = {}});
    boost::asio::co_spawn(context, redis.run(), boost::asio::detached);
    context.run();
    server_->pause();
    boost::asio::co_spawn(context,
                          give_up_when_answered(redis, clock.steady_us() + 60'000'000, answered, timed_out),
                          boost::asio::detached);
    context.restart();
    context.poll();
    EXPECT_EQ(redis.statistics().calls, 1U);
}

TEST(RedisGarbage, AReplyThatNobodyAskedForEndsTheConnection) {
    const CannedServer server("+OK\r\n+PONG\r\n");  // right for the greeting, one too many for a call
    RunningRedisConnection redis({.host = "127.0.0.1", .port = server.port()}, never_stalled);
    ASSERT_TRUE(eventually([&] { return redis.times_ready() > 0; }));
    EXPECT_EQ(said(redis.ask({"PING"})), "OK");
    ASSERT_TRUE(redis.loses());
    EXPECT_EQ(redis.losses()[0], "not understood: a reply that nobody has asked for");
}

}  // namespace
}  // namespace weir::testing
