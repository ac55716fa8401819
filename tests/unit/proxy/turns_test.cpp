// Clients that send the next request take turns where many requests are under way.
#include "proxy/turns.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace weir::proxy {
namespace {

constexpr int many = 128;
constexpr int at_once = 32;

class Client : public Turns::Waiter {
public:
    Client(std::vector<int>& served, int number) : served_(served), number_(number) {}
    void take_turn() override { served_.push_back(number_); }

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

    boost::asio::io_context context_{1};
    Turns turns_{context_};
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
