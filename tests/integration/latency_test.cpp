// What answers do not wait for: settlements, over a Redis that answers late; and the kernel's wish to send
// more at a time.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <filesystem>
#include <utility>

#include "support/lasting_store.hpp"
#include "support/raw_server.hpp"
#include "weir/reservation.hpp"

namespace weir::testing {
namespace {

constexpr std::string_view answer_of_upstream =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 64\r\n\r\n"
    R"({"object":"x","usage":{"prompt_tokens":3,"completion_tokens":2}})";

std::string request() {
    return post("/v1/chat/completions", chat_body(",\"max_tokens\":4"));
}

class Latency : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RedisServer::available()) GTEST_SKIP() << "redis-server is not installed";
        redis_.emplace();
        store_.emplace("redis://127.0.0.1:" + std::to_string(redis_->port()));
        upstream_.emplace([this](RawPeer& peer) { serve(peer); });
    }
    /// Answers each request, and has Redis stand still before it does where that is wanted.
    void serve(RawPeer& peer) {
        while (const auto head = peer.read_head()) {
            std::string body;
            const auto length = head->find("-Length: ");
            if (!peer.read_exactly(std::stoul(head->substr(length + 9)), body)) return;
            if (pauses_) redis_->pause();
            if (!peer.send(answer_of_upstream)) return;
        }
    }
    void start(config::LimitSet limits) {
        weir_.emplace(config_for(upstream_->port(), std::move(limits)), 1, store_->limiters());
        ASSERT_TRUE(eventually([&] { return decides(); }));
    }
    bool decides() const {
        RawClient client(weir_->port());
        client.send(get("/weir/limits", "authorization: Bearer test-key\r\n"));
        return client.read_answer().status == 200;
    }

    std::optional<RedisServer> redis_;
    std::optional<LastingStore> store_;
    std::atomic<bool> pauses_ = false;
    std::optional<RawServer> upstream_;
    std::optional<RunningWeir> weir_;
};

TEST_F(Latency, TheConnectionTakesItsNextRequestMeanwhile) {
    start({{Dimension::requests, 1'000, 60'000'000}});
    pauses_ = true;
    RawClient client(weir_->port());
    client.send(request());
    EXPECT_EQ(client.read_answer().status, 200);
    client.send(get("/"));
    EXPECT_NE(client.read_answer().status, 0);
    EXPECT_EQ(weir_->reservations_in_flight(), 1U) << "not settled yet";
    redis_->resume();
    EXPECT_TRUE(eventually([&] { return weir_->reservations_in_flight() == 0; }));
    EXPECT_EQ(Reservation::dropped(), 0U);
}

TEST_F(Latency, TheNextRequestFindsWhatTheOneBeforeItGaveBack) {
    start({{Dimension::in_flight, 1, in_flight_lease_us}});
    constexpr int count = 50;
    RawClient client(weir_->port());
    std::string pipelined;
    for (int i = 0; i < count; ++i) pipelined += request();
    client.send(pipelined);
    for (int i = 0; i < count; ++i) EXPECT_EQ(client.read_answer().status, 200) << i;
}

TEST_F(Latency, WhoAsksForItsLimitsNextFindsItSettled) {
    start({{Dimension::output_tokens, 1'000, 60'000'000}});
    RawClient client(weir_->port());
    for (int remaining = 998; remaining > 980; remaining -= 2) {
        client.send(request() + get("/weir/limits", "authorization: Bearer test-key\r\n"));
        EXPECT_EQ(client.read_answer().status, 200);
        const RawAnswer limits = client.read_answer();
        EXPECT_NE(limits.body.find("\"remaining\": " + std::to_string(remaining)), std::string::npos)
            << limits.body;
    }
}

TEST_F(Latency, TheDrainWaitsForThoseWhoseClientHasLeft) {
    start({{Dimension::requests, 1'000, 60'000'000}});
    pauses_ = true;
    {
        RawClient client(weir_->port());
        client.send(request());
        EXPECT_EQ(client.read_answer().status, 200);
    }
    EXPECT_TRUE(eventually([&] { return weir_->connections_open() == 0; }));
    EXPECT_EQ(weir_->reservations_in_flight(), 1U) << "not settled yet";
    weir_->begin_drain();
    redis_->resume();
    weir_->stop();
    EXPECT_EQ(weir_->reservations_in_flight(), 0U);
    EXPECT_EQ(weir_->settled_output_tokens(), 2U);
    EXPECT_EQ(Reservation::dropped(), 0U);
}

/// The ports of a connected TCP socket, own and other; zeros where it is none.
std::pair<std::uint16_t, std::uint16_t> ports_of(int socket) {
    sockaddr_in own{};
    sockaddr_in other{};
    socklen_t own_size = sizeof own;
    socklen_t other_size = sizeof other;
    const bool is_connected = getsockname(socket, reinterpret_cast<sockaddr*>(&own), &own_size) == 0 &&
                              getpeername(socket, reinterpret_cast<sockaddr*>(&other), &other_size) == 0;
    if (!is_connected || own.sin_family != AF_INET) return {};
    return {ntohs(own.sin_port), ntohs(other.sin_port)};
}

// One without TCP_NODELAY that writes twice waits for the other side's acknowledgement, which may take 40 ms.
TEST_F(Latency, NoSocketHoldsBackWhatIsWritten) {
    start({{Dimension::requests, 1'000, 60'000'000}});
    RawClient client(weir_->port());
    client.send(request());
    EXPECT_EQ(client.read_answer().status, 200);
    int to_clients = 0;
    int to_upstream = 0;
    int to_redis = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const int socket = std::stoi(entry.path().filename());
        const auto [own, other] = ports_of(socket);
        to_clients += own == weir_->port() ? 1 : 0;
        to_upstream += other == upstream_->port() ? 1 : 0;
        to_redis += other == redis_->port() ? 1 : 0;
        const bool is_weirs = own == weir_->port() || other == upstream_->port() || other == redis_->port();
        if (!is_weirs) continue;
        int is_on = 0;
        socklen_t size = sizeof is_on;
        ASSERT_EQ(getsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &is_on, &size), 0);
        EXPECT_NE(is_on, 0) << "from " << own << " to " << other;
    }
    EXPECT_GE(to_clients, 1);
    EXPECT_EQ(to_upstream, 1);
    EXPECT_GE(to_redis, 2) << "the thread's and the node's own";
}

}  // namespace
}  // namespace weir::testing
