// Ledgers of several slots, taken apart and put together again.
#include "limiter/slot_parts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/reservation_access.hpp"

namespace weir {
namespace {

using ::testing::ElementsAre;

constexpr Demand demand{1, 10, 20};

LedgerLimits ledger_of(const std::string& name, const std::string& tag, std::int64_t limit = 100) {
    LedgerLimits ledger;
    ledger.ledger = LedgerName(name, tag);
    ledger.window_us = 60'000'000;
    for (const Dimension dimension : all_dimensions) {
        if (dimension != Dimension::in_flight) ledger.limits.set(dimension, limit);
    }
    return ledger;
}

Level requests_level(std::size_t ledger, std::int64_t used, std::int64_t limit = 100) {
    Level level;
    level.ledger_index = ledger;
    level.dimension = Dimension::requests;
    level.limit = limit;
    level.used = used;
    return level;
}

class SlotPartsTest : public ::testing::Test {
protected:
    /// Of a key, of an upstream, and of that key on a model.
    const std::vector<LedgerLimits> ledgers_{ledger_of("key:a", "a1"), ledger_of("upstream:u", "b2"),
                                             ledger_of("key_on_model:a/m", "a1")};
    const SlotOwners owners_{true};
    const std::vector<SlotPart> parts_ = parts_of(LedgerSet(ledgers_), owners_);

    Decision admitted(std::size_t part) const {
        Decision decision;
        decision.verdict = Verdict::admitted;
        decision.decided_by = StoreMode::redis;
        decision.decided_at_us = 1'000 + static_cast<std::int64_t>(part);
        std::vector<Charge> charges;
        for (const LedgerLimits& ledger : parts_[part].ledgers)
            charges.push_back({.ledger = ledger.ledger, .window_us = ledger.window_us});
        decision.reservation = ReservationAccess::make(demand, std::move(charges));
        return decision;
    }
};

TEST_F(SlotPartsTest, EachSlotHasItsLedgersInTheirOrder) {
    ASSERT_EQ(parts_.size(), 2U);
    EXPECT_EQ(parts_[0].slot, owners_.slot_of(ledgers_[0].ledger));
    EXPECT_THAT(parts_[0].indexes, ElementsAre(0, 2));
    EXPECT_EQ(&parts_[0].ledgers[1], &ledgers_[2]);
    EXPECT_EQ(parts_[1].slot, owners_.slot_of(ledgers_[1].ledger));
    EXPECT_THAT(parts_[1].indexes, ElementsAre(1));
}

TEST_F(SlotPartsTest, OneServerHasOneSlot) {
    EXPECT_EQ(parts_of(LedgerSet(ledgers_), SlotOwners(false)).size(), 1U);
    EXPECT_TRUE(parts_of(LedgerSet(), owners_).empty());
}

TEST_F(SlotPartsTest, ChargesArePartedAlike) {
    std::vector<Charge> charges;
    for (const LedgerLimits& ledger : ledgers_) charges.push_back({.ledger = ledger.ledger, .window_us = 1});
    const auto parts = parts_of(charges, owners_);
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_THAT(parts[0].indexes, ElementsAre(0, 2));
    EXPECT_EQ(parts[0].charges[1].ledger, ledgers_[2].ledger);
    EXPECT_EQ(parts[1].slot, parts_[1].slot);
}

TEST_F(SlotPartsTest, WhatAllAdmitIsOneReservationOfAllCharges) {
    std::vector<Decision> decisions;
    decisions.push_back(admitted(0));
    decisions.push_back(admitted(1));
    decisions[0].tightest[0] = requests_level(1, 30);
    decisions[1].tightest[0] = requests_level(0, 90);
    Decision joined = join(demand, LedgerSet(ledgers_), parts_, decisions);
    EXPECT_EQ(joined.verdict, Verdict::admitted);
    EXPECT_EQ(joined.decided_at_us, 1'001);
    EXPECT_EQ(joined.decided_by, StoreMode::redis);
    ASSERT_TRUE(joined.reservation);
    const auto& charges = ReservationAccess::charges(*joined.reservation);
    ASSERT_EQ(charges.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(charges[i].ledger, ledgers_[i].ledger) << i;
    ASSERT_TRUE(joined.tightest[0]);
    EXPECT_EQ(joined.tightest[0]->ledger_index, 1U) << "the upstream's has the least room";
    EXPECT_EQ(joined.tightest[0]->used, 90);
    ReservationAccess::close(*joined.reservation);
}

TEST_F(SlotPartsTest, WhatALaterOneRefusesNamesItsLedgerAndCountsWhatIsUndone) {
    std::vector<Decision> decisions;
    decisions.push_back(admitted(0));
    ReservationAccess::close(*decisions[0].reservation);  // undone by whoever asked
    decisions[0].tightest[0] = requests_level(1, 100);
    Decision refused;
    refused.decided_by = StoreMode::redis;
    refused.refusal.ledger_index = 0;
    refused.refusal.retry_after_us = 5;
    refused.tightest[0] = requests_level(0, 100);
    decisions.push_back(std::move(refused));
    const Decision joined = join(demand, LedgerSet(ledgers_), parts_, decisions);
    EXPECT_EQ(joined.verdict, Verdict::refused);
    EXPECT_EQ(joined.refusal.ledger_index, 1U);
    EXPECT_EQ(joined.refusal.retry_after_us, 5);
    EXPECT_FALSE(joined.reservation);
    ASSERT_TRUE(joined.tightest[0]);
    EXPECT_EQ(joined.tightest[0]->ledger_index, 1U) << "of the key's ledger one request is given back";
}

TEST_F(SlotPartsTest, WhatTheFirstRefusesIsItsOwnIndex) {
    std::vector<Decision> decisions(1);
    decisions[0].refusal.ledger_index = 1;
    const Decision joined = join(demand, LedgerSet(ledgers_), parts_, decisions);
    EXPECT_EQ(joined.refusal.ledger_index, 2U);
}

TEST_F(SlotPartsTest, WhereOnePartIsDecidedLocallyItSaysSo) {
    std::vector<Decision> decisions;
    decisions.push_back(admitted(0));
    decisions.push_back(admitted(1));
    decisions[0].decided_by = StoreMode::local;
    Decision joined = join(demand, LedgerSet(ledgers_), parts_, decisions);
    EXPECT_EQ(joined.decided_by, StoreMode::local);
    ReservationAccess::close(*joined.reservation);
}

TEST_F(SlotPartsTest, WhatIsAdmittedUnmeteredHasNoCharge) {
    std::vector<Decision> decisions;
    decisions.push_back(admitted(0));
    Decision open;
    open.verdict = Verdict::admitted;
    open.decided_by = StoreMode::open;
    open.reservation = ReservationAccess::make(demand, {});
    decisions.push_back(std::move(open));
    Decision joined = join(demand, LedgerSet(ledgers_), parts_, decisions);
    EXPECT_EQ(joined.decided_by, StoreMode::open);
    const auto& charges = ReservationAccess::charges(*joined.reservation);
    ASSERT_EQ(charges.size(), 2U);
    EXPECT_EQ(charges[0].ledger, ledgers_[0].ledger);
    EXPECT_EQ(charges[1].ledger, ledgers_[2].ledger);
    ReservationAccess::close(*joined.reservation);
}

}  // namespace
}  // namespace weir
