// What a row can't say: when something passes, while the upstream has not gone on yet.
#include <gmock/gmock.h>

#include <atomic>

#include "support/raw_client.hpp"
#include "support/raw_server.hpp"
#include "support/running_weir.hpp"
#include "wire/answers.hpp"
#include "wire/requests.hpp"
#include "wire/wire_config.hpp"

namespace weir::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

const std::string stream_head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

/// The upstream sends `first`, waits until the client has seen `seen` of it, and only then sends the rest.
std::string relayed_in_two_parts(const std::string& first, const std::string& seen, const std::string& rest) {
    std::atomic<bool> goes_on{false};
    RawServer upstream([&](RawPeer& peer) {
        if (!peer.read_head()) return;
        peer.send(stream_head + first);
        if (!eventually([&] { return goes_on.load(); })) return;
        peer.send(rest);
        peer.end();
    });
    RunningWeir weir(wire_config("{}", upstream.port()));
    RawClient client(weir.port());
    client.send(streamed_chat());
    std::string all;
    while (all.find(seen) == std::string::npos) {
        const std::string more = client.read_some();
        if (more.empty()) break;
        all += more;
    }
    EXPECT_THAT(all, HasSubstr(seen));
    goes_on = true;
    while (!all.ends_with("0\r\n\r\n")) {
        const std::string more = client.read_some();
        if (more.empty()) break;
        all += more;
    }
    return all;
}

const char* const usage = R"({"prompt_tokens":12,"completion_tokens":34})";

TEST(WireMoments, EventsPassAsTheyCome) {
    const std::string all =
        relayed_in_two_parts(delta_event, " tok", finish_event + usage_event(usage) + done_event);
    EXPECT_THAT(all, HasSubstr("[DONE]"));
    EXPECT_THAT(all, ::testing::Not(HasSubstr("prompt_tokens")));
}

TEST(WireMoments, LinesPassAsTheyComeWithOneLineEndBetweenEvents) {
    const auto lines = [](std::string events) {
        for (std::size_t at = 0; (at = events.find("\n\n", at)) != std::string::npos; ++at)
            events.erase(at, 1);
        return events;
    };
    // The third of three: what comes behind a line shows that it is whole.
    const std::string third = R"(data: {"choices":[{"index":0,"delta":{"content":"third"}}]})"
                              "\n";
    const std::string all =
        relayed_in_two_parts(lines(delta_event + delta_event) + third + lines(delta_event), "third",
                             lines(finish_event + usage_event(usage) + done_event));
    EXPECT_THAT(all, HasSubstr("[DONE]"));
}

TEST(WireMoments, CommentsPassWhileNothingElseComes) {
    relayed_in_two_parts(": PROCESSING\n\n", "PROCESSING", chat_events(usage));
}

TEST(WireMoments, AnEventOfTwoMegabytesPassesBeforeItsEnd) {
    const std::string text =
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"begin" + std::string(2'000'000, 'x');
    relayed_in_two_parts(text, "begin", "\"}}]}\n\n" + finish_event + done_event);
}

TEST(WireMoments, InterimAnswersWithoutEndAreBoundedByTime) {
    RawServer upstream([](RawPeer& peer) {
        if (!peer.read_head()) return;
        while (peer.send("HTTP/1.1 102 Processing\r\n\r\n")) continue;
    });
    RunningWeir weir(wire_config(R"({"timeouts_ms": {"first_byte": 300}})", upstream.port()));
    RawClient client(weir.port());
    client.send(plain_chat());
    EXPECT_THAT(client.read_answer().status, AnyOf(502, 504));
}

/// Each within the time for a first byte, all together beyond it: it is the answer that has to begin in time.
TEST(WireMoments, InterimAnswersDoNotProlongTheWait) {
    std::atomic<bool> ended{false};
    RawServer upstream([&](RawPeer& peer) {
        if (!peer.read_head()) return;
        eventually(
            [&] { return ended.load() || !peer.send("HTTP/1.1 102 Processing\r\n\r\n"); });  // one every 2 ms
    });
    RunningWeir weir(wire_config(R"({"timeouts_ms": {"first_byte": 200}})", upstream.port()));
    RawClient client(weir.port());
    client.send(plain_chat());
    EXPECT_THAT(client.read_answer().status, AnyOf(502, 504));
    ended = true;
}

}  // namespace
}  // namespace weir::testing
