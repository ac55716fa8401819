// A thread that has more to do than it can: some requests are refused at once, and nothing else changes. Its
// time is the test's own, so that it is always too slow, on every machine.
#include <gmock/gmock.h>

#include <atomic>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mock_upstream/mock_upstream.hpp"
#include "support/manual_clock.hpp"
#include "support/raw_client.hpp"
#include "support/running_weir.hpp"

namespace weir::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

/// Every look at it takes a millisecond. While it is stopped, so is whoever looks.
class SlowClock final : public Clock {
public:
    std::int64_t now_us() const override { return time_.now_us(); }
    std::int64_t steady_us() const override {
        is_waited_for_ = true;
        is_stopped_.wait(true);
        time_.advance(1'000);
        return time_.steady_us();
    }
    /// Returns when somebody stands still.
    void stop() {
        is_stopped_ = true;
        is_waited_for_ = false;
        ASSERT_TRUE(eventually([&] { return is_waited_for_.load(); }));
    }
    void go_on() {
        is_stopped_ = false;
        is_stopped_.notify_all();
    }

private:
    mutable ManualClock time_;
    mutable std::atomic<bool> is_waited_for_ = false;
    std::atomic<bool> is_stopped_ = false;
};

class OverloadedThread : public ::testing::Test {
protected:
    static constexpr std::size_t under_way = 128;  ///< from so many on clients take turns
    static constexpr std::size_t waiting = 300;

    void SetUp() override {
        upstream_.start();
        weir_.emplace(config_for(upstream_.port()), 1, app::WorkerThread::MakeLimiter{}, &clock_);
        const std::string most = chat_.substr(0, chat_.size() - 1);
        for (std::size_t i = 0; i < under_way; ++i) half_sent_.emplace_back(weir_->port()).send(most);
        const auto body_bytes = static_cast<std::int64_t>(chat_body().size()) - 1;
        ASSERT_TRUE(eventually(
            [&] { return weir_->buffered_bytes() == static_cast<std::int64_t>(under_way) * body_bytes; }));
    }

    /// They all come while the thread stands still.
    void come_at_once() {
        clock_.stop();
        for (std::size_t i = 0; i < waiting; ++i)
            clients_.emplace_back(weir_->port()).send(i % 2 == 0 ? chat_ : message_);
        clock_.go_on();
    }
    static void expect_shed(const RawAnswer& answer, bool is_anthropic) {
        EXPECT_EQ(answer.status, 503);
        EXPECT_THAT(answer.headers.at("retry-after"), MatchesRegex("[1-5]?[0-9]"));
        if (!is_anthropic) {
            EXPECT_THAT(answer.headers.at("retry-after-ms"), MatchesRegex("[1-5]?[0-9][0-9][0-9][0-9]"));
        }
        EXPECT_EQ(answer.headers.count("connection"), 0U);
        EXPECT_THAT(answer.body,
                    HasSubstr(is_anthropic ? R"("type":"overloaded_error")" : R"("code":"overloaded")"));
    }

    const std::string chat_ = post("/v1/chat/completions", chat_body());
    const std::string message_ = post("/v1/messages", chat_body(",\"max_tokens\":4"));
    mock::MockUpstream upstream_{mock::MockOptions{}};
    SlowClock clock_;
    std::optional<RunningWeir> weir_;
    std::deque<RawClient> half_sent_;
    std::deque<RawClient> clients_;
};

TEST_F(OverloadedThread, ShedsSomeServesTheOthersAndRecovers) {
    come_at_once();
    std::deque<RawClient*> shed;
    std::vector<std::string> told_ms;
    std::size_t served = 0;
    for (std::size_t i = 0; i < waiting; ++i) {
        const RawAnswer answer = clients_[i].read_answer();
        if (answer.status == 200) {
            ++served;
        } else {
            expect_shed(answer, i % 2 == 1);
            if (i % 2 == 0) told_ms.push_back(answer.headers.at("retry-after-ms"));
            shed.push_back(&clients_[i]);
        }
    }
    EXPECT_GT(served, waiting / 2);
    ASSERT_GT(shed.size(), 2U);
    std::set<std::string> times_to_come_back;
    for (const std::string& time_ms : told_ms)
        EXPECT_TRUE(times_to_come_back.insert(time_ms).second) << time_ms;
    EXPECT_EQ(weir_->limit_hits(observe::LimitHit::queue), shed.size());
    EXPECT_EQ(weir_->counted(observe::Outcome::overloaded), shed.size());
    EXPECT_EQ(upstream_.requests_seen(), served);

    for (RawClient* client : shed) {
        client->send(chat_);
        EXPECT_EQ(client->read_answer().status, 200);
    }
    for (RawClient& client : half_sent_) {
        client.send(chat_.substr(chat_.size() - 1));
        EXPECT_EQ(client.read_answer().status, 200);
    }
}

TEST_F(OverloadedThread, WorksForNobodyWhoHasLeft) {
    clock_.stop();
    for (int i = 0; i < 100; ++i) RawClient(weir_->port()).send(chat_);
    clock_.go_on();
    RawClient last(weir_->port());
    last.send(chat_);
    EXPECT_EQ(last.read_answer().status, 200);
    EXPECT_TRUE(eventually([&] { return weir_->connections_open() == under_way + 1; }));
    EXPECT_EQ(upstream_.requests_seen(), 1U);
    EXPECT_EQ(weir_->counted(observe::Outcome::client_gone), 0U);
}

}  // namespace
}  // namespace weir::testing
