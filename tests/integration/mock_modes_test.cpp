// Providers that fail by a script or by hand, that keep to limits, and that share a process: over real
// sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "mock_upstream/fleet.hpp"
#include "mock_upstream/mock_upstream.hpp"
#include "support/raw_client.hpp"

namespace weir::mock {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::weir::testing::chat_body;
using ::weir::testing::eventually;
using ::weir::testing::get;
using ::weir::testing::post;
using ::weir::testing::RawAnswer;
using ::weir::testing::RawClient;

constexpr std::string_view chat = "/v1/chat/completions";
constexpr std::string_view messages = "/v1/messages";
const std::string messages_body =
    R"({"model":"claude","max_tokens":4,"messages":[{"role":"user","content":"one two"}]})";

RawAnswer ask(const MockUpstream& upstream, std::string_view fields = {}, std::string_view path = chat) {
    RawClient client(upstream.port());
    client.send(post(path, path == messages ? messages_body : chat_body(), fields));
    return client.read_answer();
}

/// The mode that it then has, or what is wrong with the script.
RawAnswer change_mode(const MockUpstream& upstream, std::string_view script) {
    RawClient client(upstream.port());
    client.send(post("/mock/mode", script));
    return client.read_answer();
}

/// Until all that was asked is written down.
void wait_until_idle(const MockUpstream& upstream) {
    EXPECT_TRUE(eventually([&] { return upstream.stats().in_flight == 0; }));
}

/// Sends the bytes and reads to the end; 0: the other side closed properly.
int error_behind(std::uint16_t port, std::string_view bytes) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
    std::array<char, 1024> buffer;
    ssize_t got = 1;
    while (got > 0) got = ::recv(socket, buffer.data(), buffer.size(), 0);
    const int error = got == 0 ? 0 : errno;
    ::close(socket);
    return error;
}

class MockModesTest : public ::testing::Test {
protected:
    void SetUp() override { upstream_.start(); }
    MockRecord last_record() {
        wait_until_idle(upstream_);
        const std::vector<MockRecord> records = upstream_.records();
        return records.empty() ? MockRecord{} : records.back();
    }
    MockUpstream upstream_{{.name = "one", .threads = 2, .keep_records = true}};
};

TEST_F(MockModesTest, AStatusIsAnsweredInTheProvidersShape) {
    upstream_.follow("529");
    const RawAnswer answer = ask(upstream_, {}, messages);
    EXPECT_EQ(answer.status, 529);
    EXPECT_EQ(json::parse(answer.body)["error"]["type"], "overloaded_error");
    EXPECT_FALSE(answer.headers.contains("retry-after"));
    EXPECT_FALSE(last_record().executed);
}

TEST_F(MockModesTest, A429SaysWhenToComeBack) {
    upstream_.follow("429=7");
    const RawAnswer openai = ask(upstream_);
    EXPECT_EQ(openai.status, 429);
    EXPECT_EQ(openai.headers.at("retry-after"), "7");
    EXPECT_EQ(openai.headers.at("retry-after-ms"), "7000");
    const RawAnswer anthropic = ask(upstream_, {}, messages);
    EXPECT_EQ(anthropic.headers.at("retry-after"), "7");
    EXPECT_FALSE(anthropic.headers.contains("retry-after-ms"));
    wait_until_idle(upstream_);
    EXPECT_EQ(upstream_.stats().answered_with(429), 2U);
}

TEST_F(MockModesTest, ARequestsOwnKnobsWin) {
    upstream_.follow("500");
    EXPECT_EQ(ask(upstream_, "x-mock-status: 200\r\n").status, 200);
}

TEST_F(MockModesTest, HangNeverAnswers) {
    upstream_.follow("hang");
    RawClient client(upstream_.port());
    ASSERT_TRUE(client.send(post(chat, chat_body())));
    EXPECT_TRUE(eventually([&] { return upstream_.stats().executed == 1; }));
    upstream_.follow("ok");
    EXPECT_EQ(ask(upstream_).status, 200);
    EXPECT_TRUE(eventually([&] { return upstream_.stats().complete == 1; }));
    EXPECT_TRUE(eventually([&] { return upstream_.stats().in_flight == 1; }));  // the one that hangs, still
    client.close();
    const MockRecord record = last_record();
    EXPECT_TRUE(record.aborted);
    EXPECT_EQ(record.status, 0U);
}

TEST_F(MockModesTest, ResetEndsTheConnectionOnceTheRequestWasRead) {
    upstream_.follow("reset");
    EXPECT_EQ(error_behind(upstream_.port(), post(chat, chat_body())), ECONNRESET);
    const MockRecord record = last_record();
    EXPECT_TRUE(record.executed);
    EXPECT_FALSE(record.complete);
    EXPECT_FALSE(record.aborted);
    EXPECT_GT(record.body_bytes, 0U);
}

TEST_F(MockModesTest, MidheadSendsHalfOfAHead) {
    upstream_.follow("midhead");
    RawClient client(upstream_.port());
    ASSERT_TRUE(client.send(post(chat, chat_body())));
    const std::string bytes = client.read_some(static_cast<std::size_t>(-1));
    EXPECT_EQ(bytes, "HTTP/1.1 200 OK\r\ncontent-type: application/js");
    EXPECT_EQ(error_behind(upstream_.port(), post(chat, chat_body())), ECONNRESET);
}

TEST_F(MockModesTest, RefuseIsNoListenerAndCutsWhatWasOpen) {
    RawClient kept(upstream_.port());
    ASSERT_TRUE(kept.send(post(chat, chat_body())));
    ASSERT_EQ(kept.read_answer().status, 200);
    upstream_.follow("refuse");
    EXPECT_ANY_THROW(RawClient(upstream_.port()));
    upstream_.follow("ok");
    kept.send(post(chat, chat_body()));
    EXPECT_EQ(kept.read_answer().status, 0);
    EXPECT_EQ(ask(upstream_).status, 200);
}

TEST_F(MockModesTest, SlowAnswersLate) {
    upstream_.follow("slow=150");
    ASSERT_EQ(ask(upstream_).status, 200);
    const MockRecord record = last_record();
    EXPECT_GE(record.produced.at(0).time_us - record.received_us, 140'000);
    EXPECT_TRUE(record.complete);
}

TEST_F(MockModesTest, EveryPathFails) {
    upstream_.follow("503");
    RawClient client(upstream_.port());
    for (const char* path : {"/v1/models", "/healthz"}) {
        ASSERT_TRUE(client.send(get(path)));
        EXPECT_EQ(client.read_answer().status, 503) << path;
    }
    upstream_.follow("reset");
    ASSERT_TRUE(client.send(get("/healthz")));
    EXPECT_EQ(client.read_answer().status, 0);
}

TEST_F(MockModesTest, IsBrokenByHand) {
    RawClient client(upstream_.port());
    ASSERT_TRUE(client.send(get("/mock/mode")));
    EXPECT_EQ(client.read_answer().body, "ok\n");
    EXPECT_EQ(change_mode(upstream_, "500").body, "500=0\n");
    EXPECT_EQ(ask(upstream_).status, 500);
    ASSERT_TRUE(client.send(get("/mock/mode")));
    EXPECT_EQ(client.read_answer().body, "500=0\n");
    const RawAnswer wrong = change_mode(upstream_, "explode");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_THAT(wrong.body, HasSubstr("write the mode as"));
    EXPECT_EQ(ask(upstream_).status, 500);
    ASSERT_TRUE(client.send(get("/mock/odd")));
    EXPECT_EQ(client.read_answer().status, 404);
    EXPECT_EQ(upstream_.requests_seen(), 2U);  // what is for /mock/ counts nowhere
    EXPECT_THROW(upstream_.follow("explode"), std::invalid_argument);
}

TEST_F(MockModesTest, HalfAHeadChangesNothing) {
    RawClient client(upstream_.port());
    ASSERT_TRUE(client.send("POST /mock/mode HTTP/1.1\r\nHost: a\r\n"));
    client.shutdown_send();
    EXPECT_EQ(client.read_answer().status, 400);
    wait_until_idle(upstream_);
    EXPECT_EQ(upstream_.malformed_count(), 1U);
    EXPECT_EQ(upstream_.stats().mode, "ok");
}

TEST_F(MockModesTest, ComesBackByItselfAfterAStepOfTheScript) {
    EXPECT_EQ(change_mode(upstream_, "refuse 100ms:ok").body, "refuse\n");
    EXPECT_TRUE(eventually([&] {
        try {
            return ask(upstream_).status == 200;
        } catch (const std::exception&) {
            return false;
        }
    }));
}

TEST(MockScriptOfOptions, BeginsWithTheStart) {
    Script script;
    ASSERT_EQ(parse_script("500 1m:ok", script), "");
    MockUpstream upstream({.script = script});
    upstream.start();
    EXPECT_EQ(ask(upstream).status, 500);
    EXPECT_EQ(upstream.stats().mode, "500=0");
}

TEST(MockLimits, AreToldOnEveryAnswerAndKeptTo) {
    MockUpstream upstream({.quota = {.requests = 2, .tokens = 1000}, .keep_records = true});
    upstream.start();
    const RawAnswer first = ask(upstream);
    EXPECT_EQ(first.headers.at("x-ratelimit-limit-requests"), "2");
    EXPECT_EQ(first.headers.at("x-ratelimit-remaining-requests"), "1");
    EXPECT_EQ(first.headers.at("x-ratelimit-reset-requests"), "1m0s");
    wait_until_idle(upstream);
    const MockRecord record = upstream.records().at(0);
    EXPECT_EQ(first.headers.at("x-ratelimit-remaining-tokens"),
              std::to_string(1000 - record.input_tokens - record.output_tokens));
    // An error costs nothing, and tells what remains.
    EXPECT_EQ(ask(upstream, "x-mock-status: 500\r\n").headers.at("x-ratelimit-remaining-requests"), "1");
    EXPECT_EQ(ask(upstream, {}, messages).headers.at("anthropic-ratelimit-requests-remaining"), "0");
    const RawAnswer refused = ask(upstream);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.headers.at("x-ratelimit-remaining-requests"), "0");
    EXPECT_GT(std::stoi(refused.headers.at("retry-after-ms")), 50'000);
    EXPECT_EQ(json::parse(refused.body)["error"]["type"], "requests");
    EXPECT_EQ(upstream.stats().most_in_a_window[0], 2U);
    EXPECT_EQ(upstream.stats().executed, 2U);
}

TEST(MockLimits, ListsOfModelsAreFree) {
    MockUpstream upstream({.quota = {.requests = 1}});
    upstream.start();
    for (int i = 0; i < 3; ++i) {
        RawClient client(upstream.port());
        ASSERT_TRUE(client.send(get("/v1/models")));
        EXPECT_EQ(client.read_answer().status, 200);
    }
    EXPECT_EQ(ask(upstream).status, 200);
}

/// What a request that failed over does: the same id reaches another provider.
TEST(MockFleet, SeesAcrossProvidersWhatIsExecutedTwice) {
    const auto fleet = std::make_shared<Fleet>();
    MockUpstream one({.name = "one", .fleet = fleet, .keep_records = true});
    MockUpstream two({.name = "two", .fleet = fleet, .keep_records = true});
    one.start();
    two.start();
    ask(one, "x-request-id: a\r\nx-mock-status: 503\r\n");  // not executed
    ask(two, "x-request-id: a\r\n");
    one.follow("reset");
    ask(one, "x-request-id: b\r\n");  // may have been executed
    ask(two, "x-request-id: b\r\n");
    ask(two, "x-request-id: c\r\nx-mock-id: mine\r\n");
    ask(two, "x-request-id: d\r\nx-mock-id: mine\r\n");
    wait_until_idle(one);
    wait_until_idle(two);
    EXPECT_EQ(one.stats().duplicates, 0U);
    EXPECT_EQ(two.stats().duplicates, 2U);
    std::vector<std::string> ids;
    for (const MockRecord& record : two.records()) {
        EXPECT_EQ(record.provider, "two");
        if (record.duplicate) ids.push_back(record.request_id + record.mock_id);
    }
    EXPECT_THAT(ids, ::testing::ElementsAre("b", "dmine"));
}

TEST(MockFleet, EachProviderTellsOfAll) {
    const auto fleet = std::make_shared<Fleet>();
    const std::string log = ::testing::TempDir() + "weir_mock_fleet_" + std::to_string(::getpid()) + ".jsonl";
    MockUpstream one({.name = "one", .quota = {.requests = 5}, .fleet = fleet, .log_file = log});
    MockUpstream two({.name = "two", .fleet = fleet, .log_file = log});
    one.start();
    two.start();
    ask(one);
    ask(two);
    wait_until_idle(one);
    wait_until_idle(two);
    RawClient client(two.port());
    ASSERT_TRUE(client.send(get("/mock/stats")));
    const json document = json::parse(client.read_answer().body);
    ASSERT_EQ(document["providers"].size(), 2U);
    EXPECT_EQ(document["providers"][0]["provider"], "one");
    EXPECT_EQ(document["providers"][0]["limits"]["requests"], 5);
    EXPECT_EQ(document["providers"][1]["by_status"]["200"], 1);
    one.stop();
    two.stop();
    std::ifstream file(log);
    std::vector<std::string> providers;
    for (std::string line; std::getline(file, line);) {
        const json record = json::parse(line);
        providers.push_back(record["provider"]);
        EXPECT_TRUE(record["complete"]);
        EXPECT_EQ(record["in_flight"], 1);
    }
    EXPECT_THAT(providers, ::testing::UnorderedElementsAre("one", "two"));
    std::remove(log.c_str());
}

TEST(MockInFlight, IsCountedWhenARequestArrives) {
    MockUpstream upstream({.knobs = {.stop_reading = true}, .keep_records = true});
    upstream.start();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::int64_t expected = 1; expected <= 3; ++expected) {
        clients.push_back(std::make_unique<RawClient>(upstream.port()));
        ASSERT_TRUE(clients.back()->send(post(chat, chat_body())));
        ASSERT_TRUE(eventually([&] { return upstream.stats().in_flight == expected; }));
    }
    clients.clear();
    wait_until_idle(upstream);
    EXPECT_EQ(upstream.stats().in_flight_max, 3);
    std::vector<std::int64_t> seen;
    for (const MockRecord& record : upstream.records()) seen.push_back(record.in_flight);
    EXPECT_THAT(seen, ::testing::UnorderedElementsAre(1, 2, 3));
}

}  // namespace
}  // namespace weir::mock
