// A connection that is told at each attempt where to connect.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <stdexcept>

#include "support/raw_client.hpp"
#include "support/redis_server.hpp"
#include "support/running_redis_connection.hpp"

namespace weir::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr redis::Options brisk{.backoff_ms_max = 100};

/// What the finder says, changed while the connection runs.
class Signpost {
public:
    void point_to(redis::Server server) {
        const std::lock_guard lock(mutex_);
        server_ = std::move(server);
    }
    void point_to(const RedisServer& server) { point_to({"127.0.0.1", server.port()}); }
    redis::ServerFinder finder() {
        return [this] {
            const std::lock_guard lock(mutex_);
            return server_;
        };
    }

private:
    std::mutex mutex_;
    redis::Server server_;
};

class RedisFinderTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "redis-server is not installed";
    }
    static redis::Server server_of(RunningRedisConnection& redis) {
        redis::Server server;
        redis.on_thread([&] { server = redis.connection().server(); });
        return server;
    }

    Signpost signpost_;
    const RedisAddress nowhere_{.host = "127.0.0.1", .port = 1};
};

TEST_F(RedisFinderTest, ItIsAskedAtEachAttempt) {
    RedisServer one, other;
    other.command({"SET", "n", "40"});
    signpost_.point_to(one);
    RunningRedisConnection redis(nowhere_, brisk, nullptr, signpost_.finder());
    ASSERT_TRUE(redis.becomes_ready());
    EXPECT_EQ(server_of(redis), (redis::Server{"127.0.0.1", one.port()}));
    EXPECT_EQ(said(redis.ask({"INCR", "n"})), "1");
    signpost_.point_to(other);
    EXPECT_EQ(said(redis.ask({"INCR", "n"})), "2") << "a connection stays while it lasts";
    redis.reconnect("moved");
    ASSERT_TRUE(eventually([&] { return redis.times_ready() == 2; }));
    EXPECT_EQ(server_of(redis), (redis::Server{"127.0.0.1", other.port()}));
    EXPECT_EQ(said(redis.ask({"INCR", "n"})), "41");
}

TEST_F(RedisFinderTest, NoHostIsNoServer) {
    RedisServer server;
    RunningRedisConnection redis(nowhere_, brisk, nullptr, signpost_.finder());
    ASSERT_TRUE(redis.loses());
    EXPECT_EQ(redis.losses().front(), "no server is known");
    EXPECT_EQ(server_of(redis), redis::Server{});
    signpost_.point_to(server);
    ASSERT_TRUE(redis.becomes_ready()) << "asked again until there is one";
}

TEST_F(RedisFinderTest, AFailureNamesTheServer) {
    RedisServer server({.password = "hunter2"});
    signpost_.point_to(server);
    RunningRedisConnection redis(nowhere_, brisk, nullptr, signpost_.finder());
    ASSERT_TRUE(redis.loses());
    EXPECT_THAT(redis.losses().front(), HasSubstr("NOAUTH"));
    EXPECT_THAT(redis.losses().front(), EndsWith(" (127.0.0.1:" + std::to_string(server.port()) + ")"));
    EXPECT_EQ(server_of(redis), (redis::Server{"127.0.0.1", server.port()}));
}

TEST_F(RedisFinderTest, TheAddressSaysHowToSpeakToIt) {
    const TestCertificates certificates("DNS:localhost");
    RedisServer server({.password = "hunter2", .tls = &certificates});
    RedisAddress address = nowhere_;
    address.tls = true;
    address.ca_file = certificates.ca_file();
    address.password = "hunter2";
    signpost_.point_to({"127.0.0.1", server.port()});
    RunningRedisConnection redis(address, brisk, nullptr, signpost_.finder());
    ASSERT_TRUE(redis.loses());
    EXPECT_THAT(redis.losses().front(), HasSubstr("TLS with 127.0.0.1")) << "the name that was found counts";
    signpost_.point_to({"localhost", server.port()});
    ASSERT_TRUE(redis.becomes_ready());
    EXPECT_EQ(said(redis.ask({"PING"})), "PONG");
}

TEST_F(RedisFinderTest, IsThereForAClusterAndNotForASocketOrSentinels) {
    boost::asio::io_context context;
    const SystemClock clock;
    for (const RedisAddress& address :
         {RedisAddress{.socket_path = "/s"}, RedisAddress{.sentinels = {{"a", 1}}, .master = "m"}}) {
        EXPECT_THROW(redis::Connection(context, clock, address, {}, {}, signpost_.finder()),
                     std::invalid_argument);
        EXPECT_NO_THROW(redis::Connection(context, clock, address, {}, {}));
    }
    const RedisAddress cluster{.cluster = {{"a", 1}}};
    EXPECT_NO_THROW(redis::Connection(context, clock, cluster, {}, {}, signpost_.finder()));
    EXPECT_THROW(redis::Connection(context, clock, cluster, {}, {}), std::invalid_argument);
}

}  // namespace
}  // namespace weir::testing
