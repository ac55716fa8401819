// When a thread counts as overloaded, and how much of its time refusing may take.
#include "proxy/overload.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace weir::proxy {
namespace {

constexpr std::int64_t ms = 1'000;
constexpr std::int64_t s = 1'000'000;
constexpr std::int64_t queue_us = 200 * ms;
using What = Overload::News::What;

class Overloading : public ::testing::Test {
protected:
    /// Looks every 10 ms for so long, at a queue whose oldest has waited for `longest_us` each time.
    void look_for(std::int64_t duration_us, std::int64_t longest_us) {
        for (const std::int64_t end_us = now_us_ + duration_us; now_us_ < end_us; now_us_ += 10 * ms)
            overload_.look(now_us_, longest_us, cpu_us_ += 2 * ms);
    }
    void overload() {
        look_for(120 * ms, queue_us);
        ASSERT_TRUE(overload_.is_overloaded());
    }

    std::int64_t now_us_ = 50 * s;
    std::int64_t cpu_us_ = 7 * s;  ///< a fifth of the time is this thread's
    Overload overload_{queue_us};
};

TEST_F(Overloading, BeginsWhenTheOldestHasWaitedTooLongForAWhile) {
    look_for(90 * ms, queue_us);
    EXPECT_FALSE(overload_.is_overloaded());
    EXPECT_FALSE(overload_.sheds(10 * queue_us));
    look_for(30 * ms, queue_us);
    EXPECT_TRUE(overload_.is_overloaded());
    EXPECT_TRUE(overload_.sheds(queue_us));
}

TEST_F(Overloading, LongQueuesThatAreWorkedOffAreNone) {
    for (int burst = 0; burst < 20; ++burst) {
        look_for(90 * ms, 2 * queue_us);
        look_for(10 * ms, queue_us - 1);
    }
    EXPECT_FALSE(overload_.is_overloaded());
}

TEST_F(Overloading, EndsWhenNobodyWaits) {
    overload();
    look_for(100 * ms, 1);
    EXPECT_TRUE(overload_.is_overloaded());
    overload_.rest();
    EXPECT_FALSE(overload_.is_overloaded());
    look_for(90 * ms, queue_us);
    EXPECT_FALSE(overload_.is_overloaded());
}

TEST_F(Overloading, ShedsNobodyWhoHasWaitedForAShortTime) {
    overload();
    EXPECT_FALSE(overload_.sheds(queue_us - 1));
}

/// A thread that has not refused anybody for long has a quarter of a second for it.
class Shedding : public Overloading {
protected:
    /// Sheds as many as it may between looks, 20 us each; the time that took.
    std::int64_t shed_between_looks() {
        std::int64_t spent_us = 0;
        for (; overload_.sheds(queue_us); spent_us += 20) overload_.note_shed(20);
        return spent_us;
    }
    std::int64_t shed_for(std::int64_t duration_us) {
        std::int64_t spent_us = 0;
        for (const std::int64_t end_us = now_us_ + duration_us; now_us_ < end_us;) {
            look_for(10 * ms, queue_us);
            spent_us += shed_between_looks();
        }
        return spent_us;
    }
    void use_what_was_saved() {
        overload();
        EXPECT_GE(shed_for(4 * s), 250 * ms);
    }
};

TEST_F(Shedding, TakesATwentiethOfTheProcessorsTime) {
    use_what_was_saved();
    const std::int64_t began_us = cpu_us_;
    const std::int64_t spent_us = shed_for(10 * s);
    EXPECT_NEAR(static_cast<double>(spent_us), static_cast<double>(cpu_us_ - began_us) / 20, 100);
}

TEST_F(Shedding, TakesAMillisecondBetweenTwoLooks) {
    overload();
    EXPECT_EQ(shed_between_looks(), ms);
    look_for(10 * ms, queue_us);
    EXPECT_EQ(shed_between_looks(), ms);
}

TEST_F(Shedding, IsSavedUpWhileNobodyHasToBeShed) {
    use_what_was_saved();
    overload_.rest();
    cpu_us_ += 3600 * s;
    overload();
    EXPECT_NEAR(static_cast<double>(shed_for(4 * s)), 250e3 + 800e3 / 20, 2e3);
}

/// So long that the thread knows how fast it serves: one turn in 100 us.
class ComingBack : public Shedding {
protected:
    void SetUp() override {
        for (int i = 0; i < 30; ++i) {
            look_for(10 * ms, queue_us);
            overload_.note_turns(100);
        }
    }
};

TEST_F(ComingBack, OneForFortyWhoAreServed) {
    EXPECT_EQ(overload_.retry_after_us(now_us_), s + 4 * ms);
    EXPECT_EQ(overload_.retry_after_us(now_us_), s + 8 * ms);
    EXPECT_EQ(overload_.retry_after_us(now_us_ + 6 * ms), s + 6 * ms);
    EXPECT_EQ(overload_.retry_after_us(now_us_ + s), s + 4 * ms)
        << "nobody comes back sooner than in a second";
}

TEST_F(ComingBack, WithinAMinute) {
    std::int64_t longest_us = 0;
    std::int64_t last_us = 0;
    for (int i = 0; i < 20'000; ++i) {
        last_us = overload_.retry_after_us(now_us_);
        longest_us = std::max(longest_us, last_us);
    }
    EXPECT_NEAR(static_cast<double>(longest_us), 59e6, 4e3);
    EXPECT_LT(last_us, longest_us) << "the first places are dealt out again";
}

TEST_F(ComingBack, ATimeInWhichNobodyWaitedIsNoSlowTurn) {
    overload_.rest();
    now_us_ += 3600 * s;
    look_for(10 * ms, queue_us);
    overload_.note_turns(1);
    EXPECT_EQ(overload_.retry_after_us(now_us_), s + 4 * ms);
}

TEST_F(Overloading, WithoutABoundNothingIsShed) {
    overload_.set_queue_us(0);
    look_for(s, 60 * s);
    EXPECT_FALSE(overload_.is_overloaded());
    overload_.set_queue_us(queue_us);
    overload();
    overload_.set_queue_us(0);
    look_for(10 * ms, 60 * s);
    EXPECT_FALSE(overload_.is_overloaded());
}

TEST_F(Overloading, TheLogIsToldOnceOfItsBeginningAndItsEnd) {
    EXPECT_EQ(overload_.news(now_us_).what, What::nothing);
    for (int second = 0; second < 20; ++second, now_us_ += s) {
        overload_.note_shed(1);
        overload_.note_shed(1);
        EXPECT_EQ(overload_.news(now_us_).what, second == 0 ? What::begun : What::nothing) << second;
    }
    for (int second = 0; second < 4; ++second, now_us_ += s)
        EXPECT_EQ(overload_.news(now_us_).what, What::nothing) << second;
    const Overload::News ended = overload_.news(now_us_);
    EXPECT_EQ(ended.what, What::ended);
    EXPECT_EQ(ended.shed, 40U);
    EXPECT_EQ(ended.lasted_us, 19 * s);
    EXPECT_EQ(overload_.news(now_us_ + s).what, What::nothing);
    overload_.note_shed(1);
    EXPECT_EQ(overload_.news(now_us_ + 2 * s).what, What::begun);
}

}  // namespace
}  // namespace weir::proxy
