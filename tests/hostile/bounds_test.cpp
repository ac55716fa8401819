// What weir bounds for itself: connections, memory for bodies, patience with refused bodies, the time to
// drain.
#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <thread>

#include "hostile/hostile.hpp"
#include "proxy/listener.hpp"

namespace weir::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::string_literals;

class HostileBounds : public Hostile {
protected:
    static std::string chat(std::size_t content_bytes, std::string_view extra = {}) {
        return post("/v1/chat/completions", chat_body({}, std::string(content_bytes, 'x')), extra);
    }
};

TEST_F(HostileBounds, TooManyConnectionsAre503) {
    config::Config config = settings();
    config.limits_of_weir.max_connections = 2;
    RunningWeir& weir = start(std::move(config));
    // Both have a request under way: else they would make room.
    const std::string slow = post("/v1/chat/completions", chat_body(), "x-mock-latency-ms: 60000\r\n");
    RawClient first(weir.port());
    auto second = std::make_unique<RawClient>(weir.port());
    first.send(slow);
    second->send(slow);
    ASSERT_TRUE(eventually([&] { return upstream_.requests_seen() == 2; }));
    for (int i = 0; i < 3; ++i) {
        RawClient third(weir.port());
        third.send(get("/v1/models"));
        const RawAnswer answer = third.read_answer();
        EXPECT_EQ(answer.status, 503);
        EXPECT_EQ(answer.headers.at("retry-after"), "1");
        EXPECT_EQ(answer.headers.at("connection"), "close");
        EXPECT_TRUE(third.at_end());
    }
    EXPECT_EQ(weir.limit_hits(observe::LimitHit::connections), 3U);
    second.reset();
    ASSERT_TRUE(eventually([&] { return weir.connections_open() == 1; }));
    RawClient fourth(weir.port());
    fourth.send(get("/v1/models"));
    EXPECT_EQ(fourth.read_answer().status, 200);
}

TEST_F(HostileBounds, AHeadAboveABoundIsCountedWhicheverItIs) {
    RunningWeir& weir = start();
    const auto ask = [&](const std::string& request) {
        RawClient client(weir.port());
        client.send(request);
        return client.read_answer().status;
    };
    EXPECT_EQ(ask(get("/" + std::string(9'000, 'a'))), 414);
    EXPECT_EQ(weir.limit_hits(observe::LimitHit::header), 1U);
    std::string fields;
    for (int i = 0; i < 200; ++i) fields += "x-" + std::to_string(i) + ": y\r\n";
    EXPECT_EQ(ask(get("/v1/models", fields)), 431);
    EXPECT_EQ(weir.limit_hits(observe::LimitHit::header), 2U);
}

// More are turned away at once than weir has patience for: nobody waits, and nothing is left of them.
TEST_F(HostileBounds, AFloodOfConnectionsPasses) {
    config::Config config = settings();
    config.limits_of_weir.max_connections = 1;
    RunningWeir& weir = start(std::move(config));
    RawClient first(weir.port());
    first.send(post("/v1/chat/completions", stream_body(5), "x-mock-chunk-delay-ms: 60000\r\n"));
    first.read_some();
    std::vector<std::unique_ptr<RawClient>> flood;
    for (int i = 0; i < 300; ++i) flood.push_back(std::make_unique<RawClient>(weir.port()));
    ASSERT_TRUE(eventually([&] { return weir.limit_hits(observe::LimitHit::connections) == 300; }));
    EXPECT_EQ(weir.connections_open(), 1U);
    EXPECT_EQ(upstream_.aborted_count(), 0U);
    for (const auto& client : flood) {
        const int status = client->read_answer().status;
        EXPECT_TRUE(status == 503 || status == 0) << status;
    }
}

TEST_F(HostileBounds, TooManyBufferedBytesAre503) {
    config::Config config = settings();
    config.limits_of_weir.max_buffered_bytes = 100'000;
    RunningWeir& weir = start(std::move(config));
    const std::string large = chat(80'000);
    RawClient holds(weir.port());
    holds.send(large.substr(0, large.size() - 10));
    ASSERT_TRUE(eventually([&] { return weir.buffered_bytes() > 79'000; }));
    RawClient refused(weir.port());
    refused.send(chat(50'000));
    const RawAnswer answer = refused.read_answer();
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.headers.at("retry-after"), "1");
    EXPECT_TRUE(refused.at_end());
    EXPECT_EQ(weir.limit_hits(observe::LimitHit::buffered_bytes), 1U);
    RawClient small(weir.port());
    small.send(chat(1'000));
    EXPECT_EQ(small.read_answer().status, 200);
    holds.send(large.substr(large.size() - 10));
    EXPECT_EQ(holds.read_answer().status, 200);
}

// Announced and never sent: a thousand such heads hold nothing.
TEST_F(HostileBounds, AnAnnouncedLengthHoldsNoMemory) {
    config::Config config = settings();
    config.limits_of_weir.max_buffered_bytes = 100'000;
    RunningWeir& weir = start(std::move(config));
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 300; ++i) {
        clients.push_back(std::make_unique<RawClient>(weir.port()));
        clients.back()->send(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 33000000\r\n\r\n{");
    }
    ASSERT_TRUE(eventually([&] { return weir.buffered_bytes() == 300; }));
    RawClient client(weir.port());
    client.send(chat(1'000));
    EXPECT_EQ(client.read_answer().status, 200);
}

class EarlyRefusal : public HostileBounds {
protected:
    RunningWeir& start_closed() {
        config::Config config = settings();
        config.unknown_keys = config::UnknownKeys::reject;
        return start(std::move(config));
    }
};

TEST_F(EarlyRefusal, ASmallBodyIsReadAndTheConnectionStays) {
    RunningWeir& weir = start_closed();
    RawClient client(weir.port());
    const std::string request = chat(50'000);
    for (int i = 0; i < 3; ++i) {
        // The answer comes while most of the body is still to be sent.
        client.send(request.substr(0, 1'000));
        EXPECT_EQ(client.read_answer().status, 401) << i;
        ASSERT_TRUE(client.send(request.substr(1'000)));
    }
    EXPECT_EQ(upstream_.requests_seen(), 0U);
}

TEST_F(EarlyRefusal, ALargeBodyEndsTheConnectionAndTheAnswerArrives) {
    RunningWeir& weir = start_closed();
    RawClient client(weir.port());
    const std::string request = chat(30'000'000);
    EXPECT_FALSE(client.send(request));
    EXPECT_EQ(client.read_answer().status, 401);
    EXPECT_TRUE(client.at_end());
}

TEST_F(EarlyRefusal, ABodyThatNeverComesEndsTheConnection) {
    RunningWeir& weir = start_closed();
    RawClient client(weir.port());
    client.send(chat(50'000).substr(0, 1'000));
    EXPECT_EQ(client.read_answer().status, 401);
    EXPECT_TRUE(client.at_end());
}

// The rest of a refused body is body, however much it looks like a request.
TEST_F(EarlyRefusal, ARequestInsideOfARefusedBodyIsNone) {
    RunningWeir& weir = start_closed();
    RawClient client(weir.port());
    const std::string inner = get("/v1/models");
    client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(inner.size()) +
                "\r\n\r\n" + inner + "GET /weir/nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(client.read_answer().status, 401);
    EXPECT_EQ(client.read_answer().status, 401);
    EXPECT_TRUE(client.at_end());
    EXPECT_EQ(weir.counted(observe::Outcome::unauthenticated), 2U);
}

TEST_F(HostileBounds, ARefusalByALimitKeepsTheConnection) {
    RunningWeir& weir = start(config_for(upstream_.port(), {{Dimension::requests, 1, 60'000'000}}));
    RawClient client(weir.port());
    for (const int status : {200, 429, 429}) {
        client.send(chat(200'000));
        EXPECT_EQ(client.read_answer().status, status);
    }
    EXPECT_EQ(upstream_.requests_seen(), 1U);
}

TEST_F(HostileBounds, EveryOtherPathCostsOneRequest) {
    RunningWeir& weir = start(config_for(upstream_.port(), {{Dimension::requests, 4, 60'000'000}}));
    RawClient client(weir.port());
    for (const char* path : {"/v1", "/v1/nothing?a=b", "/V1/Chat/Completions", "/a/b/c/"}) {
        client.send(get(path));
        EXPECT_EQ(client.read_answer().status, 404) << path;
    }
    client.send(get("/v1/models"));
    EXPECT_EQ(client.read_answer().status, 429);
}

TEST_F(HostileBounds, AnInventedKeyInFrontOfARealOneBuysNothing) {
    RunningWeir& weir = start(config_for(upstream_.port(), {{Dimension::requests, 1, 60'000'000}}));
    RawClient client(weir.port());
    for (const char* real :
         {"Authorization: Bearer test-real", "X-Api-Key: test-real", "Api-Key: test-real"}) {
        const std::string invented = "Authorization: Bearer test-"s + real[0] + "\r\n";
        client.send("GET /v1/models HTTP/1.1\r\nHost: a\r\n" + invented + real + "\r\n\r\n");
        EXPECT_NE(client.read_answer().status, 0) << real;
    }
    for (const mock::MockRecord& record : upstream_.records()) {
        for (const auto& [name, value] : record.headers)
            EXPECT_THAT(value, Not(HasSubstr("test-real"))) << name;
    }
}

TEST_F(HostileBounds, DrainingFinishesWhatIsUnderWay) {
    RunningWeir& weir = start();
    RawClient idle(weir.port()), streams(weir.port());
    idle.send(get("/v1/models"));
    EXPECT_EQ(idle.read_answer().status, 200);
    streams.send(
        post("/v1/chat/completions", stream_body(20), "x-mock-tokens: 20\r\nx-mock-chunk-delay-ms: 10\r\n") +
        get("/v1/models"));
    std::string rest = streams.read_some();
    weir.begin_drain();
    EXPECT_TRUE(idle.at_end());
    for (std::string more = rest; !more.empty(); rest += more) more = streams.read_some();
    // The answer that began before the drain did not say that it is the last: what came behind it is served.
    EXPECT_THAT(rest, HasSubstr("data: [DONE]\n\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(rest, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(rest, EndsWith("]}"));
    EXPECT_THROW(RawClient(weir.port()), std::runtime_error);
    weir.stop();
    EXPECT_EQ(weir.counted(observe::Outcome::served), 3U);
}

TEST_F(HostileBounds, AnswersWhileDrainingSayClose) {
    RunningWeir& weir = start();
    RawClient client(weir.port());
    client.send(post("/v1/chat/completions", chat_body(), "x-mock-latency-ms: 200\r\n"));
    ASSERT_TRUE(eventually([&] { return upstream_.requests_seen() == 1; }));
    weir.begin_drain();
    const RawAnswer answer = client.read_answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.at("connection"), "close");
    EXPECT_TRUE(client.at_end());
}

TEST_F(HostileBounds, WhatDoesNotFinishIsCutAndSettled) {
    config::Config config = settings();
    config.timeouts.drain_ms = 100;
    RunningWeir& weir = start(std::move(config));
    RawClient streams(weir.port()), waits(weir.port()), half_a_head(weir.port()), half_a_body(weir.port());
    streams.send(post("/v1/chat/completions", stream_body(5), "x-mock-chunk-delay-ms: 60000\r\n"));
    streams.read_some();
    waits.send(post("/v1/chat/completions", chat_body(), "x-mock-latency-ms: 60000\r\n"));
    half_a_head.send("GET / HT");
    half_a_body.send(chat(1'000).substr(0, 500));
    ASSERT_TRUE(eventually([&] { return upstream_.requests_seen() == 2; }));
    ASSERT_TRUE(eventually([&] { return weir.buffered_bytes() > 0; }));
    weir.stop();
    EXPECT_EQ(weir.reservations_in_flight(), 0U);
    EXPECT_EQ(weir.connections_open(), 0U);
    EXPECT_TRUE(waits.at_end());
    EXPECT_TRUE(eventually([&] { return upstream_.aborted_count() == 2; }));
}

// Accepted, or in its TLS handshake, when the drain begins: it must not hold up the end until it has been
// idle for a minute.
TEST_F(HostileBounds, AConnectionThatBeginsWhileDrainingIsNotWaitedFor) {
    boost::asio::io_context context{1};
    const SystemClock clock;
    const auto limiter = make_memory_limiter(clock);
    observe::AccessLog access_log({.enabled = false});
    proxy::BodyBudget body_budget(1'000);
    std::atomic<std::int64_t> connections_open{0};
    const auto policy =
        std::make_shared<const policy::Policy>(std::make_shared<const config::Config>(settings()));
    const proxy::Shared shared{clock, access_log, body_budget, connections_open};
    proxy::Worker worker(context, shared, *limiter, policy);
    worker.draining = true;
    proxy::Listener listener(worker, {"127.0.0.1", 0}, 10, nullptr);
    boost::asio::co_spawn(context, listener.run(), boost::asio::detached);
    RawClient client(listener.port());
    const auto run_until = [&](bool empty) {
        return eventually([&] {
            context.run_for(std::chrono::milliseconds(1));
            return listener.empty() == empty;
        });
    };
    ASSERT_TRUE(run_until(false));
    EXPECT_TRUE(run_until(true));
    EXPECT_TRUE(client.at_end());
    listener.drain();
    listener.cut();
    EXPECT_TRUE(run_until(true));
}

}  // namespace
}  // namespace weir::testing
