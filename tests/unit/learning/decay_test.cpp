// How fast what was learned fades.
#include "learning/decay.hpp"

#include <gtest/gtest.h>

namespace weir::learning {

TEST(Decay, HalvesWithEachHalfLife) {
    EXPECT_DOUBLE_EQ(part_left(0, 1'000), 1.0);
    EXPECT_DOUBLE_EQ(part_left(1'000, 1'000), 0.5);
    EXPECT_DOUBLE_EQ(part_left(3'000, 1'000), 0.125);
}

TEST(Decay, AClockThatSteppedBackMakesNothingHeavier) {
    EXPECT_DOUBLE_EQ(part_left(-5'000, 1'000), 1.0);
}

}  // namespace weir::learning
