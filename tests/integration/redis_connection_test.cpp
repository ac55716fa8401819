// One connection to a real redis-server: what is asked and answered, in which order, by when.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <stdexcept>

#include "one_redis.hpp"
#include "support/delaying_relay.hpp"
#include "support/manual_clock.hpp"
#include "support/raw_client.hpp"
#include "support/running_redis_connection.hpp"

namespace weir::testing {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RedisConnectionTest : public OneRedis {};

TEST_F(RedisConnectionTest, AsksAndIsAnswered) {
    RunningRedisConnection redis(address());
    ASSERT_TRUE(redis.becomes_ready());
    const std::string binary("\0\r\n$3\xff", 6);
    EXPECT_EQ(said(redis.ask({"SET", binary, binary})), "OK");
    EXPECT_EQ(said(redis.ask({"GET", binary})), binary);
    EXPECT_EQ(said(redis.ask({"GET", "nothing"})), "nil");
    EXPECT_EQ(said(redis.ask({"INCRBY", "n", "41"})), "41");
    EXPECT_EQ(said(redis.ask({"EVALSHA", std::string(40, '0'), "0"})),
              "error: NOSCRIPT No matching script. Please use EVAL.");
    const auto list = redis.ask({"EVAL", "return {1, 'two', {redis.error_reply('X y')}}", "0"});
    const redis::Reply::Array inner{{.value = redis::Reply::Error{"X y"}}};
    const redis::Reply::Array outer{{.value = 1}, {.value = std::string("two")}, {.value = inner}};
    ASSERT_TRUE(list);
    EXPECT_EQ(*list, redis::Reply{.value = outer});
    EXPECT_THAT(redis.losses(), IsEmpty());
    EXPECT_EQ(redis.times_ready(), 1U);
    EXPECT_THAT(server_->command({"CLIENT", "LIST"}), HasSubstr("name=weir"));
}

TEST_F(RedisConnectionTest, ALargeValuePassesBothWays) {
    RunningRedisConnection redis(address());
    ASSERT_TRUE(redis.becomes_ready());
    const std::string value(3 << 20, 'v');
    EXPECT_EQ(said(redis.ask({"SET", "large", value})), "OK");
    EXPECT_TRUE(said(redis.ask({"GET", "large"})) == value);
}

/// Asks `rounds` times, one after the other; each time the reply must be its own.
awaitable<void> echo(redis::Connection& connection, std::string name, int rounds, std::int64_t deadline_us,
                     std::atomic<int>& right, std::atomic<int>& done) {
    for (int i = 0; i < rounds; ++i) {
        const std::string word = name + "." + std::to_string(i);
        const std::array<std::string_view, 2> arguments{"ECHO", word};
        const result<redis::Reply> answer = co_await connection.call(arguments, deadline_us);
        if (said(answer) == word) ++right;
        ++done;
    }
}

TEST_F(RedisConnectionTest, TenThousandPipelinedCallsGetTheirOwnAnswers) {
    RunningRedisConnection redis(address());
    ASSERT_TRUE(redis.becomes_ready());
    constexpr int callers = 1000, rounds = 10;
    std::atomic<int> right{0}, done{0};
    redis.on_thread([&] {
        for (int i = 0; i < callers; ++i) {
            boost::asio::co_spawn(
                redis.context(),
                echo(redis.connection(), std::to_string(i), rounds, redis.deadline_us(60'000), right, done),
                boost::asio::detached);
        }
    });
    EXPECT_TRUE(eventually([&] { return done == callers * rounds; }, 60'000));
    EXPECT_EQ(right, callers * rounds);
    EXPECT_EQ(redis.connection().statistics().calls, callers * rounds);
    EXPECT_EQ(redis.times_ready(), 1U);
}

TEST_F(RedisConnectionTest, ExecutesInTheOrderOfTheCalls) {
    RunningRedisConnection redis(address());
    ASSERT_TRUE(redis.becomes_ready());
    std::vector<RunningRedisConnection::Answer> answers;
    for (int i = 0; i < 500; ++i) answers.push_back(redis.start({"INCR", "n"}));
    for (int i = 0; i < 500; ++i)
        EXPECT_EQ(said(answers[static_cast<std::size_t>(i)].get()), std::to_string(i + 1));
}

/// How often the server has executed a command.
int executions(const RedisServer& server, const std::string& command) {
    const std::string info = server.command({"INFO", "commandstats"});
    const std::string field = "cmdstat_" + command + ":calls=";
    const auto found = info.find(field);
    return found == std::string::npos ? 0 : std::stoi(info.substr(found + field.size()));
}

TEST_F(RedisConnectionTest, TheReplyToAskingIsNobodys) {
    RunningRedisConnection redis(address());
    ASSERT_TRUE(redis.becomes_ready());
    std::vector<RunningRedisConnection::Answer> answers;
    for (int i = 0; i < 100; ++i) {
        answers.push_back(
            redis.start({"INCR", "n"}, 20'000, i % 2 == 0 ? redis::Asking::yes : redis::Asking::no));
    }
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(said(answers[static_cast<std::size_t>(i)].get()), std::to_string(i + 1));
    EXPECT_EQ(redis.connection().statistics().calls, 100U);
    EXPECT_EQ(executions(*server_, "asking"), 50) << "an error here, which nobody hears of";
}

TEST_F(RedisConnectionTest, ALateReplyIsDroppedAndTheNextCallGetsItsOwn) {
    RunningRedisConnection redis(address(), never_stalled);
    ASSERT_TRUE(redis.becomes_ready());
    server_->pause();
    const auto late = redis.ask({"INCR", "n"}, 20);
    EXPECT_EQ(late.error(), errc::store_timeout);
    const auto late_too = redis.ask({"INCR", "n"}, 20);
    EXPECT_EQ(late_too.error(), errc::store_timeout);
    server_->resume();
    EXPECT_EQ(said(redis.ask({"INCR", "n"})), "3") << "both were executed in the end";
    EXPECT_EQ(redis.connection().statistics().timeouts, 2U);
    EXPECT_THAT(redis.losses(), IsEmpty());
}

TEST_F(RedisConnectionTest, DeadlinesNeedNotBeInOrder) {
    RunningRedisConnection redis(address(), never_stalled);
    ASSERT_TRUE(redis.becomes_ready());
    server_->pause();
    auto patient = redis.start({"ECHO", "patient"}, 600'000);
    auto hasty = redis.start({"ECHO", "hasty"}, 20);
    auto patient_too = redis.start({"ECHO", "patient too"}, 600'000);
    EXPECT_EQ(hasty.get().error(), errc::store_timeout);
    server_->resume();
    EXPECT_EQ(said(patient.get()), "patient");
    EXPECT_EQ(said(patient_too.get()), "patient too");
}

TEST_F(RedisConnectionTest, ABusyThreadIsNotASlowRedis) {
    DelayingRelay relay(server_->port());
    RunningRedisConnection redis({.host = "127.0.0.1", .port = relay.port()}, never_stalled);
    ASSERT_TRUE(redis.becomes_ready());
    relay.hold_to_client();
    const std::int64_t deadline_us = redis.deadline_us(2'000);
    auto answer = redis.start({"INCR", "n"}, 2'000);
    redis.on_thread([&] {
        relay.release();
        EXPECT_TRUE(eventually([&] { return redis.deadline_us(0) > deadline_us + 10'000; }));
    });
    EXPECT_EQ(said(answer.get()), "1");
    EXPECT_EQ(redis.connection().statistics().timeouts, 0U);
}

TEST_F(RedisConnectionTest, ADeadlineThatHasPassedSendsNothing) {
    RunningRedisConnection redis(address());
    ASSERT_TRUE(redis.becomes_ready());
    EXPECT_EQ(redis.ask({"INCR", "n"}, 0).error(), errc::store_unavailable);
    EXPECT_EQ(said(redis.ask({"INCR", "n"})), "1");
}

TEST_F(RedisConnectionTest, ManyCallersShareOneWrite) {
    DelayingRelay relay(server_->port());
    RunningRedisConnection redis({.host = "127.0.0.1", .port = relay.port()}, never_stalled);
    ASSERT_TRUE(redis.becomes_ready());
    relay.set_delay_ms(20, 20);
    std::atomic<int> right{0}, done{0};
    redis.on_thread([&] {
        for (int i = 0; i < 200; ++i) {
            boost::asio::co_spawn(
                redis.context(),
                echo(redis.connection(), std::to_string(i), 5, redis.deadline_us(60'000), right, done),
                boost::asio::detached);
        }
    });
    EXPECT_TRUE(eventually([&] { return done == 1000; }, 60'000));
    EXPECT_EQ(right, 1000);
    // Five round trips, and not a thousand writes: Redis counts what it reads.
    const std::string info = server_->command({"INFO", "stats"});
    const std::string field = "total_reads_processed:";
    EXPECT_LT(std::stoi(info.substr(info.find(field) + field.size())), 200);
}

TEST_F(RedisConnectionTest, SpeaksThroughAUnixSocket) {
    RunningRedisConnection redis({.socket_path = server_->socket_path()});
    ASSERT_TRUE(redis.becomes_ready());
    EXPECT_EQ(said(redis.ask({"INCR", "n"})), "1");
    EXPECT_THAT(server_->command({"CLIENT", "LIST"}), HasSubstr("redis.sock"));
}

TEST_F(RedisConnectionTest, SelectsItsDatabase) {
    RunningRedisConnection redis({.host = "127.0.0.1", .port = server_->port(), .database = 3});
    ASSERT_TRUE(redis.becomes_ready());
    EXPECT_EQ(said(redis.ask({"SET", "k", "v"})), "OK");
    EXPECT_THAT(server_->command({"INFO", "keyspace"}), HasSubstr("db3:keys=1"));
    EXPECT_EQ(server_->command({"GET", "k"}), "");
}

TEST_F(RedisConnectionTest, AnAddressThatMakesNoSenseIsRefusedAtTheStart) {
    boost::asio::io_context context;
    const SystemClock clock;
    EXPECT_THROW(redis::Connection(context, clock, RedisAddress{}, {}, {}), std::invalid_argument);
    EXPECT_THROW(redis::Connection(context, clock, {.host = "a", .tls = true, .ca_file = "/nowhere"}, {}, {}),
                 std::runtime_error);
}

}  // namespace
}  // namespace weir::testing
