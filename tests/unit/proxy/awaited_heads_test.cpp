// Who makes room where no more connections may be open.
#include "proxy/awaited_heads.hpp"

#include <gtest/gtest.h>

namespace weir::proxy {
namespace {

class Connection final : public AwaitedHeads::Waiter {
public:
    void displace() override { ++displaced; }
    int displaced = 0;
};

constexpr std::int64_t second_us = 1'000'000;

TEST(AwaitedHeads, TheLongestWaitEndsFirst) {
    AwaitedHeads heads;
    Connection first, second;
    heads.add(first, 5);
    heads.add(second, 10);
    EXPECT_TRUE(heads.displace_one(second_us + 5));
    EXPECT_EQ(first.displaced, 1);
    EXPECT_EQ(second.displaced, 0);
    // The second has not had its second yet.
    EXPECT_FALSE(heads.displace_one(second_us + 9));
    EXPECT_TRUE(heads.displace_one(second_us + 10));
    EXPECT_FALSE(heads.displace_one(9 * second_us));
    EXPECT_EQ(first.displaced + second.displaced, 2);
}

TEST(AwaitedHeads, WhoseHeadHasComeIsLeftAlone) {
    AwaitedHeads heads;
    Connection asks, waits;
    heads.add(asks, 0);
    heads.add(waits, 1);
    AwaitedHeads::remove(asks);
    EXPECT_TRUE(heads.displace_one(2 * second_us));
    EXPECT_EQ(waits.displaced, 1);
    // Its next request is awaited from now on.
    heads.add(asks, 3 * second_us);
    EXPECT_FALSE(heads.displace_one(3 * second_us));
    EXPECT_TRUE(heads.displace_one(4 * second_us));
    EXPECT_EQ(asks.displaced, 1);
}

TEST(AwaitedHeads, ForgetsWhoHasEnded) {
    AwaitedHeads heads;
    {
        Connection gone;
        heads.add(gone, 0);
    }
    EXPECT_FALSE(heads.displace_one(second_us));
}

}  // namespace
}  // namespace weir::proxy
