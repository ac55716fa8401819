// Exactly once, whatever is lost between a node and the shared store.
#include "usage/ledger.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

#include "support/property.hpp"
#include "unit/usage/model_store.hpp"
#include "usage/hours.hpp"
#include "usage/ledger_table.hpp"

namespace weir::usage {
namespace {

Row row(std::string key, std::int64_t requests, std::int64_t day = 10, std::string model = "m") {
    return {day, std::move(key), std::move(model), {.requests = requests, .admitted = requests}};
}

void hand_over(Ledger& ledger, ModelStore& store, std::size_t rows_at_most = 3) {
    while (const auto batch = ledger.next_batch(rows_at_most)) store.answer(ledger, *batch);
}

TEST(Ledger, GivesTheSameBatchUntilItIsAcknowledged) {
    Ledger ledger;
    EXPECT_FALSE(ledger.next_batch(10));
    ledger.add({row("a", 2)});
    const Batch first = *ledger.next_batch(10);
    EXPECT_EQ(first.sequence, 1U);
    EXPECT_EQ(first.previous, 0U);
    ledger.add({row("a", 5), row("b", 1)});
    const Batch again = *ledger.next_batch(10);
    EXPECT_EQ(again.sequence, first.sequence);
    EXPECT_EQ(sums_of(again.increments), sums_of(first.increments));
    EXPECT_FALSE(ledger.acknowledge(7));
    EXPECT_TRUE(ledger.acknowledge(1));
    EXPECT_FALSE(ledger.acknowledge(1));
    const Batch next = *ledger.next_batch(10);
    EXPECT_EQ(next.previous, 1U);
    EXPECT_EQ(sums_of(next.increments), sums_of({row("a", 5), row("b", 1)}));
}

TEST(Ledger, BatchesAreBounded) {
    Ledger ledger;
    ModelStore store;
    for (int i = 0; i < 10; ++i) ledger.add({row("k" + std::to_string(i), 1)});
    EXPECT_EQ(ledger.next_batch(4)->increments.size(), 4U);
    EXPECT_EQ(ledger.unacknowledged_rows(), 10U);
    hand_over(ledger, store, 4);
    EXPECT_EQ(store.sums.size(), 10U);
    EXPECT_EQ(ledger.unacknowledged_rows(), 0U);
}

TEST(Ledger, WritesAllThatItKeepsIntoAnEmptiedStore) {
    Ledger ledger;
    ModelStore store;
    ledger.add({row("a", 2), row("b", 3)});
    hand_over(ledger, store);
    store = {};
    EXPECT_FALSE(ledger.next_batch(10)) << "there is nothing to say";
    ledger.doubt_store();
    hand_over(ledger, store);
    EXPECT_EQ(store.sums, sums_of({row("a", 2), row("b", 3)}));
}

TEST(Ledger, ADoubtThatIsUnfoundedChangesNothing) {
    Ledger ledger;
    ModelStore store;
    ledger.add({row("a", 2)});
    hand_over(ledger, store);
    ledger.doubt_store();
    const auto question = ledger.next_batch(10);
    ASSERT_TRUE(question);
    EXPECT_TRUE(question->increments.empty());
    hand_over(ledger, store);
    EXPECT_EQ(store.sums, sums_of({row("a", 2)}));
    EXPECT_FALSE(ledger.next_batch(10));
}

/// The answer to what was sent before the doubt says nothing about the store as it is now.
TEST(Ledger, ADoubtOutlastsAnOlderAnswer) {
    Ledger ledger;
    ModelStore store;
    ledger.add({row("a", 2)});
    hand_over(ledger, store);
    ledger.add({row("a", 1)});
    const Batch late = *ledger.next_batch(10);
    store.apply(late);
    store = {};
    ledger.doubt_store();
    ledger.acknowledge(late.sequence);
    hand_over(ledger, store);
    EXPECT_EQ(store.sums, sums_of({row("a", 3)}));
}

TEST(Ledger, ForgetsOldRowsOnceTheyAreAcknowledged) {
    Ledger ledger;
    ModelStore store;
    ledger.add({row("a", 2, 7), row("a", 3, 9), row("a", 4, 10)});
    ledger.forget_before(9, 0);
    EXPECT_EQ(ledger.rows(), 3U) << "nothing is lost that the store has not";
    hand_over(ledger, store);
    ledger.forget_before(9, 0);
    EXPECT_EQ(ledger.rows(), 3U) << "not before it is kept that they are acknowledged";
    ledger.changes_kept();
    ledger.forget_before(9, 0);
    EXPECT_EQ(ledger.rows(), 2U);
    EXPECT_EQ(ledger.changes().forgotten.size(), 1U);
    ledger.add({row("a", 1, 7)});  // late, for a day that is gone here
    hand_over(ledger, store);
    EXPECT_EQ(store.sums, sums_of({row("a", 3, 7), row("a", 3, 9), row("a", 4, 10)}));
}

TEST(Ledger, ForgetsHoursSoonerThanDays) {
    Ledger ledger;
    ModelStore store;
    const std::int64_t hour = hour_of(10, 7);
    ledger.add(
        {row("a", 1, 10), hour_row("a", hour, {.requests = 1}), hour_row("a", hour + 1, {.requests = 2})});
    hand_over(ledger, store);
    ledger.changes_kept();
    ledger.forget_before(9, hour + 1);
    EXPECT_EQ(ledger.rows(), 2U);
    ASSERT_EQ(ledger.changes().forgotten.size(), 1U);
    EXPECT_EQ(ledger.changes().forgotten[0].hour, 7);
    EXPECT_EQ(ledger.totals(0, 99).size(), 1U) << "an hour is no total of a day";
}

TEST(Ledger, OfPeaksTheHighestReachesTheStore) {
    Ledger ledger;
    ModelStore store;
    const auto peak_of = [](std::int64_t peak) {
        return hour_row("a", 7, {.requests = 1, .peaks = {.requests = peak}});
    };
    ledger.add({peak_of(5)});
    hand_over(ledger, store);
    const ModelStore copy = store;
    ledger.add({peak_of(9)});
    ledger.add({peak_of(4)});
    const Batch batch = *ledger.next_batch(10);
    EXPECT_EQ(batch.increments[0].amounts.peaks.requests, 9);
    store.answer(ledger, batch);
    ledger.add({peak_of(6)});
    EXPECT_EQ(ledger.next_batch(10)->increments[0].amounts.peaks.requests, 0)
        << "it has been told a higher one";
    store = copy;
    ledger.doubt_store();
    hand_over(ledger, store);
    EXPECT_EQ(store.sums.at({0, "a", "hour 7"}), (Amounts{.requests = 4, .peaks = {.requests = 9}}));
}

TEST(Ledger, HoursLeaveHalfOfTheRoomToDays) {
    Ledger ledger;
    std::vector<Row> rows;
    for (std::size_t i = 0; i < Ledger::rows_max / 2 + 10; ++i)
        rows.push_back(hour_row("k" + std::to_string(i), 240, {.requests = 1}));
    ledger.add(rows);
    EXPECT_EQ(ledger.rows(), Ledger::rows_max / 2 + 1) << "and the row that the rest is counted under";
    EXPECT_EQ(ledger.folded(), 10U);
    ledger.add({row("a", 1, 10)});
    EXPECT_EQ(ledger.totals(10, 10).size(), 1U);
}

TEST(Ledger, AStoreFromAnOlderCopyGetsAgainWhatItHasLost) {
    Ledger ledger;
    ModelStore store;
    ledger.add({row("a", 2)});
    hand_over(ledger, store);
    const ModelStore copy = store;
    ledger.add({row("a", 3), row("b", 4, 7)});
    hand_over(ledger, store);
    ledger.add({row("a", 1)});
    hand_over(ledger, store);
    ledger.changes_kept();
    ledger.forget_before(9, 0);
    store = copy;
    ledger.add({row("c", 1)});
    const auto resumed = store.answer(ledger, *ledger.next_batch(10));
    EXPECT_EQ(resumed.batches, 2U);
    EXPECT_TRUE(resumed.is_whole);
    hand_over(ledger, store);
    EXPECT_EQ(store.sums, sums_of({row("a", 6), row("b", 4, 7), row("c", 1)}));
}

TEST(Ledger, ACopyOfAStoreThatWasEmptiedSinceIsNotCountedTwice) {
    Ledger ledger;
    ModelStore store;
    ledger.add({row("a", 2), row("b", 3)});
    hand_over(ledger, store);
    const ModelStore copy = store;
    store = {};
    ledger.doubt_store();
    hand_over(ledger, store);
    store = copy;
    ledger.doubt_store();
    const auto resumed = store.answer(ledger, *ledger.next_batch(10));
    EXPECT_TRUE(resumed.is_whole);
    hand_over(ledger, store);
    EXPECT_EQ(store.sums, sums_of({row("a", 2), row("b", 3)}));
}

TEST(Ledger, RemembersSoManyRowsAndTellsWhatItDoesNot) {
    Ledger ledger;
    ModelStore store;
    ledger.add({row("a", 2)});
    hand_over(ledger, store);
    const ModelStore copy = store;
    constexpr std::size_t of_batch = 500;
    constexpr std::size_t batches = Ledger::remembered_rows_max / of_batch;
    for (std::size_t i = 0; i < (batches + 3) * of_batch; ++i) ledger.add({row("k" + std::to_string(i), 1)});
    hand_over(ledger, store, of_batch);
    store = copy;
    ledger.doubt_store();
    const auto resumed = store.answer(ledger, *ledger.next_batch(10));
    EXPECT_EQ(resumed.batches, batches - 1) << "the question has room of its own";
    EXPECT_FALSE(resumed.is_whole);
    hand_over(ledger, store, of_batch);
    EXPECT_EQ(store.sums.size(), 1 + (batches - 1) * of_batch);
}

TEST(Ledger, WhatARestartHasForgottenIsTold) {
    Ledger ledger({.sequence = 7, .acknowledged = 7}, {}, {});
    ledger.add({row("a", 2)});
    (void)ledger.next_batch(10);
    const auto older = ledger.resume_after(5);
    EXPECT_EQ(older.batches, 0U);
    EXPECT_FALSE(older.is_whole);
    EXPECT_TRUE(ledger.resume_after(30).is_whole) << "it is this ledger that was put back";
}

TEST(Ledger, IsBoundedAndLosesNothing) {
    Ledger ledger;
    const std::size_t more = 100;
    for (std::size_t i = 0; i < Ledger::rows_max + more; ++i) ledger.add({row("k" + std::to_string(i), 1)});
    EXPECT_EQ(ledger.folded(), more);
    EXPECT_EQ(ledger.rows(), Ledger::rows_max + 1);
    std::int64_t requests = 0;
    for (const Row& each : ledger.totals(0, 100)) requests += each.amounts.requests;
    EXPECT_EQ(requests, static_cast<std::int64_t>(Ledger::rows_max + more));
}

TEST(Ledger, AKeyWithTooManyModelsKeepsItsSum) {
    Ledger ledger;
    for (std::size_t i = 0; i < models_max + 7; ++i) ledger.add({row("a", 1, 10, "m" + std::to_string(i))});
    const auto sums = sums_of(ledger.totals(10, 10));
    EXPECT_EQ(sums.size(), models_max + 1);
    EXPECT_EQ(sums.at({10, "a", "(other)"}).requests, 7);
}

/// A node, its disk, its store, and the way between them, on which everything can be lost.
class World {
public:
    void take(int what, int how_much) {
        switch (what) {
            case 0:
            case 1:
            case 2:
                return count(how_much);
            case 3:
                return keep();
            case 4:
            case 5:
                if (const auto batch = send(how_much)) answer(*batch);
                return;
            case 6:  // the batch is lost
                (void)send(how_much);
                return;
            case 7:  // the answer is lost
                if (const auto batch = send(how_much)) store_.apply(*batch);
                return;
            case 8:  // killed: what was not kept is gone
                ledger_ = table_.load();
                counted_ = kept_;
                return;
            case 9:  // an old batch arrives once more
                if (!sent_.empty()) store_.apply(sent_[static_cast<std::size_t>(how_much) % sent_.size()]);
                return;
            case 10:  // the store loses its data, and with it all that is on the way
                store_ = {};
                sent_.clear();
                if (how_much % 2 == 0) ledger_.doubt_store();
                return;
            case 11:
                copies_.push_back(store_);
                return;
            case 12:  // the store is put back from a copy
                if (copies_.empty()) return;
                store_ = copies_[static_cast<std::size_t>(how_much) % copies_.size()];
                sent_.clear();
                ledger_.doubt_store();
                return;
            default:
                RC_FAIL("no such thing");
        }
    }

    void finish() {
        ledger_.doubt_store();
        while (const auto batch = send(3)) answer(*batch);
        if (is_whole_) RC_ASSERT(store_.sums == counted_);
        RC_ASSERT(ledger_.unacknowledged_rows() == 0U);
    }
    /// The ledger has not said that something may be lost.
    bool is_whole() const { return is_whole_; }

private:
    void answer(const Batch& batch) { is_whole_ &= store_.answer(ledger_, batch).is_whole; }
    void count(int how_much) {
        const Row added =
            row(std::string(1, static_cast<char>('a' + how_much % 5)), how_much + 1, 10 + how_much % 2);
        count(added);
        const std::int64_t peak = (how_much * 7) % 30;
        count(hour_row(added.key, hour_of(10, how_much % 3),
                       {.requests = how_much + 1, .peaks = {.requests = peak, .output_tokens = 30 - peak}}));
    }
    void count(const Row& added) {
        ledger_.add({added});
        add_to(counted_, added);
    }
    void keep() {
        table_.keep(ledger_.changes());
        ledger_.changes_kept();
        kept_ = counted_;
    }
    /// On disk before it is sent.
    std::optional<Batch> send(int how_much) {
        auto batch = ledger_.next_batch(1 + static_cast<std::size_t>(how_much) % 4);
        if (!batch) return batch;
        keep();
        sent_.push_back(*batch);
        return batch;
    }

    Disk disk_{"", Durability::medium, 0};
    LedgerTable table_{disk_};
    Ledger ledger_ = table_.load();
    ModelStore store_;
    std::vector<ModelStore> copies_;
    bool is_whole_ = true;
    std::vector<Batch> sent_;
    Sums counted_;
    Sums kept_;
};

/// Things of the kinds that `World::take` knows, without `left_out`.
std::vector<std::pair<int, int>> some_steps(int left_out) {
    auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(0, 13), rc::gen::inRange(0, 100)));
    std::erase_if(steps, [left_out](const auto& step) { return step.first == left_out; });
    return steps;
}

TEST(Ledger, EachCountReachesTheStoreOnce) {
    testing::check_property({.cases = 300, .size_max = 120}, [] {
        World world;
        for (const auto& [what, how_much] : some_steps(12)) world.take(what, how_much);
        world.finish();
        RC_ASSERT(world.is_whole());
    });
}

TEST(Ledger, EachCountIsInAStoreThatIsPutBackOnce) {
    testing::check_property({.cases = 300, .size_max = 120}, [] {
        World world;
        for (const auto& [what, how_much] : some_steps(8)) world.take(what, how_much);
        world.finish();
        RC_ASSERT(world.is_whole());
    });
}

TEST(Ledger, WhatIsLostWithBothIsTold) {
    testing::check_property({.cases = 300, .size_max = 120}, [] {
        World world;
        for (const auto& [what, how_much] : some_steps(-1)) world.take(what, how_much);
        world.finish();
    });
}

}  // namespace
}  // namespace weir::usage
