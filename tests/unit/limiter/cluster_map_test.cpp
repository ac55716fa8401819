// Who has which slots, by what servers say in whatever order.
#include "limiter/cluster_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

using redis::Server;
using redis::SlotRange;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Server at(int number) {
    return {"10.0.0." + std::to_string(number), 6379};
}

/// Three masters, each with a replica ten numbers on.
std::vector<SlotRange> thirds() {
    return {{.first = 0, .last = 5'460, .master = at(1), .replicas = {at(11)}},
            {.first = 5'461, .last = 10'922, .master = at(2), .replicas = {at(12)}},
            {.first = 10'923, .last = 16'383, .master = at(3), .replicas = {at(13)}}};
}

TEST(ClusterMap, AtFirstNobodyHasAnySlot) {
    const ClusterMap map;
    EXPECT_EQ(map.size(), 1U);
    EXPECT_EQ(map.owner_of(0), ClusterMap::nobody);
    EXPECT_TRUE(map.has_slots(ClusterMap::nobody));
    EXPECT_THAT(map.unserved(), ElementsAre(Pair(0, 16'383)));
}

TEST(ClusterMap, EachMasterHasItsRanges) {
    ClusterMap map;
    map.update(thirds());
    ASSERT_EQ(map.size(), 4U);
    EXPECT_EQ(map.owner_of(0), 1U);
    EXPECT_EQ(map.owner_of(5'460), 1U);
    EXPECT_EQ(map.owner_of(5'461), 2U);
    EXPECT_EQ(map.owner_of(16'383), 3U);
    EXPECT_EQ(map.master(3), at(3));
    EXPECT_FALSE(map.has_slots(ClusterMap::nobody));
    EXPECT_THAT(map.unserved(), IsEmpty());
}

TEST(ClusterMap, RangesThatNobodyServes) {
    ClusterMap map;
    map.update({{.first = 1, .last = 99, .master = at(1), .replicas = {}},
                {.first = 101, .last = 16'000, .master = at(2), .replicas = {}}});
    EXPECT_THAT(map.unserved(), ElementsAre(Pair(0, 0), Pair(100, 100), Pair(16'001, 16'383)));
    map.update({});
    EXPECT_THAT(map.unserved(), ElementsAre(Pair(0, 16'383)));
    EXPECT_EQ(map.size(), 3U) << "they may come back";
    EXPECT_FALSE(map.has_slots(1));
}

TEST(ClusterMap, AReplicaTakesOverTheIndex) {
    ClusterMap map;
    map.update(thirds());
    auto ranges = thirds();
    std::swap(ranges[1].master, ranges[1].replicas[0]);
    map.update(ranges);
    EXPECT_EQ(map.size(), 4U);
    EXPECT_EQ(map.owner_of(6'000), 2U);
    EXPECT_EQ(map.master(2), at(12));
    map.update(thirds());  // and back
    EXPECT_EQ(map.size(), 4U);
    EXPECT_EQ(map.master(2), at(2));
}

TEST(ClusterMap, AReplicaTakesOverWhoseMasterIsGoneAltogether) {
    ClusterMap map;
    map.update(thirds());
    auto ranges = thirds();
    ranges[0].master = at(11);
    ranges[0].replicas.clear();
    map.update(ranges);
    EXPECT_EQ(map.owner_of(0), 1U);
    EXPECT_EQ(map.master(1), at(11));
}

TEST(ClusterMap, AReplicaThatMovesAwayWithAPartOfTheSlotsIsAMasterOfItsOwn) {
    ClusterMap map;
    map.update(thirds());
    auto ranges = thirds();
    ranges[0].last = 3'000;
    ranges.push_back({.first = 3'001, .last = 5'460, .master = at(11), .replicas = {}});
    ranges[0].replicas.clear();
    map.update(ranges);
    ASSERT_EQ(map.size(), 5U);
    EXPECT_EQ(map.owner_of(0), 1U);
    EXPECT_EQ(map.master(1), at(1));
    EXPECT_EQ(map.owner_of(4'000), 4U);
    EXPECT_EQ(map.master(4), at(11));
}

TEST(ClusterMap, AMasterOfSeveralRangesIsOne) {
    ClusterMap map;
    auto ranges = thirds();
    ranges[2].master = at(1);
    map.update(ranges);
    EXPECT_EQ(map.size(), 3U);
    EXPECT_EQ(map.owner_of(0), map.owner_of(16'383));
}

TEST(ClusterMap, ASlotThatHasMovedIsTheOthersAtOnce) {
    ClusterMap map;
    map.update(thirds());
    EXPECT_EQ(map.note_moved(7, at(2)), 2U);
    EXPECT_EQ(map.owner_of(7), 2U);
    EXPECT_EQ(map.owner_of(8), 1U);
    EXPECT_EQ(map.note_moved(8, at(4)), 4U) << "a master that nobody has told of yet";
    EXPECT_EQ(map.owner_of(8), 4U);
    EXPECT_EQ(map.note_moved(9, at(11)), 1U) << "its replica has taken over";
    EXPECT_EQ(map.master(1), at(11));
    map.update(thirds());
    EXPECT_EQ(map.owner_of(7), 1U);
    EXPECT_FALSE(map.has_slots(4));
}

TEST(ClusterMap, MoreMastersThanThereIsRoomForHaveNoSlots) {
    ClusterMap map;
    std::vector<SlotRange> ranges;
    for (int i = 0; i < 300; ++i) {
        const auto slot = static_cast<std::uint16_t>(i);
        ranges.push_back({.first = slot,
                          .last = slot,
                          .master = {"10.0.0.1", static_cast<std::uint16_t>(7'000 + i)},
                          .replicas = {}});
    }
    map.update(ranges);
    EXPECT_EQ(map.size(), SlotOwners::masters_max);
    EXPECT_EQ(map.owner_of(254), 255U);
    EXPECT_EQ(map.owner_of(255), ClusterMap::nobody);
    EXPECT_THAT(map.unserved(), ElementsAre(Pair(255, 16'383)));
    EXPECT_EQ(map.note_moved(0, at(9)), std::nullopt);
    EXPECT_EQ(map.owner_of(0), 1U);
    EXPECT_EQ(map.find_or_make(at(9)), std::nullopt);
}

}  // namespace
}  // namespace weir
