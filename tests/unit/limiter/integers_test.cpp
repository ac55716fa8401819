// What a script's answer is taken for.
#include "limiter/integers.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

redis::Reply reply_of(std::vector<std::int64_t> numbers) {
    redis::Reply::Array elements;
    for (const std::int64_t number : numbers) elements.push_back({number});
    return {elements};
}

TEST(Integers, AreTakenInOrder) {
    EXPECT_EQ(integers_of(reply_of({3, -1, script_integer_max})),
              (std::vector<std::int64_t>{3, -1, script_integer_max}));
    EXPECT_EQ(integers_of(reply_of({})), std::vector<std::int64_t>{});
}

TEST(Integers, AnythingElseIsNoAnswerOfAScript) {
    EXPECT_EQ(integers_of({std::int64_t{3}}), std::nullopt);
    EXPECT_EQ(integers_of({redis::Reply::Array{{std::int64_t{3}}, {std::string("4")}}}), std::nullopt);
}

/// With such a number times and sums would overflow.
TEST(Integers, NumbersThatAreNotExactInADoubleAreNoAnswerOfAScript) {
    EXPECT_EQ(integers_of(reply_of({1, script_integer_max + 1})), std::nullopt);
    EXPECT_EQ(integers_of(reply_of({-script_integer_max - 1})), std::nullopt);
    EXPECT_EQ(integers_of(reply_of({INT64_MIN})), std::nullopt);
}

}  // namespace
}  // namespace weir
