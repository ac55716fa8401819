// The order in which servers of a cluster are tried.
#include "redis/seed_list.hpp"

#include <gtest/gtest.h>

namespace weir::redis {
namespace {

const Server a{"a", 1}, b{"b", 2}, c{"c", 3}, elsewhere{"d", 4};

TEST(SeedList, SeedsAreTriedInTurn) {
    SeedList seeds({a, b, c});
    for (const Server& expected : {a, b, c, a, b, c, a}) EXPECT_EQ(seeds.next(), expected);
}

TEST(SeedList, AServerThatWasNamedComesOnce) {
    SeedList seeds({a, b});
    EXPECT_EQ(seeds.next(), a);
    seeds.go_to(elsewhere);
    EXPECT_EQ(seeds.next(), elsewhere);
    EXPECT_EQ(seeds.next(), b) << "a has had its turn, and sent us where nobody is";
    EXPECT_EQ(seeds.next(), a);
}

TEST(SeedList, TheLastWordCounts) {
    SeedList seeds({a});
    seeds.go_to(b);
    seeds.go_to(c);
    EXPECT_EQ(seeds.next(), c);
    EXPECT_EQ(seeds.next(), a);
    EXPECT_EQ(seeds.next(), a);
}

TEST(SeedList, WithoutSeedsNoServerIsKnown) {
    SeedList seeds({});
    EXPECT_EQ(seeds.next(), Server{});
    seeds.go_to(a);
    EXPECT_EQ(seeds.next(), a);
    EXPECT_EQ(seeds.next(), Server{});
}

}  // namespace
}  // namespace weir::redis
