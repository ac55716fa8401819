// What the bytes of a ledger in Redis say. That the scripts write them so: tests/contract.
#include "limiter/stored_ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Entry = LedgerContents::Entry;

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t width_us = bucket_width_us(minute_us);

std::string bytes(std::int64_t number, int count) {
    std::string text;
    for (int i = count - 1; i >= 0; --i) {
        text.push_back(
            static_cast<char>(static_cast<std::uint64_t>(number) >> (8U * static_cast<unsigned>(i))));
    }
    return text;
}

std::string entry(std::int64_t bucket, const Amounts& amounts) {
    return bytes(bucket, 5) + bytes(amounts.requests, 5) + bytes(amounts.input_tokens, 5) +
           bytes(amounts.output_tokens, 5);
}

std::string newest(std::int64_t bucket, const Amounts& amounts, const Amounts& sums, std::int64_t epoch,
                   std::int64_t oldest) {
    return entry(bucket, amounts) + bytes(sums.requests, 6) + bytes(sums.input_tokens, 6) +
           bytes(sums.output_tokens, 6) + bytes(epoch, 7) + bytes(oldest, 5);
}

TEST(StoredLedger, WhatCountsIsWhatHasNotExpiredAndHoldsSomething) {
    const std::vector<std::string> members{
        newest(500, {1, 300, 70'000}, {6, 300, 70'007}, 999'999'999'999'999, 400), entry(450, {}),
        entry(440, {2, 0, 7}), entry(400, {3, 0, 0})};
    const auto stored = read_ledger(members);
    ASSERT_TRUE(stored.has_value());
    EXPECT_EQ(stored->oldest_bucket, 400);
    EXPECT_EQ(stored->sums, (Amounts{6, 300, 70'007}));
    EXPECT_EQ(stored->entries.size(), 4U);

    const auto contents = contents_of(members, minute_us, 400 * width_us);
    ASSERT_TRUE(contents.has_value());
    EXPECT_EQ(contents->kept_by, StoreMode::redis);
    EXPECT_EQ(contents->epoch, 999'999'999'999'999);
    EXPECT_EQ(contents->sums, (Amounts{3, 300, 70'007}));
    EXPECT_THAT(contents->entries,
                ElementsAre(Entry{500 * width_us, {1, 300, 70'000}}, Entry{440 * width_us, {2, 0, 7}}));
    EXPECT_EQ(contents_of(members, minute_us, 400 * width_us - 1)->entries.size(), 3U);
}

TEST(StoredLedger, WithoutMembersThereIsNothing) {
    const auto contents = contents_of({}, minute_us, 7);
    ASSERT_TRUE(contents.has_value());
    EXPECT_EQ(contents->epoch, 0);
    EXPECT_EQ(contents->now_us, 7);
    EXPECT_THAT(contents->entries, IsEmpty());
}

TEST(StoredLedger, OtherBytesAreNoLedger) {
    const std::string one = newest(500, {1, 0, 0}, {1, 0, 0}, 1, 500);
    for (const std::vector<std::string>& members :
         {std::vector<std::string>{""}, {"some text"}, {one + "x"}, {one, one}, {one, "12345"}}) {
        EXPECT_FALSE(contents_of(members, minute_us, 0).has_value());
    }
}

/// Its expiry would be no number any more: 2^40 of a month's 120ths.
TEST(StoredLedger, ABucketBeyondAllTimeIsNoLedger) {
    constexpr std::int64_t month_us = 31 * 1'440 * minute_us;
    const std::int64_t beyond = (std::int64_t{1} << 40) - 1;
    EXPECT_FALSE(
        contents_of(std::vector{newest(beyond, {1, 0, 0}, {1, 0, 0}, 1, 500)}, month_us, 0).has_value());
    EXPECT_TRUE(
        contents_of(std::vector{newest(80'000, {1, 0, 0}, {1, 0, 0}, 1, 500)}, month_us, 0).has_value());
}

}  // namespace
}  // namespace weir
