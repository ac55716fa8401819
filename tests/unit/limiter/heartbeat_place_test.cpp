// Where heartbeats lie: in a slot of the master that they are of, the same for all nodes, and long.
#include "limiter/heartbeat_place.hpp"

#include <gtest/gtest.h>

#include "limiter/store_keys.hpp"
#include "redis/slots.hpp"

namespace weir {
namespace {

void give(SlotOwners& owners, std::size_t first, std::size_t last, std::size_t master) {
    for (std::size_t slot = first; slot <= last; ++slot) owners.set(static_cast<std::uint16_t>(slot), master);
}

class HeartbeatPlaceTest : public ::testing::Test {
protected:
    HeartbeatPlaceTest() {
        give(owners_, 0, 5'460, 1);
        give(owners_, 5'461, 10'922, 2);
        give(owners_, 10'923, 16'383, 3);
    }
    SlotOwners owners_{true};
};

TEST_F(HeartbeatPlaceTest, OneServerKeepsThemUnderPlainNames) {
    HeartbeatPlace place;
    ASSERT_TRUE(place.find(SlotOwners(false), 0));
    EXPECT_EQ(place.slot(), 0);
    EXPECT_EQ(place.epoch_key(), store_keys::epoch);
    EXPECT_EQ(place.nodes_key(), store_keys::nodes);
}

TEST_F(HeartbeatPlaceTest, TheKeysLieInASlotOfTheMaster) {
    for (const std::size_t master : {1, 2, 3}) {
        HeartbeatPlace place, of_another_node;
        ASSERT_TRUE(place.find(owners_, master));
        EXPECT_EQ(owners_.of(place.slot()), master);
        EXPECT_EQ(redis::slot_of(place.epoch_key()), place.slot());
        EXPECT_EQ(redis::slot_of(place.nodes_key()), place.slot());
        EXPECT_NE(place.epoch_key(), place.nodes_key());
        ASSERT_TRUE(of_another_node.find(owners_, master));
        EXPECT_EQ(of_another_node.epoch_key(), place.epoch_key());
    }
}

TEST_F(HeartbeatPlaceTest, AMasterWithoutSlotsHasNone) {
    HeartbeatPlace place;
    EXPECT_FALSE(place.find(owners_, 4));
}

TEST_F(HeartbeatPlaceTest, ItStaysWhereItIsWhileOtherSlotsMove) {
    HeartbeatPlace place;
    ASSERT_TRUE(place.find(owners_, 1));
    const std::uint16_t before = place.slot();
    EXPECT_GT(before, 1'000) << "a reshard takes the first slots of a master";
    give(owners_, 0, 1'000, 2);
    ASSERT_TRUE(place.find(owners_, 1));
    EXPECT_EQ(place.slot(), before);
}

TEST_F(HeartbeatPlaceTest, ItMovesOnWhenItsSlotHasLeft) {
    HeartbeatPlace place;
    ASSERT_TRUE(place.find(owners_, 1));
    const std::uint16_t before = place.slot();
    owners_.set(before, 2);
    ASSERT_TRUE(place.find(owners_, 1));
    EXPECT_NE(place.slot(), before);
    EXPECT_EQ(owners_.of(place.slot()), 1U);
    EXPECT_EQ(redis::slot_of(place.epoch_key()), place.slot());
}

TEST_F(HeartbeatPlaceTest, OneSlotIsEnough) {
    give(owners_, 0, 16'383, 1);
    owners_.set(0, 2);
    HeartbeatPlace place;
    ASSERT_TRUE(place.find(owners_, 2));
    EXPECT_EQ(place.slot(), 0);
    EXPECT_EQ(redis::slot_of(place.epoch_key()), 0);
}

}  // namespace
}  // namespace weir
