// Crowds of clients that are slow, silent or do not read: others are served, and memory stays bounded.
#include <gmock/gmock.h>

#include <memory>
#include <vector>

#include "hostile/hostile.hpp"

namespace weir::testing {
namespace {

using ::testing::HasSubstr;

class HostileCrowd : public Hostile {
protected:
    RunningWeir& start_with(std::int64_t connections_max) {
        config::Config config = settings();
        config.limits_of_weir.max_connections = connections_max;
        return start(std::move(config));
    }
    void TearDown() override {
        crowd_.clear();
        Hostile::TearDown();
    }
    /// So many connections that have sent these bytes.
    void crowd(int count, const std::string& bytes) {
        for (int i = 0; i < count; ++i) {
            crowd_.push_back(std::make_unique<RawClient>(weir_->port()));
            crowd_.back()->send(bytes);
        }
    }
    RawAnswer ask(const std::string& request) {
        RawClient client(weir_->port());
        client.send(request);
        return client.read_answer();
    }

    std::vector<std::unique_ptr<RawClient>> crowd_;
};

const std::string half_a_head = "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nX: ";
const std::string half_a_body = post("/v1/chat/completions", chat_body()).substr(0, 150);

TEST_F(HostileCrowd, OthersAreServedBesideHundredsThatAreStuck) {
    RunningWeir& weir = start_with(2'000);
    crowd(300, "");
    crowd(300, half_a_head);
    crowd(300, half_a_body);
    ASSERT_TRUE(eventually([&] { return weir.connections_open() == 900; }));
    for (int i = 0; i < 20; ++i) EXPECT_EQ(ask(post("/v1/chat/completions", chat_body())).status, 200);
    EXPECT_LT(weir.buffered_bytes(), 300 * 150);
    // And those that were stuck, when they go on.
    crowd_[0]->send(get("/v1/models"));
    EXPECT_EQ(crowd_[0]->read_answer().status, 200);
    crowd_[300]->send("\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(crowd_[300]->read_answer().status, 400);
    EXPECT_EQ(weir.limit_hits(observe::LimitHit::connections), 0U);
}

TEST_F(HostileCrowd, OthersAreServedBesideManyThatDoNotRead) {
    RunningWeir& weir = start_with(2'000);
    crowd(50, post("/v1/chat/completions", stream_body(100'000), "x-mock-tokens: 100000\r\n"));
    crowd(50, post("/v1/chat/completions", chat_body(), "x-mock-answer-bytes: 20000000\r\n"));
    ASSERT_TRUE(eventually([&] { return upstream_.requests_seen() == 100; }));
    for (int i = 0; i < 20; ++i) EXPECT_EQ(ask(post("/v1/chat/completions", chat_body())).status, 200);
    EXPECT_TRUE(eventually([&] { return weir.connections_open() == 100; }));
    crowd_.clear();
    EXPECT_TRUE(eventually([&] { return weir.connections_open() == 0; }));
}

// A crowd that fills all connections and never asks can't keep out those that do.
class FullHouse : public HostileCrowd, public ::testing::WithParamInterface<std::string> {};

TEST_P(FullHouse, WhoHasWaitedLongestWithoutAskingMakesRoom) {
    RunningWeir& weir = start_with(100);
    RawClient asks(weir.port());
    asks.send(post("/v1/chat/completions", stream_body(5), "x-mock-chunk-delay-ms: 60000\r\n"));
    asks.read_some();
    crowd(99, GetParam());
    ASSERT_TRUE(eventually([&] { return weir.connections_open() == 100; }));
    // Within their first second nobody is closed for others.
    ASSERT_TRUE(eventually([&] { return ask(get("/v1/models")).status == 200; }));
    EXPECT_TRUE(crowd_.front()->at_end());
    for (int i = 0; i < 20; ++i) EXPECT_EQ(ask(get("/v1/models")).status, 200);
    EXPECT_LE(weir.connections_open(), 101U);
    // Who came last is there still, and so is whose request is under way.
    crowd_.back()->send("GET /");
    EXPECT_EQ(weir.counted(observe::Outcome::client_gone), 0U);
    EXPECT_EQ(upstream_.aborted_count(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Of, FullHouse, ::testing::Values("", half_a_head),
                         [](const auto& row) { return row.param.empty() ? "silent" : "half_a_head"; });

TEST_F(HostileCrowd, AKeptConnectionMakesRoomAndItsClientComesBack) {
    RunningWeir& weir = start_with(1);
    RawClient kept(weir.port());
    kept.send(get("/v1/models"));
    EXPECT_EQ(kept.read_answer().status, 200);
    ASSERT_TRUE(eventually([&] { return ask(get("/v1/models")).status == 200; }));
    EXPECT_TRUE(kept.at_end());
    EXPECT_EQ(weir.connections_displaced(), 1U);
}

}  // namespace
}  // namespace weir::testing
