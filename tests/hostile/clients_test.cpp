// Clients that are slow, that stop, that leave, that never read, and that send more than they were asked for.
#include <gmock/gmock.h>

#include "hostile/hostile.hpp"

namespace weir::testing {
namespace {

using ::testing::HasSubstr;

class HostileClient : public Hostile {
protected:
    /// Patient but for one thing.
    config::Config with_timeout(std::int64_t config::Timeouts::*which, std::int64_t milliseconds) const {
        config::Config config = settings();
        config.timeouts.*which = milliseconds;
        return config;
    }

    void expect_timeout(const std::string& bytes) {
        RawClient client(weir_->port());
        client.send(bytes);
        const RawAnswer answer = client.read_answer();
        EXPECT_EQ(answer.status, 408);
        EXPECT_THAT(answer.body, HasSubstr("request_timeout"));
        EXPECT_TRUE(client.at_end());
        EXPECT_EQ(upstream_.requests_seen(), 0U);
    }
};

TEST_F(HostileClient, AHeadThatStopsIs408) {
    start(with_timeout(&config::Timeouts::header_ms, 100));
    for (const char* bytes : {"P", "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nX: ",
                              "GET / HTTP/1.1\r\nHost: a\r\n", "\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r"}) {
        SCOPED_TRACE(bytes);
        expect_timeout(bytes);
    }
}

TEST_F(HostileClient, AHeadThatTricklesIs408) {
    RunningWeir& weir = start(with_timeout(&config::Timeouts::header_ms, 200));
    RawClient client(weir.port());
    client.send("GET / HTTP/1.1\r\nX: ");
    // Each byte is progress, and yet the time is up at last.
    EXPECT_TRUE(
        eventually([&] { return !client.send("a") || weir.counted(observe::Outcome::bad_request) == 1; }));
    EXPECT_EQ(client.read_answer().status, 408);
}

TEST_F(HostileClient, ABodyThatStopsIs408) {
    start(with_timeout(&config::Timeouts::body_ms, 100));
    const std::string request = post("/v1/chat/completions", chat_body());
    const std::string chunked =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect_timeout(request.substr(0, request.size() - 3));
    expect_timeout(request.substr(0, request.find("\r\n\r\n") + 4));
    expect_timeout(chunked);
    expect_timeout(chunked + "5\r\n{\"mod");
    expect_timeout(chunked + "5\r\n{\"mod\r\n0\r\n");
}

TEST_F(HostileClient, ByteByByteIsServed) {
    RunningWeir& weir = start();
    RawClient client(weir.port());
    for (const char byte : post("/v1/chat/completions", chat_body())) ASSERT_TRUE(client.send({&byte, 1}));
    EXPECT_EQ(client.read_answer().status, 200);
}

TEST_F(HostileClient, AClientThatLeavesInItsBodyIsForgotten) {
    RunningWeir& weir = start();
    const std::string request = post("/v1/chat/completions", chat_body({}, std::string(100'000, 'x')));
    {
        RawClient client(weir.port());
        client.send(request.substr(0, 60'000));
        ASSERT_TRUE(eventually([&] { return weir.buffered_bytes() > 0; }));
    }
    EXPECT_TRUE(eventually([&] { return weir.connections_open() == 0; }));
    EXPECT_EQ(weir.counted(observe::Outcome::client_gone), 1U);
    EXPECT_EQ(upstream_.requests_seen(), 0U);
}

// As nginx and Node.js do: from here a half-closed connection looks like one whose client has left.
TEST_F(HostileClient, OneThatHalfClosesHasLeft) {
    RunningWeir& weir = start();
    RawClient client(weir.port());
    client.send(post("/v1/chat/completions", chat_body(), "x-mock-latency-ms: 60000\r\n"));
    ASSERT_TRUE(eventually([&] { return upstream_.requests_seen() == 1; }));
    client.shutdown_send();
    EXPECT_TRUE(client.at_end());
    EXPECT_TRUE(eventually([&] { return upstream_.aborted_count() == 1; }));
    EXPECT_EQ(weir.counted(observe::Outcome::client_gone), 1U);
}

TEST_F(HostileClient, OneThatNeverReadsIsCutAndHoldsTheUpstreamBack) {
    RunningWeir& weir = start(with_timeout(&config::Timeouts::write_ms, 200));
    constexpr int tokens = 1'000'000;
    RawClient client(weir.port());
    client.send(post("/v1/chat/completions", stream_body(tokens), "x-mock-tokens: 1000000\r\n"));
    ASSERT_TRUE(eventually([&] { return upstream_.aborted_count() == 1; }));
    ASSERT_TRUE(eventually([&] { return weir.connections_open() == 0; }));
    EXPECT_EQ(weir.counted(observe::Outcome::client_gone), 1U);
    // What was produced is what the sockets' buffers hold; weir itself holds one read.
    EXPECT_LT(upstream_.records().front().output_tokens, tokens / 4);
}

TEST_F(HostileClient, AThousandPipelinedRequestsAreAnsweredInOrder) {
    RunningWeir& weir = start();
    RawClient client(weir.port());
    std::string requests;
    for (int i = 0; i < 1000; ++i) requests += get("/v1/models?" + std::to_string(i));
    ASSERT_TRUE(client.send(requests));
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(client.read_answer().status, 200) << i;
    const std::vector<std::string> lines = upstream_.request_lines();
    ASSERT_EQ(lines.size(), 1000U);
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(lines[i], "GET /v1/models?" + std::to_string(i) + " HTTP/1.1");
    EXPECT_EQ(upstream_.pipelined_count(), 0U);
}

TEST_F(HostileClient, GarbageBehindASoundRequestIsRefusedAfterItsAnswer) {
    RunningWeir& weir = start();
    for (const std::string& garbage : {std::string("\n\n\n"), std::string("\x16\x03\x01"),
                                       std::string(50'000, 'x'), std::string("GET / HTTP/1.1\r\n\r\n")}) {
        RawClient client(weir.port());
        client.send(post("/v1/chat/completions", chat_body()) + garbage);
        EXPECT_EQ(client.read_answer().status, 200);
        const int status = client.read_answer().status;
        EXPECT_TRUE(status == 400 || status == 414) << status;
        EXPECT_TRUE(client.at_end());
    }
    EXPECT_EQ(upstream_.requests_seen(), 4U);
}

TEST_F(HostileClient, AnIdleConnectionIsClosedQuietly) {
    RunningWeir& weir = start(with_timeout(&config::Timeouts::idle_ms, 100));
    RawClient fresh(weir.port()), used(weir.port());
    used.send(get("/v1/models"));
    EXPECT_EQ(used.read_answer().status, 200);
    EXPECT_TRUE(fresh.at_end());
    EXPECT_TRUE(used.at_end());
    EXPECT_EQ(weir.counted(observe::Outcome::bad_request), 0U);
}

TEST_F(HostileClient, ExpectingOneIsToldWhenItsBodyIsNotWanted) {
    config::Config config = settings();
    config.unknown_keys = config::UnknownKeys::reject;
    RunningWeir& weir = start(std::move(config));
    RawClient client(weir.port());
    client.send(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
    EXPECT_EQ(client.read_answer(false, true).status, 401);
}

}  // namespace
}  // namespace weir::testing
