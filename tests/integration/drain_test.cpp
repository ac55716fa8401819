// A weir that is told to end: whoever has connected is answered.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <vector>

#include "mock_upstream/mock_upstream.hpp"
#include "support/raw_client.hpp"
#include "weir_nodes.hpp"

namespace weir::testing {
namespace {

class Drain : public ::testing::Test {
protected:
    void start(std::int64_t drain_delay_ms) {
        upstream_.emplace(mock::MockOptions{});
        upstream_->start();
        nlohmann::json config;
        if (drain_delay_ms > 0) config["timeouts_ms"] = {{"drain_delay", drain_delay_ms}};
        config["log"] = {{"access", false}};
        node_.emplace(std::vector<std::string>{"memory"}, upstream_->url(), config);
    }
    static bool is_stopped(pid_t process) {
        std::ifstream file("/proc/" + std::to_string(process) + "/stat");
        std::string id, name, state;
        file >> id >> name >> state;
        return state == "T";
    }
    int readiness() const {
        RawClient client(node_->admin_port(0));
        client.send("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        return client.read_answer().status;
    }
    static void expect_last_answer(RawClient& client) {
        ASSERT_TRUE(client.send(post("/v1/chat/completions", chat_body())));
        const RawAnswer answer = client.read_answer();
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.headers.count("connection") > 0 ? answer.headers.at("connection") : "", "close");
        EXPECT_TRUE(client.at_end());
    }

    std::optional<mock::MockUpstream> upstream_;
    std::optional<WeirNodes> node_;
};

TEST_F(Drain, WhoHasConnectedBeforeIsAnswered) {
    start(0);
    ChildProcess& process = node_->process(0);
    process.signal(SIGSTOP);
    ASSERT_TRUE(eventually([&] { return is_stopped(process.id()); }));
    constexpr std::size_t count = 400;  // more than are accepted in one turn
    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<RawClient>(node_->port(0)));
        ASSERT_TRUE(clients.back()->send(post("/v1/chat/completions", chat_body())));
    }
    process.signal(SIGTERM);
    process.signal(SIGCONT);
    std::size_t answered = 0;
    for (const auto& client : clients) answered += client->read_answer().status == 200 ? 1 : 0;
    EXPECT_EQ(answered, count);
    EXPECT_EQ(process.wait(), 0);
}

TEST_F(Drain, AnAnswerThatDidNotSaySoIsNotTheLastOne) {
    start(0);
    RawClient client(node_->port(0));
    const std::string streamed = "x-mock-tokens: 20\r\nx-mock-chunk-delay-ms: 50\r\n";
    ASSERT_TRUE(client.send(post("/v1/chat/completions", chat_body(",\"stream\":true"), streamed)));
    std::string answer = client.read_some();
    node_->process(0).signal(SIGTERM);
    ASSERT_TRUE(eventually([&] { return readiness() == 503; }));
    while (!answer.ends_with("0\r\n\r\n") && !client.at_end()) answer += client.read_some();
    expect_last_answer(client);
    EXPECT_EQ(node_->process(0).wait(), 0);
}

TEST_F(Drain, UntilItsDelayIsOverItTakesRequestsAndEndsEachConnection) {
    start(3'000);
    RawClient idle(node_->port(0));
    ASSERT_TRUE(idle.send(post("/v1/chat/completions", chat_body())));
    ASSERT_EQ(idle.read_answer().status, 200);
    ASSERT_EQ(readiness(), 200);
    node_->process(0).signal(SIGTERM);
    ASSERT_TRUE(eventually([&] { return readiness() == 503; }));
    RawClient fresh(node_->port(0));
    expect_last_answer(fresh);
    expect_last_answer(idle);
    EXPECT_EQ(node_->process(0).wait(), 0);
}

}  // namespace
}  // namespace weir::testing
