// The checker itself, on histories whose truth is known.
#include <gtest/gtest.h>

#include "contract/contract.hpp"
#include "linearizability/limiter_history.hpp"
#include "support/manual_clock.hpp"

namespace weir::testing {

namespace {

constexpr std::int64_t now_us = some_minute_us;

/// One ledger with room for so many requests.
class HistoryOfOneLedger {
public:
    explicit HistoryOfOneLedger(std::int64_t limit)
        : ledger_(ledger("key", minute_us, {{Dimension::requests, limit}})) {}

    std::size_t admitted(std::uint64_t invoked, std::uint64_t returned, std::size_t node = 0) {
        return reserve(invoked, returned, node, Verdict::admitted, 0);
    }
    std::size_t refused(std::uint64_t invoked, std::uint64_t returned, std::int64_t used,
                        std::size_t node = 0) {
        return reserve(invoked, returned, node, Verdict::refused, used);
    }
    void lost(std::uint64_t invoked, std::uint64_t returned) {
        events_[reserve(invoked, returned, 3, Verdict::refused, 0)].is_lost = true;
    }
    void refunded(std::size_t reservation, std::uint64_t invoked, std::uint64_t returned,
                  std::size_t node = 0) {
        HistoryEvent event;
        event.what = Asked::settle;
        event.node = node;
        event.reservation = reservation;
        event.usage = {.requests = 0, .certainty = Certainty::exact, .unproduced = Unproduced::release};
        add(event, invoked, returned);
    }
    void peeked(std::int64_t used, std::uint64_t invoked, std::uint64_t returned) {
        HistoryEvent event;
        event.what = Asked::peek;
        event.ledgers = {ledger_};
        const std::int64_t limit = ledger_.limits.of(Dimension::requests);
        event.levels = {{0, Dimension::requests, limit, used, used > 0 ? minute_us : 0}};
        add(event, invoked, returned);
    }
    void pass(std::int64_t duration_us) { date_us_ += duration_us; }

    bool is_linearizable(std::int64_t refusals_kept_us = 0) const {
        return why_not_linearizable(events_, {.refusals_kept_us = refusals_kept_us}).empty();
    }

private:
    std::size_t reserve(std::uint64_t invoked, std::uint64_t returned, std::size_t node, Verdict verdict,
                        std::int64_t used) {
        HistoryEvent event;
        event.node = node;
        event.ledgers = {ledger_};
        event.own_ledgers = 1;
        event.demand = {1, 0, 0};
        event.verdict = verdict;
        if (verdict == Verdict::refused)
            event.refusal = {0, Dimension::requests,          ledger_.limits.of(Dimension::requests), used,
                             1, now_us + minute_us - date_us_};
        return add(event, invoked, returned);
    }
    std::size_t add(HistoryEvent event, std::uint64_t invoked, std::uint64_t returned) {
        event.date_us = date_us_;
        event.invoked = invoked;
        event.returned = returned;
        events_.push_back(event);
        return events_.size() - 1;
    }

    LedgerLimits ledger_;
    std::int64_t date_us_ = now_us;
    History events_;
};

TEST(LinearizabilityChecker, AcceptsWhatHappenedOneAfterTheOther) {
    HistoryOfOneLedger history(1);
    const std::size_t first = history.admitted(0, 1);
    history.refused(2, 3, 1, 1);
    history.refunded(first, 4, 5);
    history.admitted(6, 7, 1);
    history.peeked(1, 8, 9);
    EXPECT_TRUE(history.is_linearizable());
}

TEST(LinearizabilityChecker, AcceptsAnyOrderOfWhatOverlaps) {
    HistoryOfOneLedger history(1);
    history.refused(0, 3, 1);
    history.admitted(1, 2, 1);
    EXPECT_TRUE(history.is_linearizable()) << "the refusal came after the admission";
}

TEST(LinearizabilityChecker, RejectsTwoAdmissionsWhereOneFits) {
    HistoryOfOneLedger history(1);
    history.admitted(0, 3);
    history.admitted(1, 2, 1);
    EXPECT_FALSE(history.is_linearizable());
}

TEST(LinearizabilityChecker, RejectsARefusalWhereNothingWasEverHeld) {
    HistoryOfOneLedger history(1);
    history.refused(0, 1, 1);
    EXPECT_FALSE(history.is_linearizable());
    EXPECT_FALSE(history.is_linearizable(second_us));
}

TEST(LinearizabilityChecker, RejectsARefusalThatWasOverBeforeWhatCouldExplainIt) {
    HistoryOfOneLedger history(1);
    history.refused(0, 1, 1);
    history.admitted(2, 3, 1);
    EXPECT_FALSE(history.is_linearizable());
}

TEST(LinearizabilityChecker, RejectsARefundThatIsUsedBeforeItWasInvoked) {
    HistoryOfOneLedger history(1);
    const std::size_t first = history.admitted(0, 1);
    history.admitted(2, 3, 1);
    history.refunded(first, 4, 5);
    EXPECT_FALSE(history.is_linearizable());
}

TEST(LinearizabilityChecker, AcceptsARefundThatIsUsedWhileItIsUnderWay) {
    HistoryOfOneLedger history(1);
    const std::size_t first = history.admitted(0, 1);
    history.admitted(2, 4, 1);
    history.refunded(first, 3, 5);
    EXPECT_TRUE(history.is_linearizable());
}

TEST(LinearizabilityChecker, RejectsAReadThatWentBack) {
    HistoryOfOneLedger history(2);
    history.admitted(0, 9);
    history.peeked(1, 1, 2);
    history.peeked(0, 3, 4);
    EXPECT_FALSE(history.is_linearizable());
}

TEST(LinearizabilityChecker, RejectsARefusalThatNamesAnotherUse) {
    HistoryOfOneLedger history(2);
    history.admitted(0, 1);
    history.admitted(2, 3);
    history.refused(4, 5, 3);
    EXPECT_FALSE(history.is_linearizable());
}

TEST(LinearizabilityChecker, AllowsAnOldRefusalForAsLongAsItIsKept) {
    HistoryOfOneLedger history(1);
    const std::size_t first = history.admitted(0, 1);
    history.refunded(first, 2, 3);
    history.pass(second_us / 20);
    history.refused(4, 5, 1, 1);
    EXPECT_FALSE(history.is_linearizable());
    EXPECT_TRUE(history.is_linearizable(second_us / 10));
    EXPECT_FALSE(history.is_linearizable(second_us / 20));
}

TEST(LinearizabilityChecker, AllowsNoOldRefusalOfANodeThatKnowsBetter) {
    HistoryOfOneLedger history(1);
    const std::size_t first = history.admitted(0, 1);
    history.refunded(first, 2, 3, 1);
    history.refused(4, 5, 1, 1);
    EXPECT_FALSE(history.is_linearizable(second_us / 10));
}

TEST(LinearizabilityChecker, WhatWasLostMayHaveHappenedEvenLaterOrNot) {
    HistoryOfOneLedger not_run(1), run_later(1), run_too_early(1);
    not_run.lost(0, 1);
    not_run.admitted(2, 3);
    EXPECT_TRUE(not_run.is_linearizable());
    run_later.lost(0, 1);
    run_later.peeked(0, 2, 3);
    run_later.refused(4, 5, 1);
    EXPECT_TRUE(run_later.is_linearizable());
    run_too_early.refused(0, 1, 1);
    run_too_early.lost(2, 3);
    EXPECT_FALSE(run_too_early.is_linearizable());
}

}  // namespace

}  // namespace weir::testing
