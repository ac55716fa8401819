// Names of ledgers, which clients choose where unknown keys are taken.
#include "weir/ledger_name.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

namespace weir {
namespace {

TEST(LedgerName, EqualNamesHashAlike) {
    EXPECT_EQ(LedgerName("key:a:60000000").hash(), LedgerName("key:a:60000000").hash());
    EXPECT_NE(LedgerName("key:a:60000000").hash(), LedgerName("key:b:60000000").hash());
}

/// Whoever can compute std::hash finds keys whose ledgers would all stand in one bucket of a table.
TEST(LedgerName, NobodyCanChooseNamesOfOneBucket) {
    constexpr std::size_t buckets = 1'021;  // a size of libstdc++'s tables
    std::array<int, buckets> fill{};
    int chosen = 0;
    for (int i = 0; chosen < 200; ++i) {
        const LedgerName name("key:~" + std::to_string(i) + ":60000000");
        if (std::hash<std::string_view>{}(name.key()) % buckets != 0) continue;
        ++chosen;
        ++fill.at(name.hash() % buckets);
    }
    EXPECT_LT(*std::max_element(fill.begin(), fill.end()), 12);
}

}  // namespace
}  // namespace weir
