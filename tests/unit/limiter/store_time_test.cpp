// The store's clock, by replies that took long or not.
#include "limiter/store_time.hpp"

#include <gtest/gtest.h>

#include "support/manual_clock.hpp"

namespace weir {
namespace {

class StoreTimeTest : public ::testing::Test {
protected:
    /// The store's clock is ahead of the steady one by `ahead_us`.
    void call(std::int64_t there_us, std::int64_t back_us) {
        const std::int64_t sent_us = clock.steady_us();
        clock.advance(there_us);
        const std::int64_t store_us = clock.steady_us() + ahead_us;
        clock.advance(back_us);
        time.note(sent_us, store_us);
    }
    std::int64_t error_us() const { return time.now_us() - (clock.steady_us() + ahead_us); }
    std::int64_t late_us() const { return clock.steady_us() + ahead_us - time.earliest_now_us(); }

    testing::ManualClock clock;
    StoreTime time{clock};
    std::int64_t ahead_us = 5'000'000;
};

TEST_F(StoreTimeTest, LiesBetweenSendingAndReceiving) {
    call(100, 300);
    EXPECT_EQ(error_us(), -100);
    EXPECT_EQ(late_us(), 300);
}

TEST_F(StoreTimeTest, AReplyThatIsReadLateTeachesNothing) {
    call(100, 300);
    call(50, 40'000);
    EXPECT_EQ(late_us(), 300);
    EXPECT_EQ(error_us(), -125);
    call(10, 20);
    EXPECT_EQ(late_us(), 20);
    EXPECT_EQ(error_us(), -5);
}

TEST_F(StoreTimeTest, AClockThatWasSetIsBelieved) {
    call(10, 20);
    for (const std::int64_t step_us : {-1'000'000, 3'000'000, -500, 500}) {
        ahead_us += step_us;
        call(100, 300);
        EXPECT_EQ(late_us(), 300) << step_us;
        EXPECT_EQ(error_us(), -100) << step_us;
    }
}

TEST_F(StoreTimeTest, NeverShowsMoreThanTheStoreWhileClocksRunAlike) {
    for (std::int64_t i = 0; i < 1'000; ++i) {
        call(i * 37 % 5'000, i * 101 % 30'000);
        clock.advance(i * 13 % 70'000);
        EXPECT_GE(late_us(), 0);
    }
}

}  // namespace
}  // namespace weir
