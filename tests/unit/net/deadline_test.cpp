// Deadlines of one io_context share a timer: each expires once, at its own time, unless it was moved or is
// gone.
#include "net/deadline.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "support/manual_clock.hpp"

namespace weir::net {
namespace {

using testing::ManualClock;

constexpr std::int64_t hour_ms = 3'600'000;

class Deadlines : public ::testing::Test {
protected:
    std::unique_ptr<Deadline> make(const std::string& name) {
        return std::make_unique<Deadline>(context_, clock_, [this, name] { expired_ += name; });
    }

    boost::asio::io_context context_{1};
    ManualClock clock_;
    std::string expired_;
};

TEST_F(Deadlines, ExpiresOnceWhenItsTimeIsUp) {
    const auto deadline = make("a");
    deadline->set(2);
    EXPECT_FALSE(deadline->expired());
    clock_.advance(2'000);
    context_.run();
    EXPECT_EQ(expired_, "a");
    EXPECT_TRUE(deadline->expired());
    deadline->set(hour_ms);
    EXPECT_FALSE(deadline->expired());
}

TEST_F(Deadlines, MovedForwardItExpiresAtItsNewTime) {
    const auto moved = make("a");
    Deadline other(context_, clock_, [this] {
        expired_ += "b";
        clock_.advance(10'000);
    });
    moved->set(2);
    moved->set(40);
    other.set(30);
    clock_.advance(35'000);
    context_.run();
    EXPECT_EQ(expired_, "ba");
}

TEST_F(Deadlines, MovedNearerItExpiresAtItsNewTime) {
    const auto deadline = make("a");
    deadline->set(hour_ms);
    deadline->set(1);
    clock_.advance(1'000);
    context_.run();
    EXPECT_EQ(expired_, "a");
}

TEST_F(Deadlines, DisarmedItDoesNotExpire) {
    const auto deadline = make("a");
    deadline->set(2);
    deadline->disarm();
    clock_.advance(hour_ms * 1000);
    context_.run();
    EXPECT_EQ(expired_, "");
    EXPECT_FALSE(deadline->expired());
}

TEST_F(Deadlines, DestroyedItDoesNotExpireNorKeepTheContextBusy) {
    auto deadline = make("a");
    deadline->set(hour_ms);
    deadline.reset();
    context_.run();
    EXPECT_EQ(expired_, "");
}

TEST_F(Deadlines, OneMayDestroyAnotherWhoseTimeIsUpToo) {
    auto other = make("b");
    Deadline first(context_, clock_, [&] { other.reset(); });
    first.set(1);
    other->set(2);
    clock_.advance(2'000);
    context_.run();
    EXPECT_TRUE(first.expired());
    EXPECT_EQ(expired_, "");
}

TEST(Deadline, ManyExpireOnceEachAndNoneBeforeItsTime) {
    struct Timed {
        std::unique_ptr<Deadline> deadline;
        std::int64_t expires_at_us = 0;
        int expiries = 0;
    };
    boost::asio::io_context context{1};
    const SystemClock clock;
    std::mt19937_64 random(20'261'127);
    std::uniform_int_distribution<std::int64_t> some_ms(1, 60);
    std::vector<Timed> all(1'000);
    for (Timed& timed : all) {
        timed.deadline = std::make_unique<Deadline>(context, clock, [&clock, &timed] {
            ++timed.expiries;
            EXPECT_GE(clock.steady_us(), timed.expires_at_us);
        });
    }
    for (int round = 0; round < 3; ++round) {
        for (Timed& timed : all) {
            const std::int64_t duration_ms = some_ms(random);
            timed.expires_at_us = clock.steady_us() + duration_ms * 1000;
            timed.deadline->set(duration_ms);
        }
    }
    context.run();
    for (const Timed& timed : all) EXPECT_EQ(timed.expiries, 1);
}

}  // namespace
}  // namespace weir::net
