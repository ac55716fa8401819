// Clients that send the next request take turns where many requests are under way.
#include "proxy/turns.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "support/manual_clock.hpp"

namespace weir::proxy {
namespace {

constexpr int many = 128;
constexpr int at_once = 32;
constexpr int shed = -1000;  // less its number: one that was shed
constexpr std::int64_t max_queue_ms = 200;

class Client : public Turns::Waiter {
public:
    Client(std::vector<int>& served, int number) : served_(served), number_(number) {}
    void take_turn(Turns::Turn turn) override {
        served_.push_back(turn == Turns::Turn::shed ? shed - number_ : number_);
    }

private:
    std::vector<int>& served_;
    int number_;
};

class TakingTurns : public ::testing::Test {
protected:
    void begin(int requests) {
        for (int i = 0; i < requests; ++i) under_way_.emplace_back(turns_);
    }
    Client& client() {
        clients_.push_back(std::make_unique<Client>(served_, static_cast<int>(clients_.size())));
        return *clients_.back();
    }

    /// One turn of the event loop, after so long.
    void turn_after(std::int64_t milliseconds) {
        clock_.advance(milliseconds * 1000);
        cpu_us_ += milliseconds * 1000;
        context_.restart();
        context_.poll_one();
    }
    std::vector<int> take_served() { return std::exchange(served_, {}); }

    weir::testing::ManualClock clock_;
    boost::asio::io_context context_{1};
    /// Of the processor the thread has what `turn_after` says, and a microsecond for each that it sheds.
    static inline std::int64_t cpu_us_ = 0;
    Turns turns_{context_, clock_, max_queue_ms, [] { return ++cpu_us_; }};
    std::deque<Turns::UnderWay> under_way_;
    std::vector<int> served_;
    std::vector<std::unique_ptr<Client>> clients_;
};

TEST_F(TakingTurns, ComesAtOnceWhereFewRequestsAreUnderWay) {
    begin(many - 1);
    turns_.ask(client());
    EXPECT_EQ(served_, std::vector{0});
}

TEST_F(TakingTurns, ComesBehindWhatHadArrivedWhereManyAreUnderWay) {
    begin(many);
    turns_.ask(client());
    boost::asio::post(context_, [this] { served_.push_back(-1); });
    turns_.ask(client());
    EXPECT_TRUE(served_.empty());
    context_.run();
    EXPECT_EQ(served_, (std::vector{0, 1, -1}));
}

TEST_F(TakingTurns, OthersGoInBetweenWhereManyAsk) {
    begin(many);
    for (int i = 0; i < at_once + 2; ++i) turns_.ask(client());
    boost::asio::post(context_, [this] { served_.push_back(-1); });
    context_.run();
    ASSERT_EQ(served_.size(), at_once + 3U);
    EXPECT_EQ(served_[at_once], -1);
    EXPECT_EQ(served_[at_once + 1], at_once);
    EXPECT_EQ(served_[at_once + 2], at_once + 1);
}

TEST_F(TakingTurns, NobodyOvertakesThoseWhoWait) {
    begin(many);
    turns_.ask(client());
    under_way_.clear();
    turns_.ask(client());
    EXPECT_TRUE(served_.empty());
    context_.run();
    EXPECT_EQ(served_, (std::vector{0, 1}));
}

/// More than a thread has time for.
class TooManyTurns : public TakingTurns {
protected:
    /// Of those who have come, this many wait still when the thread is overloaded.
    static constexpr int left = 40;

    void SetUp() override {
        begin(many);
        for (int i = 0; i < 2 * at_once + left; ++i) turns_.ask(client());
        turn_after(max_queue_ms);
        turn_after(50);
        take_served();
    }
};

TEST_F(TooManyTurns, InTheOrderInWhichTheyCameUntilThatHasLastedForAWhile) {
    turn_after(49);
    ASSERT_EQ(served_.size(), std::size_t{at_once});
    EXPECT_EQ(served_.front(), 2 * at_once);
}

TEST_F(TooManyTurns, SomeAreServedInTheirOrderAndThoseBehindThemAreShed) {
    for (int i = 0; i < at_once; ++i) turns_.ask(client());
    turn_after(50);
    ASSERT_EQ(served_.size(), std::size_t{left});
    EXPECT_EQ(served_.front(), 2 * at_once);
    EXPECT_EQ(served_[at_once - 1], 3 * at_once - 1);
    EXPECT_EQ(served_[at_once], shed - 3 * at_once);
    EXPECT_EQ(served_.back(), shed - 2 * at_once - left + 1);
}

TEST_F(TooManyTurns, ThoseWhoHaveWaitedForAShortTimeAreNotShed) {
    for (int i = 0; i < at_once + 1; ++i) turns_.ask(client());
    turn_after(50);
    EXPECT_EQ(take_served().size(), std::size_t{left});
    turn_after(1);
    ASSERT_EQ(served_.size(), std::size_t{at_once});
    EXPECT_EQ(served_.front(), 2 * at_once + left);
}

TEST_F(TooManyTurns, WhenNobodyWaitsAllIsAsBefore) {
    turn_after(50);
    take_served();
    for (int i = 0; i < 2 * at_once; ++i) turns_.ask(client());
    const int first = static_cast<int>(clients_.size()) - 2 * at_once;
    turn_after(10 * max_queue_ms);
    turn_after(1);
    ASSERT_EQ(served_.size(), std::size_t{2 * at_once});
    EXPECT_EQ(served_.front(), first);
    EXPECT_EQ(served_.back(), first + 2 * at_once - 1);
}

TEST_F(TooManyTurns, WithoutABoundNobodyIsShed) {
    turns_.set_max_queue_ms(0);
    turn_after(10 * max_queue_ms);
    turn_after(10 * max_queue_ms);
    ASSERT_EQ(served_.size(), std::size_t{left});
    EXPECT_EQ(served_.front(), 2 * at_once);
    EXPECT_EQ(served_.back(), 2 * at_once + left - 1);
}

TEST_F(TakingTurns, WhoIsDestroyedHasLeft) {
    begin(many);
    turns_.ask(client());
    turns_.ask(client());
    clients_.front().reset();
    context_.run();
    EXPECT_EQ(served_, std::vector{1});
}

}  // namespace
}  // namespace weir::proxy
