// Passwords, databases and TLS against a real redis-server: who is let in, and what is said where not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/canned_server.hpp"
#include "support/raw_client.hpp"
#include "support/redis_server.hpp"
#include "support/running_redis_connection.hpp"

namespace weir::testing {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class RedisGreetingTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "redis-server is not installed";
    }
};

/// Tries the address until the first reason why it can't be used.
std::string refusal(RedisAddress address, redis::Options options = {}) {
    RunningRedisConnection redis(std::move(address), options);
    if (!redis.loses()) return "none";
    EXPECT_EQ(redis.ask({"PING"}).error(), errc::store_unavailable);
    EXPECT_EQ(redis.times_ready(), 0U);
    return redis.losses().front();
}

TEST_F(RedisGreetingTest, APasswordAloneIsEnough) {
    RedisServer server({.password = "hunter2"});
    RunningRedisConnection redis({.host = "127.0.0.1", .port = server.port(), .password = "hunter2"});
    ASSERT_TRUE(redis.becomes_ready());
    EXPECT_EQ(said(redis.ask({"PING"})), "PONG");
}

TEST_F(RedisGreetingTest, AUserHasItsOwnPassword) {
    RedisServer server(
        {.configuration = {"user limiter on >s3cret ~* +set +client +select", "user default off"}});
    const RedisAddress address{
        .host = "127.0.0.1", .port = server.port(), .user = "limiter", .password = "s3cret"};
    RunningRedisConnection redis(address);
    ASSERT_TRUE(redis.becomes_ready()) << "without the right to PING, too";
    EXPECT_EQ(said(redis.ask({"SET", "k", "v"})), "OK");
    EXPECT_THAT(said(redis.ask({"GET", "k"})), HasSubstr("NOPERM"));
}

TEST_F(RedisGreetingTest, AWrongPasswordIsTheReasonAndIsNotSaid) {
    RedisServer server({.password = "hunter2"});
    const RedisAddress address{.host = "127.0.0.1", .port = server.port(), .password = "sesame"};
    EXPECT_THAT(refusal(address), HasSubstr("AUTH: WRONGPASS"));
    EXPECT_THAT(refusal(address), Not(HasSubstr("sesame")));
    EXPECT_THAT(refusal({.host = "127.0.0.1", .port = server.port()}), HasSubstr("NOAUTH"));
}

TEST_F(RedisGreetingTest, ItIsTriedAgainUntilThePasswordIsRight) {
    RedisServer server({.password = "hunter2"});
    RunningRedisConnection redis({.host = "127.0.0.1", .port = server.port(), .password = "sesame"});
    ASSERT_TRUE(redis.loses());
    server.command({"CONFIG", "SET", "requirepass", "sesame"});
    EXPECT_TRUE(redis.becomes_ready());
}

TEST_F(RedisGreetingTest, ADatabaseThatIsNotThereIsTheReason) {
    RedisServer server;
    EXPECT_THAT(refusal({.host = "127.0.0.1", .port = server.port(), .database = 99}),
                HasSubstr("SELECT: ERR DB index is out of range"));
}

TEST_F(RedisGreetingTest, TooManyClientsIsTheReason) {
    RedisServer server({.configuration = {"maxclients 1"}});
    RawClient other(server.port());
    other.send("PING\r\n");
    ASSERT_EQ(other.read_some(7), "+PONG\r\n");
    EXPECT_THAT(refusal({.host = "127.0.0.1", .port = server.port()}), HasSubstr("max number of clients"));
}

TEST_F(RedisGreetingTest, TlsNeedsTheRightAuthorityAndTheRightName) {
    const TestCertificates certificates("DNS:localhost"), others("DNS:localhost");
    RedisServer server({.tls = &certificates});
    const auto address = [&](std::string host, std::string ca_file) {
        return RedisAddress{
            .host = std::move(host), .port = server.port(), .tls = true, .ca_file = std::move(ca_file)};
    };
    {
        RunningRedisConnection redis(address("localhost", certificates.ca_file()));
        ASSERT_TRUE(redis.becomes_ready());
        const std::string value(1 << 20, 'v');
        EXPECT_EQ(said(redis.ask({"SET", "large", value})), "OK");
        EXPECT_TRUE(said(redis.ask({"GET", "large"})) == value);
        server.restart();
        EXPECT_TRUE(eventually([&] { return redis.times_ready() == 2; }));
        EXPECT_EQ(said(redis.ask({"INCR", "n"})), "1");
    }
    EXPECT_THAT(refusal(address("127.0.0.1", certificates.ca_file())), HasSubstr("IP address mismatch"));
    EXPECT_THAT(refusal(address("localhost", others.ca_file())), HasSubstr("certificate"));
    EXPECT_THAT(refusal(address("localhost", "")), HasSubstr("certificate"));
    EXPECT_NE(refusal({.host = "localhost", .port = server.port()}), "none") << "no TLS";
}

TEST_F(RedisGreetingTest, TlsTakesAnAddressAndRefusesAnotherName) {
    const TestCertificates certificates("IP:127.0.0.1");
    RedisServer server({.tls = &certificates});
    RedisAddress address{
        .host = "127.0.0.1", .port = server.port(), .tls = true, .ca_file = certificates.ca_file()};
    {
        RunningRedisConnection redis(address);
        EXPECT_TRUE(redis.becomes_ready());
    }
    address.host = "localhost";
    EXPECT_THAT(refusal(address), HasSubstr("hostname mismatch"));
}

TEST_F(RedisGreetingTest, TlsWithAServerThatHasNoneFails) {
    RedisServer server;
    // Redis waits for the rest of what it takes for a command.
    EXPECT_THAT(
        refusal({.host = "127.0.0.1", .port = server.port(), .tls = true}, {.connect_timeout_ms = 100}),
        HasSubstr("no TLS handshake with 127.0.0.1"));
}

TEST_F(RedisGreetingTest, ASilentServerIsGivenUp) {
    RedisServer server;
    server.pause();
    EXPECT_EQ(refusal({.host = "127.0.0.1", .port = server.port()}, {.connect_timeout_ms = 50}),
              "no answer from 127.0.0.1:" + std::to_string(server.port()) + " within 50 ms");
}

// From here on no redis-server is needed.

TEST(RedisUnreachable, NobodyListens) {
    EXPECT_THAT(refusal({.host = "127.0.0.1", .port = 1}),
                HasSubstr("can't connect to 127.0.0.1:1: Connection refused"));
    EXPECT_THAT(refusal({.socket_path = "/nowhere/redis.sock"}), HasSubstr("No such file"));
}

TEST(RedisUnreachable, ANameThatNobodyHas) {
    // RFC 6761: "invalid" never resolves.
    EXPECT_THAT(refusal({.host = "redis.invalid"}), HasSubstr("can't look up redis.invalid"));
}

TEST(RedisUnreachable, SomethingThatIsNotRedis) {
    const CannedServer http("HTTP/1.1 400 Bad Request\r\n\r\n");
    EXPECT_THAT(refusal({.host = "127.0.0.1", .port = http.port()}), HasSubstr("not Redis: Protocol error"));
    const CannedServer talkative("+OK\r\n+PONG\r\n+OK\r\n");
    EXPECT_THAT(refusal({.host = "127.0.0.1", .port = talkative.port()}),
                HasSubstr("more replies than commands"));
    const CannedServer closing("");
    EXPECT_THAT(refusal({.host = "127.0.0.1", .port = closing.port()}),
                AnyOf(HasSubstr("End of file"), HasSubstr("reset")));
}

TEST(RedisUnreachable, IsSaidOncePerReason) {
    const CannedServer loading("+OK\r\n-LOADING Redis is loading the dataset in memory\r\n");
    RunningRedisConnection redis({.host = "127.0.0.1", .port = loading.port()}, {.backoff_ms_max = 20});
    ASSERT_TRUE(eventually([&] { return loading.connections() >= 5; }));
    EXPECT_THAT(redis.losses(), ElementsAre("PING: LOADING Redis is loading the dataset in memory"));
    EXPECT_EQ(redis.times_ready(), 0U);
}

TEST(RedisUnreachable, AServerThatRepeatsThePasswordIsNotQuoted) {
    const std::string error = "-ERR unknown command 'AUTH', with args beginning with: 'sesame'\r\n";
    const CannedServer repeats(error + error + error);
    const std::string reason = refusal({.host = "127.0.0.1", .port = repeats.port(), .password = "sesame"});
    EXPECT_THAT(reason, HasSubstr("AUTH: ERR unknown command"));
    EXPECT_THAT(reason, Not(HasSubstr("sesame")));
}

}  // namespace
}  // namespace weir::testing
