// How many nodes share the store, by what its masters say.
#include "limiter/node_counts.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(NodeCounts, OfOneMasterTheLatestIsBelieved) {
    NodeCounts counts;
    EXPECT_EQ(counts.most(), 0);
    counts.note(0, 4, 2, 1);
    EXPECT_EQ(counts.most(), 4);
    counts.note(0, 2, 2, 2);
    EXPECT_EQ(counts.most(), 2);
}

TEST(NodeCounts, AMasterThatHasJustGotItsSlotsIsNotBelieved) {
    NodeCounts counts;
    counts.note(1, 4, 3, 1);
    counts.note(2, 1, 1, 2);
    EXPECT_EQ(counts.most(), 4);
    counts.note(1, 3, 3, 3);
    EXPECT_EQ(counts.most(), 3);
}

TEST(NodeCounts, AMasterThatHasLeftIsForgotten) {
    NodeCounts counts;
    counts.note(1, 4, 2, 0);
    counts.note(2, 2, 2, NodeCounts::believed_us);
    EXPECT_EQ(counts.most(), 4);
    counts.note(2, 2, 2, NodeCounts::believed_us + 1);
    EXPECT_EQ(counts.most(), 2);
}

TEST(NodeCounts, WhatWasHeardBeforeAMasterWasEmptiedCountsForItsHour) {
    NodeCounts counts;
    counts.note(0, 4, 4, 1);
    counts.note(0, 1, 1, 2);
    counts.note(0, 3, 3, 3);
    EXPECT_EQ(counts.most(), 4) << "the fourth may be cut off from it, and decide by itself";
    counts.note(0, 3, 3, NodeCounts::believed_us + 1);
    EXPECT_EQ(counts.most(), 4);
    counts.note(0, 3, 2, NodeCounts::believed_us + 2);
    EXPECT_EQ(counts.most(), 3);
}

}  // namespace
}  // namespace weir
