// When requests ask the store, and what is told about it.
#include "limiter/circuit_breaker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir {
namespace {

using ::testing::ElementsAre;

class CircuitBreakerTest : public ::testing::Test {
protected:
    std::vector<std::string> told_;
    CircuitBreaker breaker_{3,
                            [this](bool is_closed, std::string_view why) {
                                told_.push_back((is_closed ? "+ " : "- ") + std::string(why));
                            },
                            [this](std::string_view why) { told_.emplace_back(why); }};
};

TEST_F(CircuitBreakerTest, StartsOpenAndIsClosedOnce) {
    EXPECT_FALSE(breaker_.is_closed());
    breaker_.close(1);
    breaker_.close(1);
    EXPECT_TRUE(breaker_.is_closed());
    EXPECT_THAT(told_, ElementsAre("+ the store answers"));
}

TEST_F(CircuitBreakerTest, OpensAfterFailuresInARow) {
    breaker_.close(1);
    breaker_.note_failure("a");
    breaker_.note_failure("a");
    breaker_.note_success();
    breaker_.note_failure("a");
    breaker_.note_failure("a");
    EXPECT_TRUE(breaker_.is_closed());
    breaker_.note_failure("b");
    EXPECT_FALSE(breaker_.is_closed());
    EXPECT_THAT(told_, ElementsAre("+ the store answers", "- b"));
}

TEST_F(CircuitBreakerTest, OpensAtOnceWithoutAConnectionAndTellsEachReasonOnce) {
    breaker_.close(1);
    for (const char* why : {"a", "a", "b", "b"}) breaker_.note_lost(why);
    EXPECT_THAT(told_, ElementsAre("+ the store answers", "- a", "b"));
}

TEST_F(CircuitBreakerTest, StaysOpenWhereTheStoreHasLostWhatItWasToBeClosedFor) {
    breaker_.note_data_lost(1, "emptied");
    breaker_.close(1);
    EXPECT_FALSE(breaker_.is_closed());
    breaker_.close(2);
    EXPECT_TRUE(breaker_.is_closed()) << "that loss is known already";
    EXPECT_EQ(breaker_.take_lost_epoch(), 1);
    EXPECT_EQ(breaker_.take_lost_epoch(), 0);
}

}  // namespace
}  // namespace weir
