// Upstreams without measure: heads that drip, answers without end, lines and codings that blow up, usage that
// can't be true. What the client sees, what is charged, and that weir holds none of it.
#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <functional>

#include "hostile/hostile.hpp"
#include "hostile/request_row.hpp"
#include "mock_upstream/coding.hpp"
#include "support/raw_server.hpp"
#include "support/sanitized.hpp"

namespace weir::testing {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

constexpr std::string_view stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

std::int64_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::int64_t all = 0, resident = 0;
    file >> all >> resident;
    return resident * 4096;
}

std::string chunk(const std::string& bytes) {
    const std::string whole = chunked(bytes);
    return whole.substr(0, whole.size() - 5);
}

class HostileFlood : public Hostile {
protected:
    config::Config impatient(std::uint16_t port) const {
        config::Config config = config_for(port);
        config.upstreams.front().timeouts.first_byte_ms = 300;
        return config;
    }
    /// Reads to the end and keeps nothing; how many bytes there were, and by how much memory grew meanwhile.
    struct Drained {
        std::size_t bytes = 0;
        std::int64_t grown_bytes = 0;
        std::string tail;
    };
    Drained drain(RawClient& client) {
        Drained drained;
        const std::int64_t before = resident_bytes();
        std::size_t looked_at = 0;
        for (std::string more = client.read_some(); !more.empty(); more = client.read_some()) {
            drained.bytes += more.size();
            drained.tail = (drained.tail + more)
                               .substr(std::max<std::size_t>(drained.tail.size() + more.size(), 300) - 300);
            if (drained.bytes - looked_at < (1 << 20)) continue;
            looked_at = drained.bytes;
            drained.grown_bytes = std::max(drained.grown_bytes, resident_bytes() - before);
        }
        return drained;
    }
};

TEST_F(HostileFlood, AHeadThatDripsIs504) {
    RawServer server([](RawPeer& peer) {
        if (!peer.read_head() || !peer.send("HTTP/1.1 200 OK\r\nX: ")) return;
        // Each byte is progress, and yet the time is up at last.
        eventually([&] { return !peer.send("a"); });
    });
    start(impatient(server.port()));
    RawClient client(weir_->port());
    for (int i = 1; i <= 2; ++i) {
        client.send(get("/v1/models"));
        EXPECT_EQ(client.read_answer().status, 504);
        EXPECT_EQ(server.connections(), i) << "the rest of an answer is nobody's";
    }
}

TEST_F(HostileFlood, InterimAnswersForEverAre504) {
    RawServer server([](RawPeer& peer) {
        if (!peer.read_head()) return;
        eventually([&] { return !peer.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"); });
    });
    start(impatient(server.port()));
    RawClient client(weir_->port());
    for (int i = 1; i <= 2; ++i) {
        client.send(get("/v1/models"));
        EXPECT_EQ(client.read_answer().status, 504);
        EXPECT_EQ(server.connections(), i) << "the rest of an answer is nobody's";
    }
}

TEST_F(HostileFlood, AnEventOf100MbPassesAndIsNotKept) {
    RawServer server([&](RawPeer& peer) {
        if (!peer.read_head() || !peer.send(stream_head)) return;
        peer.send(chunk("data: {\"choices\":[{\"delta\":{\"content\":\""));
        const std::string piece = chunk(std::string(1'000'000, 'x'));
        for (int i = 0; i < 100 && peer.send(piece); ++i) continue;
        peer.send(chunk("\"}}],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":34}}\n\n"));
        peer.send(chunk("data: [DONE]\n\n") + "0\r\n\r\n");
        peer.wait_for_end();
    });
    RunningWeir& weir = start(config_for(server.port()));
    RawClient client(weir.port());
    const std::string asks = ",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":50";
    client.send(post("/v1/chat/completions", chat_body(asks), "Connection: close\r\n"));
    const Drained drained = drain(client);
    EXPECT_GT(drained.bytes, 100'000'000U);
    if (!sanitized) {
        EXPECT_LT(drained.grown_bytes, 30 << 20);
    }
    ASSERT_TRUE(eventually([&] { return weir.reservations_in_flight() == 0; }));
    EXPECT_EQ(weir.settled_input_tokens(), 12U);
    EXPECT_EQ(weir.settled_output_tokens(), 34U);
}

// Nobody asked for it. 300 MB of blanks in 300 KB: it passes as it is, and reading it ends at a bound.
TEST_F(HostileFlood, ACodingThatBlowsUpPassesAsItIs) {
    const std::string packed =
        mock::encode("gzip", R"({"id":"x",)" + std::string(300'000'000, ' ') +
                                 R"("usage":{"prompt_tokens":1,"completion_tokens":1}})");
    RawServer server([&](RawPeer& peer) {
        if (!peer.read_head()) return;
        peer.send(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: "
            "gzip\r\nContent-Length: " +
            std::to_string(packed.size()) + "\r\n\r\n" + packed);
        peer.wait_for_end();
    });
    RunningWeir& weir = start(config_for(server.port()));
    const std::int64_t before = resident_bytes();
    RawClient client(weir.port());
    client.send(post("/v1/chat/completions", chat_body(",\"max_tokens\":77")));
    EXPECT_EQ(client.read_answer().body, packed);
    EXPECT_LT(resident_bytes() - before, 30 << 20);
    ASSERT_TRUE(eventually([&] { return weir.reservations_in_flight() == 0; }));
    EXPECT_EQ(weir.settled_output_tokens(), 77U);
}

struct Lie {
    std::string name;
    std::string events;  ///< of a stream of 20 tokens that asked for 50 at most
    std::uint64_t output_least, output_most;

    friend void PrintTo(const Lie& lie, std::ostream* out) { *out << lie.name; }
};

std::string usage_of(const std::string& output) {
    return "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":" + output + "}}\n\n";
}

/// What can't be true is no report: what was seen counts, 20 at least, and what was reserved at most.
/// Integers are believed up to amount_max.
const std::vector<Lie> lies{
    {"negative", usage_of("-1"), 20, 50},
    {"negative_zero", usage_of("-0"), 20, 50},
    {"fraction", usage_of("0.5"), 20, 50},
    {"tiny", usage_of("1e-300"), 20, 50},
    {"of_1e300", usage_of("1e300"), 20, 50},
    {"of_1e400", usage_of("1e400"), 20, 50},
    {"of_64_bits", usage_of("18446744073709551615"), amount_max, amount_max},
    {"beyond_64_bits", usage_of("18446744073709551616"), 20, 50},
    {"of_63_bits", usage_of("9223372036854775807"), amount_max, amount_max},
    {"of_a_thousand_digits", usage_of(std::string(1000, '9')), 20, 50},
    {"string_of_1e300", usage_of("\"1e300\""), 20, 50},
    {"object", usage_of("{\"a\":1}"), 20, 50},
    {"true", usage_of("true"), 20, 50},
    {"negative_after_sound", usage_of("30") + usage_of("-5"), 30, 30},
    {"huge_after_sound", usage_of("30") + usage_of("1e300"), 30, 30},
    {"sound_after_huge", usage_of("1e300") + usage_of("30"), 30, 30},
};

class HostileUsage : public HostileFlood, public ::testing::WithParamInterface<Lie> {};

TEST_P(HostileUsage, ThatCannotBeTrueIsNone) {
    RawServer server([](RawPeer& peer) {
        if (!peer.read_head()) return;
        std::string events;
        for (int i = 0; i < 20; ++i) events += "data: {\"choices\":[{\"delta\":{\"content\":\" tok\"}}]}\n\n";
        peer.send(std::string(stream_head) + chunk(events + GetParam().events + "data: [DONE]\n\n") +
                  "0\r\n\r\n");
        peer.wait_for_end();
    });
    RunningWeir& weir = start(config_for(server.port()));
    RawClient client(weir.port());
    client.send(post("/v1/chat/completions", stream_body(50)));
    const RawAnswer answer = client.read_answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.complete);
    EXPECT_THAT(answer.body, HasSubstr("[DONE]"));
    ASSERT_TRUE(eventually([&] { return weir.reservations_in_flight() == 0; }));
    EXPECT_GE(weir.settled_output_tokens(), GetParam().output_least);
    EXPECT_LE(weir.settled_output_tokens(), GetParam().output_most);
}

INSTANTIATE_TEST_SUITE_P(All, HostileUsage, ::testing::ValuesIn(lies),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace weir::testing
