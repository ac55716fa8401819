// Texts that were chosen to meet under another hash do not meet under this one.
#include "text/seeded_hash.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string>

namespace weir::text {
namespace {

TEST(SeededHash, SpreadsWhatWasChosenForOneBucket) {
    constexpr std::size_t buckets = 1'021;  // a size of libstdc++'s tables
    std::array<int, buckets> fill{};
    int chosen = 0;
    for (int i = 0; chosen < 200; ++i) {
        const std::string text = "unknown-" + std::to_string(i);
        if (std::hash<std::string_view>{}(text) % buckets != 0) continue;
        ++chosen;
        ++fill.at(SeededHash{}(text) % buckets);
    }
    EXPECT_LT(*std::max_element(fill.begin(), fill.end()), 12);
}

TEST(SeededHash, EveryByteAndWhatCameBeforeCount) {
    std::set<std::uint64_t> seen;
    for (std::size_t size = 0; size < 40; ++size) seen.insert(seeded_hash(std::string(size, 'a')));
    for (std::size_t i = 0; i < 40; ++i) {
        std::string text(40, 'a');
        text[i] = 'b';
        seen.insert(seeded_hash(text));
    }
    seen.insert(seeded_hash("a", 1));
    EXPECT_EQ(seen.size(), 81U);
    EXPECT_EQ(seeded_hash("the same"), seeded_hash(std::string("the same")));
}

}  // namespace
}  // namespace weir::text
