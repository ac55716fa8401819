// Numbers read whole or not at all, and written so that people can read them.
#include "text/numbers.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace weir::text {
namespace {

TEST(Numbers, AreTheWholeText) {
    EXPECT_EQ(number_in<std::int64_t>("0"), 0);
    EXPECT_EQ(number_in<std::int64_t>("-12"), -12);
    EXPECT_EQ(number_in<std::uint16_t>("65535"), 65'535);
    EXPECT_EQ(number_in<double>("1.5"), 1.5);
    for (const char* wrong : {"", " 1", "1 ", "+1", "1x", "0x1", "1.0", "-", "9223372036854775808"}) {
        EXPECT_FALSE(number_in<std::int64_t>(wrong)) << wrong;
    }
    EXPECT_FALSE(number_in<std::uint16_t>("65536"));
    EXPECT_FALSE(number_in<std::uint16_t>("-1"));
    EXPECT_EQ(hex_number_in<std::uint64_t>("fF"), 255U);
    EXPECT_FALSE(hex_number_in<std::uint64_t>("0x1"));
    EXPECT_FALSE(hex_number_in<std::uint64_t>(""));
}

TEST(Numbers, HaveACommaAtEachThousand) {
    EXPECT_EQ(with_separators(0), "0");
    EXPECT_EQ(with_separators(999), "999");
    EXPECT_EQ(with_separators(1'000), "1,000");
    EXPECT_EQ(with_separators(-1'234'567), "-1,234,567");
    EXPECT_EQ(with_separators(-100), "-100");
    EXPECT_EQ(with_separators(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}

}  // namespace
}  // namespace weir::text
