// Each answer is counted once, in every place where a report looks for it.
#include "load/tally.hpp"

#include <gtest/gtest.h>

namespace {

using namespace weir::load;

Tally some_answers() {
    Tally tally(2);
    for (const std::size_t key : {0U, 0U, 1U, 1U, 1U}) tally.count_sent(key, 0, 3);
    tally.count_answer(0, {.status = 200, .usage = {7, 16}, .duration_us = 1000, .first_token_us = 400});
    tally.count_answer(
        0, {.status = 429, .refused_by = "key/requests/1m", .has_retry_after = true, .duration_us = 50});
    tally.count_answer(1,
                       {.status = 413, .refused_by = "key/input_tokens/1m", .duration_us = 60, .second = 2});
    tally.count_answer(1, {.status = 502, .duration_us = 70, .second = 2});
    tally.count_failure(1, 2, "no answer in time");
    return tally;
}

}  // namespace

TEST(Tally, SortsAnswersByWhatCameOfThem) {
    const Tally tally = some_answers();
    EXPECT_EQ(tally.total.sent, 5U);
    EXPECT_EQ(tally.total.admitted, 1U);
    EXPECT_EQ(tally.total.refused, 2U);
    EXPECT_EQ(tally.total.other, 1U);
    EXPECT_EQ(tally.total.failed, 1U);
    EXPECT_EQ(tally.total.sent, tally.total.answered() + tally.total.failed);
    EXPECT_EQ(tally.keys[0].admitted, 1U);
    EXPECT_EQ(tally.keys[1].refused, 1U);
    EXPECT_EQ(tally.keys[0].output_tokens, 16U);
    EXPECT_EQ(tally.admitted_us.max(), 1000U);
    EXPECT_EQ(tally.refused_us.count(), 2U);
    EXPECT_EQ(tally.other_us.max(), 70U);
    EXPECT_EQ(tally.answered_us().count(), 4U);
    EXPECT_DOUBLE_EQ(tally.answered_us().mean(), 295);
    EXPECT_EQ(tally.first_token_us.max(), 400U);
    EXPECT_EQ(tally.late_us.max(), 3U);
    const std::map<unsigned, std::uint64_t> statuses{{200, 1}, {413, 1}, {429, 1}, {502, 1}};
    EXPECT_EQ(tally.by_status(), statuses);
}

TEST(Tally, KeepsSecondsApart) {
    const Tally tally = some_answers();
    ASSERT_EQ(tally.timeline.rows().size(), 3U);
    EXPECT_EQ(tally.timeline.rows()[0].sent, 5U);
    EXPECT_EQ(tally.timeline.rows()[0].admitted, 1U);
    EXPECT_EQ(tally.timeline.rows()[2].refused, 1U);
    EXPECT_EQ(tally.timeline.rows()[2].other, 1U);
    EXPECT_EQ(tally.timeline.rows()[2].failed, 1U);
}

TEST(Tally, A429WithoutRetryAfterIsNoted) {
    Tally tally(1);
    tally.count_answer(0, {.status = 429});
    EXPECT_EQ(tally.without_retry_after, 1U);
    EXPECT_EQ(tally.refused_by.at("(not told)"), 1U);
}

TEST(Tally, MergingAddsEverything) {
    Tally sum(2);
    sum.merge(some_answers());
    sum.merge(some_answers());
    EXPECT_EQ(sum.total.sent, 10U);
    EXPECT_EQ(sum.keys[1].sent, 6U);
    EXPECT_EQ(sum.by_status().at(413), 2U);
    EXPECT_EQ(sum.refused_by.at("key/input_tokens/1m"), 2U);
    EXPECT_EQ(sum.failed_by.at("no answer in time"), 2U);
    EXPECT_EQ(sum.timeline.rows()[2].failed, 2U);
    EXPECT_EQ(sum.admitted_us.count(), 2U);
}

TEST(Tally, WhatHasWaitedIsCountedWhateverCameOfIt) {
    Tally tally(1);
    tally.count_answer(0, {.status = 200, .waited_ms = 40});
    tally.count_answer(0, {.status = 200});
    tally.count_answer(0, {.status = 429, .waited_ms = 2'000});
    tally.count_answer(0, {.status = 503, .waited_ms = 7});
    Tally sum(1);
    sum.merge(tally);
    sum.merge(tally);
    EXPECT_EQ(sum.admitted_waited, 2U);
    EXPECT_EQ(sum.refused_waited, 2U);
    EXPECT_EQ(sum.waited_us.count(), 6U);
    EXPECT_EQ(sum.waited_us.max(), 2'000'000U);
}

TEST(Tally, InventedReasonsAreBounded) {
    Tally tally(1);
    for (int i = 0; i < 5000; ++i) {
        const std::string reason = "reason " + std::to_string(i);
        tally.count_answer(0, {.status = 429, .refused_by = reason});
    }
    EXPECT_LE(tally.refused_by.size(), 1001U);
    EXPECT_GT(tally.refused_by.at("(more)"), 3000U);
}
