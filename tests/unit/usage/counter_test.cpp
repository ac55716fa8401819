// What a thread counts: sums by name, bounded, with names that are fit to be shown.
#include "usage/counter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "usage/printable.hpp"

namespace weir::usage {
namespace {

const Amounts one{.requests = 1, .admitted = 1, .output_tokens = 3};

/// "key|model" and its requests, sorted.
std::map<std::string, std::int64_t> taken(Counter& counter) {
    std::map<std::string, std::int64_t> all;
    for (const Row& row : counter.take()) {
        EXPECT_TRUE(all.emplace(row.key + "|" + row.model, row.amounts.requests).second) << "twice";
    }
    return all;
}

std::string shown(std::string_view text) {
    NameBuffer buffer;
    return std::string(printable(text, buffer));
}

TEST(Counter, SumsByDayKeyAndModel) {
    Counter counter;
    counter.add(5, "a", "m", one);
    counter.add(5, "a", "m", one);
    counter.add(5, "a", "n", one);
    counter.add(6, "a", "m", one);
    std::vector<Row> rows = group(counter.take(), {});
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].day, 5);
    EXPECT_EQ(rows[0].amounts, (Amounts{.requests = 2, .admitted = 2, .output_tokens = 6}));
    EXPECT_EQ(rows[2].day, 6);
}

TEST(Counter, HandsOutEachRowOnce) {
    Counter counter;
    counter.add(5, "a", "m", one);
    EXPECT_EQ(counter.take().size(), 1U);
    EXPECT_TRUE(counter.empty());
    EXPECT_TRUE(counter.take().empty());
    counter.add(5, "a", "m", one);
    EXPECT_EQ(counter.take().front().amounts, one);
}

TEST(Counter, KeepsKeyAndModelApart) {
    Counter counter;
    counter.add(5, "ab", "c", one);
    counter.add(5, "a", "bc", one);
    counter.add(5, "", "abc", one);
    EXPECT_EQ(counter.take().size(), 3U);
}

TEST(Counter, IsBoundedAndLosesNothing) {
    Counter counter;
    const std::size_t more = 500;
    for (std::size_t i = 0; i < Counter::rows_max + more; ++i)
        counter.add(5, "a", "m" + std::to_string(i), one);
    counter.add(5, "a", "m0", one);  // is there, and goes on
    EXPECT_EQ(counter.folded(), more);
    const auto rows = taken(counter);
    EXPECT_EQ(rows.size(), Counter::rows_max + 1);
    EXPECT_EQ(rows.at("(other)|(other)"), static_cast<std::int64_t>(more));
    EXPECT_EQ(rows.at("a|m0"), 2);
    counter.add(5, "a", "mx", one);  // there is room again
    EXPECT_EQ(taken(counter).count("a|mx"), 1U);
}

TEST(Counter, RandomKeysLeaveRoomForThoseThatAreConfigured) {
    Counter counter;
    for (std::size_t i = 0; i < 2 * Counter::rows_max; ++i)
        counter.add(5, "unknown-" + std::to_string(i), "m", one);
    counter.add(5, "acme", "m", one);
    const auto rows = taken(counter);
    EXPECT_EQ(rows.at("acme|m"), 1);
    EXPECT_EQ(rows.size(), Counter::rows_max / 2 + 2);
}

TEST(Counter, ShowsNamesThatAreFitForATerminal) {
    Counter counter;
    counter.add(5, "a", "gpt\x1b[31m", one);
    counter.add(5, "a", "gpt\x07[31m", one);
    EXPECT_EQ(taken(counter).at("a|gpt?[31m"), 2);
}

TEST(Printable, LeavesPlainNamesAlone) {
    const std::string plain = "anthropic/claude-sonnet-4.5:beta";
    NameBuffer buffer;
    EXPECT_EQ(printable(plain, buffer).data(), plain.data());
    EXPECT_EQ(shown(""), "");
    EXPECT_EQ(shown("mod\xc3\xa8le \xe6\xa8\xa1 \xf0\x9f\x98\x80"),
              "mod\xc3\xa8le \xe6\xa8\xa1 \xf0\x9f\x98\x80");
}

TEST(Printable, ReplacesWhatIsNoText) {
    EXPECT_EQ(shown(std::string_view("a\0b\x7f", 4)), "a?b?");
    EXPECT_EQ(shown("\xc2\x85"), "?");  // a control character of two bytes
    EXPECT_EQ(shown("\xe2\x80\xae"
                    "x"),
              "?x");  // turns the direction of writing
    EXPECT_EQ(shown("\xef\xbb\xbf"
                    "x"),
              "?x");                               // a byte order mark
    EXPECT_EQ(shown("\xc0\xaf"), "??");            // longer than it has to be
    EXPECT_EQ(shown("\xed\xa0\x80"), "???");       // half of a pair
    EXPECT_EQ(shown("\xf4\x90\x80\x80"), "????");  // beyond the last
    EXPECT_EQ(shown("\xe6\xa8"), "??");            // cut off
    EXPECT_EQ(shown("\xff"
                    "a\x80"),
              "?a?");
}

TEST(Printable, CutsBetweenCharacters) {
    EXPECT_EQ(shown(std::string(300, 'x')), std::string(128, 'x'));
    const std::string wide = std::string(127, 'x') + "\xc3\xa9";
    EXPECT_EQ(shown(wide), std::string(127, 'x'));
    EXPECT_EQ(shown(std::string(126, 'x') + "\xc3\xa9"), std::string(126, 'x') + "\xc3\xa9");
}

TEST(Names, HashBySeedAndByWhole) {
    const NameHash hash;
    const NameView name{1, "key", "model"};
    EXPECT_EQ(hash(name), hash(Name(name)));
    EXPECT_NE(hash({1, "key", "model"}), hash({2, "key", "model"}));
    EXPECT_NE(hash({1, "keym", "odel"}), hash({1, "key", "model"}));
}

TEST(Names, AModelTooManyKeepsItsKey) {
    const NameView wanted{1, "key", "model"};
    EXPECT_EQ(name_with_room(wanted, 9, 10, models_max - 1), wanted);
    EXPECT_EQ(name_with_room(wanted, 9, 10, models_max), (NameView{1, "key", other}));
    EXPECT_EQ(name_with_room(wanted, 10, 10, 0), (NameView{1, other, other}));
}

}  // namespace
}  // namespace weir::usage
