// Upstreams that are silent, stall, never read, answer too early, or answer what is no HTTP.
#include <gmock/gmock.h>

#include <atomic>

#include "hostile/hostile.hpp"
#include "support/raw_server.hpp"

namespace weir::testing {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class HostileUpstream : public Hostile {
protected:
    config::Config with_timeout(std::int64_t config::UpstreamTimeouts::*which,
                                std::int64_t milliseconds) const {
        config::Config config = settings();
        config.upstreams.front().timeouts.*which = milliseconds;
        return config;
    }
    RawAnswer ask(const std::string& request) {
        RawClient client(weir_->port());
        client.send(request);
        return client.read_answer();
    }
    /// What a client gets whose upstream is reached by TLS, within 150 ms.
    int status_by_tls(std::uint16_t port) {
        config::Config config = config_for(port);
        config.upstreams.front().url.tls = true;
        config.upstreams.front().timeouts.connect_ms = 50;
        start(std::move(config));
        return ask(post("/v1/chat/completions", chat_body())).status;
    }
};

TEST_F(HostileUpstream, SilenceIs504) {
    start(with_timeout(&config::UpstreamTimeouts::first_byte_ms, 100));
    const RawAnswer openai = ask(post("/v1/chat/completions", chat_body(), "x-mock-latency-ms: 60000\r\n"));
    EXPECT_EQ(openai.status, 504);
    EXPECT_THAT(openai.body, HasSubstr("\"code\":\"upstream_timeout\""));
    const RawAnswer anthropic =
        ask(post("/v1/messages", chat_body(",\"max_tokens\":5"), "x-mock-latency-ms: 60000\r\n"));
    EXPECT_EQ(anthropic.status, 504);
    EXPECT_THAT(anthropic.body, HasSubstr("\"type\":\"error\""));
    EXPECT_TRUE(eventually([&] { return upstream_.aborted_count() == 2; }));
}

TEST_F(HostileUpstream, AStallInAStreamIsToldAndCut) {
    start(with_timeout(&config::UpstreamTimeouts::between_bytes_ms, 100));
    const RawAnswer openai =
        ask(post("/v1/chat/completions", stream_body(5), "x-mock-chunk-delay-ms: 60000\r\n"));
    EXPECT_EQ(openai.status, 200);
    EXPECT_FALSE(openai.complete);
    EXPECT_THAT(openai.body, HasSubstr(" tok"));
    EXPECT_THAT(openai.body, HasSubstr("data: {\"error\":{"));
    EXPECT_THAT(openai.body, Not(HasSubstr("[DONE]")));
    const RawAnswer anthropic = ask(post("/v1/messages", stream_body(5), "x-mock-chunk-delay-ms: 60000\r\n"));
    EXPECT_FALSE(anthropic.complete);
    EXPECT_THAT(anthropic.body, HasSubstr("event: error\ndata: {\"type\":\"error\""));
    EXPECT_TRUE(eventually([&] { return upstream_.aborted_count() == 2; }));
}

TEST_F(HostileUpstream, OneThatNeverReadsIs504) {
    start(with_timeout(&config::UpstreamTimeouts::write_ms, 100));
    const std::string body = chat_body({}, std::string(20'000'000, 'x'));
    EXPECT_EQ(ask(post("/v1/chat/completions", body, "x-mock-stop-reading: 1\r\n")).status, 504);
}

TEST_F(HostileUpstream, OneThatStopsInItsTlsHandshakeIs502) {
    const auto first_bytes = "\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"s;  // of a ServerHello
    const auto ask_one_that_sends = [&](std::size_t count) {
        const RawServer half([&](RawPeer& peer) {
            std::string hello;
            if (peer.read_exactly(5, hello)) peer.send(first_bytes.substr(0, count));
            peer.wait_for_end();
        });
        return status_by_tls(half.port());
    };
    EXPECT_EQ(ask_one_that_sends(0), 502);
    EXPECT_EQ(ask_one_that_sends(first_bytes.size()), 502);
}

TEST_F(HostileUpstream, OneThatDripsItsTlsHandshakeIs502) {
    const RawServer drips([&](RawPeer& peer) {
        std::string hello;
        if (!peer.read_exactly(5, hello)) return;
        peer.send("\x16\x03\x03\x40\x00\x02"s);
        eventually([&] { return !peer.send("\x00"s); });
    });
    EXPECT_EQ(status_by_tls(drips.port()), 502);
}

TEST_F(HostileUpstream, AnAnswerBeforeTheBodyWasReadIsPassedOn) {
    RawServer early([](RawPeer& peer) {
        if (!peer.read_head()) return;
        peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
    });
    start(config_for(early.port()));
    const RawAnswer answer = ask(post("/v1/chat/completions", chat_body({}, std::string(20'000'000, 'x'))));
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.body, "big");
}

struct AnswerRow {
    std::string name;
    std::string bytes;
    int status = 502;
    bool complete = true;

    friend void PrintTo(const AnswerRow& row, std::ostream* out) { *out << row.name; }
};

/// What the connection ends after.
const std::vector<AnswerRow> answer_rows{
    {"nothing", ""},
    {"line_only", "HTTP/1.1 200 OK\r\n"},
    {"no_end_of_head", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"},
    {"http_0_9", "<html>hello</html>"},
    {"http_2", "HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\nok"},
    {"http_1_2", "HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nok"},
    {"icy", "ICY 200 OK\r\n\r\n"},
    {"status_of_two_digits", "HTTP/1.1 99 OK\r\nContent-Length: 2\r\n\r\nok"},
    {"status_of_four_digits", "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok"},
    {"status_600", "HTTP/1.1 600 OK\r\nContent-Length: 2\r\n\r\nok"},
    {"status_letters", "HTTP/1.1 abc OK\r\nContent-Length: 2\r\n\r\nok"},
    {"bare_lf", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"},
    {"cr_in_reason", "HTTP/1.1 200 O\rK\r\nContent-Length: 2\r\n\r\nok"},
    {"nul_in_reason", "HTTP/1.1 200 O\0K\r\nContent-Length: 2\r\n\r\nok"s},
    {"folded", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok"},
    {"control_byte", "HTTP/1.1 200 OK\r\nX: \x01\r\nContent-Length: 2\r\n\r\nok"},
    {"cr_in_value", "HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\nContent-Length: 2\r\n\r\nok"},
    {"space_before_colon", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok"},
    {"no_colon", "HTTP/1.1 200 OK\r\nnothing\r\nContent-Length: 2\r\n\r\nok"},
    {"length_list", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok"},
    {"length_negative", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok"},
    {"length_different", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"},
    {"length_overflow", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\nok"},
    {"te_and_length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"te_gzip", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
    {"te_twice",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"te_on_http10", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"switching_protocols", "HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"},
    {"interim_for_ever",
     [] {
         std::string bytes;
         for (int i = 0; i < 100; ++i) bytes += "HTTP/1.1 103 Early\r\n\r\n";
         return bytes;
     }()},
    {"fields_1000",
     [] {
         std::string bytes = "HTTP/1.1 200 OK\r\n";
         for (int i = 0; i < 1000; ++i) bytes += "X: a\r\n";
         return bytes + "\r\n";
     }()},
    {"head_endless", "HTTP/1.1 200 OK\r\nX: " + std::string(300'000, 'a')},
    {"first_chunk_bad", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"},
    {"chunk_size_overflow", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nok"},
    {"body_cut", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", 200, false},
    {"chunks_cut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", 200, false},
    {"later_chunk_bad",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n" + std::string(70'000, 'z'), 200,
     false},
    {"length_twice_equal", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", 200},
    {"until_close", "HTTP/1.1 200 OK\r\n\r\nok", 200},
    {"no_reason", "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", 200},
    {"interim_first",
     "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
     200},
    {"trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nSet-Cookie: a\r\n\r\n",
     200},
    {"own_limits_faked",
     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close, x-y\r\nX-Y: 1\r\n"
     "Proxy-Authenticate: Basic\r\nUpgrade: h2c\r\nKeep-Alive: timeout=-9999999999999999999\r\n\r\nok",
     200},
};

class HostileAnswer : public Hostile, public ::testing::WithParamInterface<AnswerRow> {};

TEST_P(HostileAnswer, IsRefusedOrPassedOnCut) {
    const AnswerRow& row = GetParam();
    RawServer server([&](RawPeer& peer) {
        if (peer.read_head()) peer.send(row.bytes);
    });
    RunningWeir& weir = start(config_for(server.port()));
    RawClient client(weir.port());
    client.send(get("/v1/models"));
    const RawAnswer answer = client.read_answer();
    EXPECT_EQ(answer.status, row.status);
    EXPECT_EQ(answer.complete, row.complete) << answer.body;
    for (const char* name : {"set-cookie", "x-y", "proxy-authenticate", "upgrade", "keep-alive"})
        EXPECT_FALSE(answer.headers.contains(name)) << name;
    if (row.status == 502) {
        EXPECT_THAT(answer.body, HasSubstr("\"type\":\"server_error\""));
    } else if (row.complete) {
        EXPECT_EQ(answer.body, "ok");
    } else {
        EXPECT_TRUE(client.at_end());
    }
}

INSTANTIATE_TEST_SUITE_P(All, HostileAnswer, ::testing::ValuesIn(answer_rows),
                         [](const auto& row) { return row.param.name; });

// Without chunks or a length only the protocol's own end tells a whole stream from a cut one.
TEST_F(HostileUpstream, AStreamThatEndsWithItsConnectionNeedsItsLastEvent) {
    std::string events = "data: {\"choices\":[]}\n\n";
    RawServer server([&](RawPeer& peer) {
        if (!peer.read_head()) return;
        peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + events);
        peer.end();
    });
    start(config_for(server.port()));
    const RawAnswer cut = ask(post("/v1/chat/completions", stream_body(5)));
    EXPECT_FALSE(cut.complete);
    EXPECT_THAT(cut.body, HasSubstr("data: {\"error\":{"));
    events += "data: [DONE]\n\n";
    const RawAnswer whole = ask(post("/v1/chat/completions", stream_body(5)));
    EXPECT_TRUE(whole.complete);
    EXPECT_EQ(whole.body, events);
}

// Or the answer that nobody asked for would be the next client's.
TEST_F(HostileUpstream, AnAnswerTooManyReachesNobody) {
    RawServer server([](RawPeer& peer) {
        const std::string sound = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        if (peer.read_head()) peer.send(sound + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
        peer.wait_for_end();
    });
    RunningWeir& weir = start(config_for(server.port()));
    RawClient client(weir.port());
    for (int i = 0; i < 5; ++i) {
        client.send(get("/v1/models"));
        EXPECT_EQ(client.read_answer().body, "ok") << i;
    }
    EXPECT_EQ(server.connections(), 5);
}

TEST_F(HostileUpstream, AStrayAnswerOnAnIdleConnectionReachesNobody) {
    std::atomic<int> answered{0}, strays{0};
    RawServer server([&](RawPeer& peer) {
        if (peer.read_head()) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        eventually([&] { return answered > strays; });
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
        ++strays;
        peer.wait_for_end();
    });
    RunningWeir& weir = start(config_for(server.port()));
    RawClient client(weir.port());
    for (int i = 1; i <= 5; ++i) {
        client.send(get("/v1/models"));
        EXPECT_EQ(client.read_answer().body, "ok") << i;
        // Only once weir has put the connection away.
        ASSERT_TRUE(eventually([&] { return weir.reservations_in_flight() == 0; }));
        ++answered;
        ASSERT_TRUE(eventually([&] { return strays == i; }));
    }
}

}  // namespace
}  // namespace weir::testing
