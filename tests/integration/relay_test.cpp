// Requests and answers through real sockets: what passes, unchanged, and in which order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "mock_upstream/mock_upstream.hpp"
#include "support/full_listener.hpp"
#include "support/raw_client.hpp"
#include "support/raw_server.hpp"
#include "support/running_weir.hpp"

namespace weir::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

/// Which answer it is, and of when, differs between two answers to the same request.
std::string without_numbers(const std::string& body) {
    static const std::regex numbers(R"(^(\{"id":"[a-z]+-[a-z]*-?)\d+(","object":"[a-z.]+","created":)\d+)");
    EXPECT_TRUE(std::regex_search(body, numbers)) << body;
    return std::regex_replace(body, numbers, "$1N$2N");
}

class Relay : public ::testing::Test {
protected:
    Relay() : upstream_({.keep_records = true}) { upstream_.start(); }

    RunningWeir& start(config::Config config) {
        weir_.emplace(std::move(config));
        return *weir_;
    }
    RunningWeir& start() { return start(config_for(upstream_.port())); }

    mock::MockUpstream upstream_;
    std::optional<RunningWeir> weir_;
};

TEST_F(Relay, APlainAnswerPassesUnchanged) {
    RunningWeir& weir = start();
    RawClient through(weir.port()), direct(upstream_.port());
    const std::string body = chat_body(",\"max_tokens\":4");
    through.send(post("/v1/chat/completions", body));
    direct.send(post("/v1/chat/completions", body));
    const RawAnswer relayed = through.read_answer(), original = direct.read_answer();
    EXPECT_EQ(relayed.status, 200);
    EXPECT_TRUE(relayed.complete);
    EXPECT_EQ(without_numbers(relayed.body), without_numbers(original.body));
    // The stand-in notes an answer once it has been written.
    ASSERT_TRUE(eventually([&] { return upstream_.records().size() == 2; }));
    EXPECT_EQ(upstream_.records()[0].body, body);
    EXPECT_TRUE(eventually([&] { return weir.reservations_in_flight() == 0; }));
}

TEST_F(Relay, KeepAliveAndPipelining) {
    RunningWeir& weir = start();
    RawClient client(weir.port());
    const std::string request = post("/v1/chat/completions", chat_body());
    ASSERT_TRUE(client.send(request + request + get("/v1/models") + request));
    for (int i = 0; i < 4; ++i) EXPECT_EQ(client.read_answer().status, 200) << i;
    EXPECT_EQ(weir.connections_open(), 1U);
    EXPECT_EQ(upstream_.connections_opened(), 1U);
    EXPECT_TRUE(eventually([&] { return weir.counted(observe::Outcome::served) == 4; }));
}

TEST_F(Relay, AStreamLosesOnlyTheChunkThatWeirAskedFor) {
    RunningWeir& weir = start();
    RawClient client(weir.port());
    client.send(post("/v1/chat/completions", chat_body(",\"stream\":true,\"max_tokens\":5")));
    const RawAnswer unasked = client.read_answer();
    EXPECT_TRUE(unasked.complete);
    EXPECT_THAT(unasked.body, Not(HasSubstr("\"choices\":[]")));
    EXPECT_THAT(unasked.body, EndsWith("data: [DONE]\n\n"));
    client.send(
        post("/v1/chat/completions",
             chat_body(",\"stream\":true,\"max_tokens\":5,\"stream_options\":{\"include_usage\":true}")));
    EXPECT_THAT(client.read_answer().body, HasSubstr("\"completion_tokens\":5"));
    EXPECT_THAT(upstream_.records()[0].body, HasSubstr("\"include_usage\":true"));
}

TEST_F(Relay, AStreamArrivesWhileItIsProduced) {
    RunningWeir& weir = start();
    RawClient client(weir.port());
    // The second token comes after a minute: what arrives before it was not held back.
    client.send(post("/v1/chat/completions", chat_body(",\"stream\":true,\"max_tokens\":5"),
                     "x-mock-chunk-delay-ms: 60000\r\n"));
    std::string seen;
    while (seen.find(" tok") == std::string::npos) {
        const std::string more = client.read_some();
        ASSERT_FALSE(more.empty());
        seen += more;
    }
    EXPECT_THAT(seen, Not(HasSubstr("[DONE]")));
}

/// Of the answer to a stream that the upstream sends in these pieces, each once the client has the one before
/// it: the sizes of its chunks.
std::vector<std::size_t> chunks_of(const std::vector<std::string>& pieces) {
    std::mutex mutex;
    std::condition_variable arrived;
    std::size_t in_hand = 1;
    const RawServer upstream([&](RawPeer& peer) {
        std::string body;
        const auto head = peer.read_head();
        const auto length = head ? head->find("-Length: ") : std::string::npos;
        if (length == std::string::npos) return;
        if (!peer.read_exactly(std::stoul(head->substr(length + 9)), body)) return;
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            std::unique_lock lock(mutex);
            if (!arrived.wait_for(lock, std::chrono::seconds(10), [&] { return in_hand > i; })) return;
            peer.send(pieces[i]);
        }
        peer.wait_for_end();
    });
    RunningWeir weir(config_for(upstream.port()));
    RawClient client(weir.port());
    client.send(post("/v1/chat/completions", chat_body(",\"stream\":true")));
    std::string bytes = client.read_some();
    while (bytes.find("\r\n\r\n") == std::string::npos) bytes += client.read_some();
    bytes.erase(0, bytes.find("\r\n\r\n") + 4);
    std::vector<std::size_t> sizes;
    const auto fill = [&](std::size_t count) {
        while (bytes.size() < count) {
            const std::string more = client.read_some();
            if (more.empty()) return false;
            bytes += more;
        }
        return true;
    };
    for (;;) {
        while (bytes.find("\r\n") == std::string::npos && fill(bytes.size() + 1)) continue;
        const std::size_t size = std::stoul(bytes, nullptr, 16);
        if (size == 0 || !fill(bytes.find("\r\n") + 2 + size + 2)) return sizes;
        bytes.erase(0, bytes.find("\r\n") + 2 + size + 2);
        sizes.push_back(size);
        const std::lock_guard lock(mutex);
        ++in_hand;
        arrived.notify_one();
    }
}

TEST_F(Relay, EventsThatHaveArrivedGoOutInOneWriteAndOneAloneIsNotHeldBack) {
    const std::string head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    const std::string event =
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + std::string(200, 'x') + "\"}}]}\n\n";
    std::ostringstream chunk;
    chunk << std::hex << event.size() << "\r\n" << event << "\r\n";
    const auto events = [&](std::size_t count) {
        std::string all;
        for (std::size_t i = 0; i < count; ++i) all += chunk.str();
        return all;
    };
    const std::string end = events(1) + "0\r\n\r\n";
    using Sizes = std::vector<std::size_t>;
    EXPECT_EQ(chunks_of({head + events(10), events(1), events(3), end}),
              (Sizes{10 * event.size(), event.size(), 3 * event.size(), event.size()}));
    // More than the first buffer takes: the rest goes in one.
    const Sizes long_ones = chunks_of({head + events(55) + end});
    EXPECT_EQ(long_ones.size(), 2U);
}

TEST_F(Relay, AClientThatLeavesCancelsTheUpstreamAndIsSettled) {
    RunningWeir& weir = start();
    {
        RawClient client(weir.port());
        client.send(post("/v1/chat/completions", chat_body(",\"stream\":true,\"max_tokens\":5"),
                         "x-mock-chunk-delay-ms: 60000\r\n"));
        client.read_some();
    }
    EXPECT_TRUE(eventually([&] { return upstream_.aborted_count() == 1; }));
    EXPECT_TRUE(eventually([&] { return weir.reservations_in_flight() == 0; }));
    EXPECT_TRUE(eventually([&] { return weir.counted(observe::Outcome::client_gone) == 1; }));
}

TEST_F(Relay, AClientThatLeavesBeforeTheAnswerCancelsTheUpstream) {
    RunningWeir& weir = start();
    {
        RawClient client(weir.port());
        client.send(post("/v1/chat/completions", chat_body(), "x-mock-latency-ms: 60000\r\n"));
        ASSERT_TRUE(eventually([&] { return upstream_.requests_seen() == 1; }));
    }
    EXPECT_TRUE(eventually([&] { return upstream_.aborted_count() == 1; }));
    EXPECT_TRUE(eventually([&] { return weir.reservations_in_flight() == 0; }));
}

TEST_F(Relay, AStreamThatBreaksNeverEndsCleanly) {
    RunningWeir& weir = start();
    RawClient client(weir.port());
    client.send(post("/v1/chat/completions", chat_body(",\"stream\":true,\"max_tokens\":9"),
                     "x-mock-die-after-chunks: 3\r\n"));
    const RawAnswer answer = client.read_answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(answer.complete);
    EXPECT_THAT(answer.body, HasSubstr("data: {\"error\":{"));
    EXPECT_TRUE(eventually([&] { return weir.reservations_in_flight() == 0; }));
    RawClient anthropic(weir.port());
    anthropic.send(post("/v1/messages", chat_body(",\"stream\":true,\"max_tokens\":9"),
                        "x-mock-die-after-chunks: 3\r\n"));
    EXPECT_THAT(anthropic.read_answer().body, HasSubstr("event: error\n"));
}

TEST_F(Relay, AKeptConnectionThatTheUpstreamClosedIsReplaced) {
    RunningWeir& weir = start();
    RawClient client(weir.port());
    for (int i = 0; i < 5; ++i) {
        client.send(post("/v1/chat/completions", chat_body(), "x-mock-die: after-answer\r\n"));
        EXPECT_EQ(client.read_answer().status, 200) << i;
        // Until it has closed, its host could still take a request that it will never read.
        ASSERT_TRUE(eventually([&] { return upstream_.connections_open() == 0; }));
    }
    EXPECT_EQ(upstream_.requests_seen(), 5U);
}

TEST_F(Relay, WhatTheUpstreamBreaksBeforeItsAnswerIs502) {
    RunningWeir& weir = start();
    for (const char* knob :
         {"x-mock-die: before-header\r\n", "x-mock-malformed: garbage\r\n",
          "x-mock-malformed: duplicate-content-length\r\n", "x-mock-malformed: te-and-cl\r\n",
          "x-mock-malformed: unknown-te\r\n", "x-mock-malformed: huge-header\r\n"}) {
        RawClient client(weir.port());
        client.send(post("/v1/chat/completions", chat_body(), knob));
        const RawAnswer answer = client.read_answer();
        EXPECT_EQ(answer.status, 502) << knob;
        EXPECT_THAT(answer.body, HasSubstr("\"type\":\"server_error\"")) << knob;
    }
    EXPECT_TRUE(eventually([&] { return weir.reservations_in_flight() == 0; }));
}

TEST_F(Relay, OddButSoundAnswersPass) {
    RunningWeir& weir = start();
    for (const char* knob : {"x-mock-malformed: status-1xx\r\n", "x-mock-malformed: http10-close\r\n",
                             "x-mock-malformed: extra-bytes\r\n", "x-mock-malformed: compressed\r\n",
                             "x-mock-close: 1\r\n", "x-mock-split-bytes: 1\r\n"}) {
        RawClient client(weir.port());
        client.send(post("/v1/chat/completions", chat_body(), knob));
        const RawAnswer answer = client.read_answer();
        EXPECT_EQ(answer.status, 200) << knob;
        EXPECT_TRUE(answer.complete) << knob;
        client.send(post("/v1/chat/completions", chat_body()));
        EXPECT_EQ(client.read_answer().status, 200) << knob;
    }
}

TEST_F(Relay, AnUnreachableUpstreamIs502AndCostsNothing) {
    upstream_.stop();
    config::Config config = config_for(1, {{Dimension::requests, 1, 60'000'000}});
    RunningWeir& weir = start(std::move(config));
    RawClient client(weir.port());
    for (int i = 0; i < 3; ++i) {
        client.send(post("/v1/chat/completions", chat_body()));
        EXPECT_EQ(client.read_answer().status, 502) << i;
    }
}

TEST_F(Relay, AnUpstreamThatTakesNoConnectionInTimeIs502AndCostsNothing) {
    const FullListener nobody;
    config::Config config = config_for(nobody.port(), {{Dimension::requests, 1, 60'000'000}});
    config.upstreams.front().timeouts.connect_ms = 50;
    RunningWeir& weir = start(std::move(config));
    RawClient client(weir.port());
    for (std::uint64_t i = 1; i <= 2; ++i) {
        client.send(post("/v1/chat/completions", chat_body()));
        const RawAnswer answer = client.read_answer();
        EXPECT_EQ(answer.status, 502);
        EXPECT_THAT(answer.body, HasSubstr("upstream_unreachable"));
        EXPECT_TRUE(eventually([&] { return weir.counted(observe::Outcome::upstream_failed) == i; }));
    }
    EXPECT_EQ(weir.counted(observe::Outcome::client_gone), 0U);
}

TEST_F(Relay, AClientThatLeavesDuringTheConnectIsGoneAndCostsNothing) {
    const FullListener nobody;
    config::Config config = config_for(nobody.port(), {{Dimension::requests, 1, 60'000'000}});
    config.upstreams.front().timeouts.connect_ms = 60'000;
    RunningWeir& weir = start(std::move(config));
    for (std::uint64_t i = 1; i <= 2; ++i) {
        {
            RawClient client(weir.port());
            client.send(post("/v1/chat/completions", chat_body()));
            ASSERT_TRUE(eventually([&] { return weir.reservations_in_flight() == 1; }));
        }
        ASSERT_TRUE(eventually([&] { return weir.reservations_in_flight() == 0; }));
        EXPECT_TRUE(eventually([&] { return weir.counted(observe::Outcome::client_gone) == i; }));
    }
    EXPECT_EQ(weir.counted(observe::Outcome::upstream_failed), 0U);
}

TEST_F(Relay, ExpectIsAnsweredWhenTheBodyIsWanted) {
    RunningWeir& weir = start();
    RawClient client(weir.port());
    const std::string body = chat_body();
    const std::string request = post("/v1/chat/completions", body, "Expect: 100-continue\r\n");
    client.send(request.substr(0, request.size() - body.size()));
    EXPECT_EQ(client.read_answer(false, true).status, 100);
    client.send(body);
    EXPECT_EQ(client.read_answer().status, 200);
}

TEST_F(Relay, AHeadAnswerHasNoBody) {
    RunningWeir& weir = start();
    RawClient client(weir.port());
    client.send("HEAD /weir/limits HTTP/1.1\r\nHost: a\r\n\r\n" + get("/v1/models"));
    EXPECT_EQ(client.read_answer(true).status, 200);
    EXPECT_EQ(client.read_answer().status, 200);
}

TEST_F(Relay, Http10ClientsGetNoChunks) {
    RunningWeir& weir = start();
    RawClient client(weir.port());
    const std::string body = chat_body(",\"stream\":true,\"max_tokens\":3");
    client.send("POST /v1/chat/completions HTTP/1.0\r\nHost: a\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    const RawAnswer answer = client.read_answer();
    EXPECT_EQ(answer.headers.at("connection"), "close");
    EXPECT_FALSE(answer.headers.contains("transfer-encoding"));
    EXPECT_THAT(answer.body, EndsWith("data: [DONE]\n\n"));
}

TEST_F(Relay, OtherPathsPass) {
    RunningWeir& weir = start();
    RawClient client(weir.port());
    client.send(get("/v1/models?x=1"));
    EXPECT_EQ(client.read_answer().status, 200);
    EXPECT_THAT(upstream_.request_lines()[0], HasSubstr("/v1/models?x=1"));
    client.send(get("/nothing/here"));
    EXPECT_EQ(client.read_answer().status, 404);
    client.send(get("/weir/other"));
    EXPECT_EQ(client.read_answer().status, 404);
    EXPECT_EQ(upstream_.requests_seen(), 2U);
}

}  // namespace
}  // namespace weir::testing
