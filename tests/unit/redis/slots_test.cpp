// Slots as the specification of Redis Cluster gives them.
#include "redis/slots.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir::redis {
namespace {

TEST(RedisSlots, AreTheCrcOfTheKey) {
    EXPECT_EQ(slot_of("123456789"), 0x31C3 % slot_count);
    EXPECT_EQ(slot_of(""), 0U);
    // As a Redis 7 answers CLUSTER KEYSLOT.
    EXPECT_EQ(slot_of("somekey"), 11'058U);
    EXPECT_EQ(slot_of("foo{hash_tag}"), 2'515U);
    EXPECT_EQ(slot_of("foo"), 12'182U);
    for (int i = 0; i < 1000; ++i) EXPECT_LT(slot_of(std::to_string(i)), slot_count);
}

TEST(RedisSlots, ATagAloneCounts) {
    EXPECT_EQ(slot_of("{user1000}.following"), slot_of("{user1000}.followers"));
    EXPECT_EQ(slot_of("{user1000}.following"), slot_of("user1000"));
    EXPECT_EQ(slot_of("weir:1:{ab12}:k:w:60"), slot_of("ab12"));
    EXPECT_EQ(slot_of("foo{{bar}}zap"), slot_of("{bar"));
    EXPECT_EQ(slot_of("foo{bar}{zap}"), slot_of("bar"));
    EXPECT_NE(slot_of("foo{{bar}}zap"), slot_of("bar"));
}

TEST(RedisSlots, WhatIsNoTagIsPartOfTheKey) {
    EXPECT_NE(slot_of("foo{}{bar}"), slot_of("bar")) << "the first tag is empty: the whole key counts";
    EXPECT_NE(slot_of("foo{}{bar}"), slot_of(""));
    EXPECT_NE(slot_of("foo{bar"), slot_of("bar"));
    EXPECT_NE(slot_of("foo}bar{"), slot_of("bar"));
    EXPECT_EQ(slot_of("}{bar}"), slot_of("bar"));
}

TEST(RedisSlots, BytesAreTakenAsTheyAre) {
    // CRC16/XMODEM of one byte 0xff, and of 0x80: chars are signed here, Redis's are not.
    EXPECT_EQ(slot_of("\xff"), 0x1EF0 % slot_count);
    EXPECT_EQ(slot_of("\x80"), 0x9188 % slot_count);
    EXPECT_NE(slot_of(std::string("a\0", 2)), slot_of("a"));
}

}  // namespace
}  // namespace weir::redis
