// Usage as a Redis has it that others may have written to.
#include "limiter/usage_words.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(UsageWords, AnHourIsReadOutOfItsBlock) {
    const auto hour = parse_hour(4'000, "acme", "17", "1 2 3 4 5 6 7 8");
    ASSERT_TRUE(hour.has_value());
    EXPECT_EQ(hour->hour, 4'000 * 120 + 17);
    EXPECT_EQ(hour->sums, (std::array<std::int64_t, 4>{1, 2, 3, 4}));
    EXPECT_EQ(hour->peaks, (std::array<std::int64_t, 4>{5, 6, 7, 8}));
}

TEST(UsageWords, AnHourOfAnotherBlockIsNone) {
    for (const char* field : {"120", "-1", "9223372036854775807", "-9223372036854775808"})
        EXPECT_FALSE(parse_hour(4'000, "acme", field, "1 2 3 4 5 6 7 8").has_value()) << field;
}

}  // namespace
}  // namespace weir
