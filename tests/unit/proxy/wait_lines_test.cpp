// Lines, gates and turns: each rule by itself.
#include "proxy/wait_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir::proxy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Entered = WaitLines::Entered;
using Kind = WaitLines::Answer::Kind;

constexpr std::int64_t ms = 1'000;
constexpr std::int64_t now = 1'000'000'000;

LedgerLimits ledger(const std::string& name, Scope scope, std::int64_t rpm) {
    LedgerLimits made{.ledger = LedgerName(name), .scope = scope, .window_us = 10'000 * ms, .limits = {}};
    made.limits.set(Dimension::requests, rpm);
    return made;
}

const LedgerLimits key_a = ledger("key:a:10", Scope::key, 100);
const LedgerLimits key_b = ledger("key:b:10", Scope::key, 100);
const LedgerLimits shared = ledger("upstream:u:10", Scope::upstream, 100);

LedgerSet set_of(std::initializer_list<const LedgerLimits*> ledgers) {
    LedgerSet set;
    for (const LedgerLimits* each : ledgers) set.add(*each);
    return set;
}

/// Refused by that ledger's requests.
Obstacle by(const LedgerLimits& of, std::int64_t due_us, std::int64_t missing = 1) {
    return {.ledger = of.ledger.key(),
            .dimension = Dimension::requests,
            .limit = 100,
            .due_us = due_us,
            .missing = missing,
            .used = 100,
            .room = {.limit = 100, .remaining = 0, .window_us = 10'000 * ms}};
}

/// A room whose sets are "a" (key a and the shared ledger) and "b".
class WaitLinesTest : public ::testing::Test {
protected:
    WaitLines::Entry enter(const std::string& set, std::optional<Obstacle> own,
                           std::int64_t deadline_us = now + 5'000 * ms, Demand demand = {1, 0, 0},
                           std::int64_t weight = 1) {
        const std::string key_id = "key-" + set, tier = "tier-" + set;
        const WaitLines::Applicant applicant{.set = set,
                                             .key_id = key_id,
                                             .tier = tier,
                                             .demand = demand,
                                             .weight = weight,
                                             .deadline_us = deadline_us,
                                             .asks_alone = asks_alone_};
        return lines_.enter(applicant, set == "a" ? a_ : b_, std::move(own), bounds_, now);
    }
    std::vector<std::optional<std::size_t>> decide(WaitLines::LineId line, std::vector<Kind> kinds,
                                                   std::int64_t at_us, std::int64_t due_us = 0) {
        std::vector<WaitLines::Answer> answers;
        for (const Kind kind : kinds) {
            answers.push_back({kind, std::nullopt});
            if (kind == Kind::refused) answers.back().obstacle = by(shared, due_us);
        }
        return lines_.decided(line, std::move(answers), at_us);
    }

    WaitLines lines_;
    WaitLines::Bounds bounds_;
    bool asks_alone_ = false;
    const LedgerSet a_ = set_of({&key_a, &shared}), b_ = set_of({&key_b, &shared});
};

TEST_F(WaitLinesTest, AsksForTheFrontWhenTheRefusalSaysThatThereWillBeRoom) {
    const auto first = enter("a", by(shared, now + 200 * ms));
    ASSERT_EQ(first.entered, Entered::waits);
    EXPECT_TRUE(first.is_new_line);
    EXPECT_EQ(first.turn_us, now + 200 * ms);
    EXPECT_EQ(lines_.step(first.line, now).wake_us, now + 200 * ms);
    EXPECT_THAT(lines_.step(first.line, now + 200 * ms - 1).ask, IsEmpty());
    EXPECT_THAT(lines_.step(first.line, now + 200 * ms).ask, ElementsAre(first.ticket));
    EXPECT_THAT(decide(first.line, {Kind::admitted}, now + 201 * ms), ElementsAre(0));
    EXPECT_TRUE(lines_.step(first.line, now + 201 * ms).is_over);
    EXPECT_EQ(lines_.size(), 0U);
    EXPECT_FALSE(lines_.is_behind("a", a_, {1, 0, 0}, true));
}

TEST_F(WaitLinesTest, WhoComesLaterOnTheSameSetJoinsUnasked) {
    const auto first = enter("a", by(shared, now + 200 * ms));
    EXPECT_TRUE(lines_.is_behind("a", a_, {1, 0, 0}, false));
    const auto second = enter("a", std::nullopt);
    EXPECT_EQ(second.entered, Entered::waits);
    EXPECT_EQ(second.line, first.line);
    EXPECT_FALSE(second.is_new_line);
    // A tenth of a second each, at 100 in 10 s.
    EXPECT_EQ(second.turn_us, now + 300 * ms);
    EXPECT_THAT(lines_.step(first.line, now + 200 * ms).ask, ElementsAre(first.ticket, second.ticket));
}

TEST_F(WaitLinesTest, OthersAtTheSameGateJoinWhereTheyMayWait) {
    enter("a", by(shared, now + 200 * ms));
    EXPECT_FALSE(lines_.is_behind("b", b_, {1, 0, 0}, false));
    EXPECT_TRUE(lines_.is_behind("b", b_, {1, 0, 0}, true));
    EXPECT_FALSE(lines_.is_behind("b", b_, {0, 5, 5}, true)) << "nothing of what is scarce";
    const auto other = enter("b", std::nullopt);
    EXPECT_EQ(other.entered, Entered::waits);
    EXPECT_TRUE(other.is_new_line);
    EXPECT_THAT(lines_.step(other.line, now + 300 * ms).ask, IsEmpty()) << "not its turn";
}

TEST_F(WaitLinesTest, OthersWhoseTurnIsTooLateAreAskedFor) {
    enter("a", by(shared, now + 200 * ms));
    EXPECT_EQ(enter("b", std::nullopt, now + 100 * ms).entered, Entered::ask);
    EXPECT_EQ(enter("b", by(shared, now + 50 * ms), now + 100 * ms).entered, Entered::too_late);
}

TEST_F(WaitLinesTest, RefusesAtOnceWhoseTurnComesTooLate) {
    const auto first = enter("a", by(shared, now + 200 * ms));
    const auto late = enter("a", std::nullopt, now + 250 * ms);
    EXPECT_EQ(late.entered, Entered::too_late);
    EXPECT_EQ(late.turn_us, now + 300 * ms);
    EXPECT_EQ(late.line, first.line);
    EXPECT_EQ(lines_.obstacle_before(first.line).due_us, now + 200 * ms);
    EXPECT_EQ(lines_.size(), 1U);
}

TEST_F(WaitLinesTest, NoTurnIsLaterThanTheResetOfAllThatFitsIntoOneLimit) {
    Obstacle obstacle = by(shared, now + 200 * ms);
    obstacle.room.resets_at_us = now + 210 * ms;
    enter("a", obstacle);
    for (int i = 1; i < 100; ++i) EXPECT_LE(enter("a", std::nullopt).turn_us, now + 210 * ms) << i;
    bounds_.per_key_max = 200;
    EXPECT_GT(enter("a", std::nullopt, now + 60'000 * ms).turn_us, now + 10'000 * ms) << "the 101st";
}

TEST_F(WaitLinesTest, BoundsAreKept) {
    bounds_ = {.waiting_max = 3, .per_key_max = 2};
    enter("a", by(shared, now + 200 * ms));
    EXPECT_EQ(enter("a", std::nullopt).entered, Entered::waits);
    EXPECT_EQ(enter("a", std::nullopt).entered, Entered::too_many);
    EXPECT_EQ(enter("b", by(key_b, now + 200 * ms)).entered, Entered::waits);
    EXPECT_EQ(enter("b", std::nullopt).entered, Entered::too_many);
    EXPECT_EQ(lines_.size(), 3U);
    EXPECT_EQ(lines_.by_tier().at("tier-a"), 2U);
    EXPECT_EQ(lines_.leave_all().size(), 3U);
    EXPECT_TRUE(lines_.by_tier().empty());
    EXPECT_EQ(enter("a", by(shared, now + 200 * ms)).entered, Entered::waits);
}

TEST_F(WaitLinesTest, AfterAnAdmissionAWaveGoesOutOfDemandsThatDoNotGetSmaller) {
    const auto front = enter("a", by(shared, now + 200 * ms));
    std::vector<WaitLines::Ticket> tickets;
    for (const std::int64_t input : {1, 1, 3, 2, 5})
        tickets.push_back(enter("a", std::nullopt, now + 5'000 * ms, {1, input, 0}).ticket);
    EXPECT_THAT(lines_.step(front.line, now + 200 * ms).ask, ElementsAre(front.ticket, tickets[0]));
    decide(front.line, {Kind::admitted, Kind::admitted}, now + 201 * ms);
    EXPECT_THAT(lines_.step(front.line, now + 201 * ms).ask, ElementsAre(tickets[1], tickets[2]));
}

TEST_F(WaitLinesTest, ThoseForWhomThereShouldBeRoomByNowGoAlongAndOneMore) {
    const auto front = enter("a", by(shared, now + 200 * ms));
    std::vector<WaitLines::Ticket> tickets;
    for (int i = 0; i < 4; ++i) tickets.push_back(enter("a", std::nullopt).ticket);
    // A tenth of a second each, at 100 in 10 s.
    EXPECT_THAT(lines_.step(front.line, now + 300 * ms).ask,
                ElementsAre(front.ticket, tickets[0], tickets[1]));
    decide(front.line, {Kind::admitted, Kind::admitted, Kind::refused}, now + 301 * ms, now + 400 * ms);
    EXPECT_THAT(lines_.step(front.line, now + 301 * ms).ask, IsEmpty()) << "the refusal tells when";
    EXPECT_THAT(lines_.step(front.line, now + 400 * ms).ask, ElementsAre(tickets[1], tickets[2]));
}

TEST_F(WaitLinesTest, AWaveIsBoundedAndWhatAsksAloneIsInNone) {
    const auto front = enter("a", by(shared, now + 200 * ms));
    bounds_.per_key_max = 1'000;
    for (int i = 0; i < 98; ++i) enter("a", std::nullopt, now + 50'000 * ms);
    asks_alone_ = true;
    for (int i = 0; i < 2; ++i) enter("a", std::nullopt, now + 50'000 * ms);
    const auto wave_after_admission = [&](std::size_t asked) {
        decide(front.line, std::vector<Kind>(asked, Kind::admitted), now + 201 * ms);
        return lines_.step(front.line, now + 201 * ms).ask.size();
    };
    EXPECT_EQ(lines_.step(front.line, now + 200 * ms).ask.size(), 2U);
    EXPECT_EQ(wave_after_admission(2), WaitLines::wave_max);
    EXPECT_EQ(wave_after_admission(WaitLines::wave_max), 97 - WaitLines::wave_max);
    EXPECT_EQ(wave_after_admission(97 - WaitLines::wave_max), 1U);
    EXPECT_EQ(wave_after_admission(1), 1U);
}

TEST_F(WaitLinesTest, WhatAWaveWasAdmittedGoesToThoseInFront) {
    const auto front = enter("a", by(shared, now + 200 * ms));
    for (int i = 0; i < 5; ++i) enter("a", std::nullopt);
    lines_.step(front.line, now + 200 * ms);
    decide(front.line, {Kind::admitted, Kind::admitted}, now + 201 * ms);
    const auto wave = lines_.step(front.line, now + 201 * ms).ask;
    ASSERT_EQ(wave.size(), 4U);
    const auto dealt = decide(front.line, {Kind::refused, Kind::admitted, Kind::final, Kind::admitted},
                              now + 202 * ms, now + 400 * ms);
    EXPECT_THAT(dealt, ElementsAre(1, 3, 2, std::nullopt));
    EXPECT_EQ(lines_.size(), 1U);
    EXPECT_EQ(lines_.step(front.line, now + 202 * ms).wake_us, now + 400 * ms);
}

TEST_F(WaitLinesTest, AfterARefusalAsksNoMoreOftenThanThePause) {
    const auto front = enter("a", by(shared, now + 200 * ms));
    lines_.step(front.line, now + 200 * ms);
    decide(front.line, {Kind::refused}, now + 201 * ms, now + 210 * ms);
    EXPECT_EQ(lines_.step(front.line, now + 201 * ms).wake_us, now + 201 * ms + WaitLines::pause_us);
}

TEST_F(WaitLinesTest, AsksOnceMoreBeforeItsDeadlineWhereThePauseIsLonger) {
    const auto front = enter("a", by(shared, now + 200 * ms), now + 230 * ms);
    lines_.step(front.line, now + 200 * ms);
    decide(front.line, {Kind::refused}, now + 201 * ms, now + 210 * ms);
    constexpr std::int64_t last_us = now + 230 * ms - WaitLines::last_ask_before_us;
    EXPECT_EQ(lines_.step(front.line, now + 201 * ms).wake_us, last_us);
    EXPECT_THAT(lines_.step(front.line, last_us).ask, ElementsAre(front.ticket));
    decide(front.line, {Kind::refused}, last_us + 1 * ms, now + 260 * ms);
    EXPECT_EQ(lines_.step(front.line, last_us + 1 * ms).wake_us, now + 230 * ms);
    const auto step = lines_.step(front.line, now + 230 * ms);
    ASSERT_EQ(step.expired.size(), 1U);
    EXPECT_EQ(step.expired[0].turn_us, now + 260 * ms);
    EXPECT_TRUE(step.obstacle.has_value());
    EXPECT_TRUE(step.is_over);
}

TEST_F(WaitLinesTest, AFrontThatWasDueInTimeIsAskedForOnceAfterItsDeadline) {
    const auto front = enter("a", by(shared, now + 200 * ms), now + 230 * ms);
    EXPECT_THAT(lines_.step(front.line, now + 240 * ms).ask, ElementsAre(front.ticket))
        << "its server is late";
    lines_.given_back(a_, {1, 0, 0});
    decide(front.line, {Kind::refused}, now + 241 * ms, now + 260 * ms);
    const auto step = lines_.step(front.line, now + 241 * ms);
    EXPECT_THAT(step.ask, IsEmpty());
    EXPECT_EQ(step.expired.size(), 1U);
}

TEST_F(WaitLinesTest, WhoseTimeIsUpWhileOthersAreAskedForIsToldAtOnce) {
    const auto front = enter("a", by(shared, now + 200 * ms), now + 205 * ms);
    const auto second = enter("a", std::nullopt, now + 315 * ms);
    const auto third = enter("a", std::nullopt, now + 410 * ms);
    EXPECT_THAT(lines_.step(front.line, now + 200 * ms).ask, ElementsAre(front.ticket, second.ticket));
    auto step = lines_.step(front.line, now + 320 * ms);
    EXPECT_THAT(step.expired, IsEmpty()) << "their answers come";
    EXPECT_EQ(step.wake_us, now + 410 * ms);
    step = lines_.step(front.line, now + 410 * ms);
    ASSERT_EQ(step.expired.size(), 1U);
    EXPECT_EQ(step.expired[0].ticket, third.ticket);
    EXPECT_FALSE(step.is_over);
    EXPECT_THAT(decide(front.line, {Kind::admitted, Kind::admitted}, now + 411 * ms), ElementsAre(0, 1));
    EXPECT_TRUE(lines_.step(front.line, now + 411 * ms).is_over);
}

TEST_F(WaitLinesTest, WhoseTimeIsUpIsToldWhenItsTurnWouldBe) {
    const auto front = enter("a", by(shared, now + 200 * ms));
    const auto second = enter("a", std::nullopt, now + 320 * ms);
    lines_.step(front.line, now + 200 * ms);
    decide(front.line, {Kind::refused, Kind::refused}, now + 201 * ms, now + 900 * ms);
    EXPECT_EQ(lines_.step(front.line, now + 250 * ms).wake_us, now + 320 * ms);
    const auto step = lines_.step(front.line, now + 320 * ms);
    ASSERT_EQ(step.expired.size(), 1U);
    EXPECT_EQ(step.expired[0].ticket, second.ticket);
    EXPECT_EQ(step.expired[0].turn_us, now + 1'000 * ms);
    EXPECT_FALSE(step.is_over);
}

TEST_F(WaitLinesTest, GivenBackEnoughTheFrontAsksAtOnce) {
    const auto front = enter("a", by(shared, now + 2'000 * ms, 3));
    lines_.take_wakes();
    lines_.given_back(b_, {1, 50, 50});
    lines_.given_back(b_, {1, 50, 50});
    EXPECT_THAT(lines_.take_wakes(), IsEmpty());
    EXPECT_THAT(lines_.step(front.line, now).ask, IsEmpty());
    lines_.given_back(set_of({&key_b}), {1, 50, 50});
    EXPECT_THAT(lines_.take_wakes(), IsEmpty()) << "another ledger";
    lines_.given_back(b_, {1, 0, 0});
    EXPECT_THAT(lines_.take_wakes(), ElementsAre(front.line));
    EXPECT_THAT(lines_.step(front.line, now).ask, ElementsAre(front.ticket));
}

TEST_F(WaitLinesTest, EverySettlementGivesASlotBack) {
    Obstacle obstacle = by(shared, now + 1'000 * ms);
    obstacle.dimension = Dimension::in_flight;
    obstacle.limit = 1;
    obstacle.room.window_us = 0;
    const auto front = enter("a", obstacle);
    const auto second = enter("a", std::nullopt);
    EXPECT_EQ(second.turn_us, now + 1'000 * ms) << "nobody knows when they end";
    EXPECT_THAT(lines_.step(front.line, now).ask, IsEmpty());
    lines_.given_back(a_, {});
    EXPECT_THAT(lines_.step(front.line, now).ask, ElementsAre(front.ticket, second.ticket));
}

TEST_F(WaitLinesTest, LinesAtOneGateTakeTurns) {
    const auto a1 = enter("a", by(shared, now + 200 * ms));
    const auto a2 = enter("a", std::nullopt);
    const auto b1 = enter("b", by(shared, now + 100 * ms));
    EXPECT_THAT(lines_.step(b1.line, now + 150 * ms).ask, IsEmpty());
    EXPECT_THAT(lines_.step(a1.line, now + 200 * ms).ask, ElementsAre(a1.ticket));
    EXPECT_THAT(lines_.step(b1.line, now + 200 * ms).ask, IsEmpty()) << "one at a time";
    lines_.take_wakes();
    decide(a1.line, {Kind::admitted}, now + 201 * ms);
    EXPECT_THAT(lines_.take_wakes(), ElementsAre(b1.line));
    EXPECT_THAT(lines_.step(a1.line, now + 201 * ms).ask, IsEmpty());
    EXPECT_THAT(lines_.step(b1.line, now + 201 * ms).ask, ElementsAre(b1.ticket));
    decide(b1.line, {Kind::admitted}, now + 202 * ms);
    EXPECT_THAT(lines_.step(a1.line, now + 202 * ms).ask, ElementsAre(a2.ticket));
}

TEST_F(WaitLinesTest, WhoHasAnotherLimitOnTheSameLedgerIsHeldUpByNobody) {
    Obstacle lower = by(shared, now + 200 * ms);
    lower.limit = 70;
    const auto a = enter("a", lower);
    EXPECT_FALSE(lines_.is_behind("b", b_, {1, 0, 0}, true));
    const auto b = enter("b", by(shared, now + 100 * ms));
    EXPECT_THAT(lines_.step(b.line, now + 100 * ms).ask, ElementsAre(b.ticket));
    lines_.take_wakes();
    lines_.given_back(b_, {1, 0, 0});
    EXPECT_THAT(lines_.take_wakes(), ElementsAre(a.line));
}

TEST_F(WaitLinesTest, WhatAnotherLedgerRefusesGivesItsTurnUp) {
    const auto a = enter("a", by(shared, now + 200 * ms));
    const auto b = enter("b", by(shared, now + 200 * ms));
    lines_.step(a.line, now + 200 * ms);
    std::vector<WaitLines::Answer> answers;
    answers.push_back({Kind::refused, by(key_a, now + 700 * ms)});
    lines_.decided(a.line, std::move(answers), now + 201 * ms);
    EXPECT_EQ(lines_.step(a.line, now + 201 * ms).wake_us, now + 700 * ms);
    EXPECT_THAT(lines_.step(b.line, now + 201 * ms).ask, ElementsAre(b.ticket));
}

TEST_F(WaitLinesTest, WhoLeavesIsForgottenUnlessItIsAskedFor) {
    const auto first = enter("a", by(shared, now + 200 * ms));
    const auto second = enter("a", std::nullopt);
    const auto third = enter("a", std::nullopt);
    const auto fourth = enter("a", std::nullopt);
    EXPECT_TRUE(lines_.leave(second.ticket));
    EXPECT_FALSE(lines_.leave(second.ticket));
    lines_.step(first.line, now + 200 * ms);
    EXPECT_FALSE(lines_.leave(first.ticket));
    EXPECT_FALSE(lines_.leave(third.ticket));
    EXPECT_THAT(lines_.leave_all(), ElementsAre(fourth.ticket));
    decide(first.line, {Kind::admitted, Kind::refused}, now + 201 * ms, now + 300 * ms);
    EXPECT_TRUE(lines_.leave(third.ticket));
    EXPECT_TRUE(lines_.step(first.line, now + 201 * ms).is_over);
}

TEST_F(WaitLinesTest, WhoeverComesToTheFrontIsAskedForAfterThePause) {
    const auto large = enter("a", by(shared, now + 4'000 * ms, 50), now + 5'000 * ms, {50, 0, 0});
    const auto small = enter("a", std::nullopt, now + 9'000 * ms);
    EXPECT_TRUE(lines_.leave(large.ticket));
    EXPECT_EQ(lines_.step(large.line, now).wake_us, now + WaitLines::pause_us);
    EXPECT_THAT(lines_.step(large.line, now + WaitLines::pause_us).ask, ElementsAre(small.ticket));
}

TEST_F(WaitLinesTest, LevelsOfOtherSetsAreNotTold) {
    Obstacle obstacle = by(shared, now + 200 * ms);
    obstacle.levels[0] = Level{.limit = 7};
    const auto a = enter("a", obstacle);
    const auto b = enter("b", std::nullopt);
    EXPECT_TRUE(lines_.obstacle_before(a.line).levels[0].has_value());
    EXPECT_FALSE(lines_.obstacle_before(b.line).levels[0].has_value());
}

}  // namespace
}  // namespace weir::proxy
