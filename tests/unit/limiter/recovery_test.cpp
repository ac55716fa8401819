// Every step of the recovery on its own: what one event leads to.
#include "limiter/recovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace weir::recovery {
namespace {

using ::testing::ElementsAre;

constexpr std::int64_t steady_us = 50'000'000;
constexpr std::int64_t store_us = 900'000'000;

/// Short, so that a whole list of actions is one line.
std::string text_of(const Action& action) {
    struct Text {
        std::string operator()(const NoteLoss& loss) const { return "loss: " + std::string(loss.why); }
        std::string operator()(const NoteStore& store) const {
            return "store " + std::to_string(store.epoch) + ", " + std::to_string(store.nodes) + " nodes";
        }
        std::string operator()(const Trust& trust) const { return "trust " + std::to_string(trust.epoch); }
        std::string operator()(const Identify&) const { return "identify"; }
        std::string operator()(const CheckEviction&) const { return "check eviction"; }
        std::string operator()(const Heartbeat& heartbeat) const {
            return (heartbeat.leaving ? "goodbye " : "heartbeat ") +
                   std::to_string(heartbeat.replayed_epoch) +
                   (heartbeat.since_us != 0 ? " since " + std::to_string(heartbeat.since_us) : "");
        }
        std::string operator()(const Replay&) const { return "replay"; }
        std::string operator()(const WritePending&) const { return "write pending"; }
        std::string operator()(const Wait& wait) const { return "wait " + std::to_string(wait.most_ms); }
        std::string operator()(const End&) const { return "end"; }
    };
    return std::visit(Text{}, action);
}

/// A node that has trusted its store, and waits for its next heartbeat.
class RecoveryTest : public ::testing::Test {
protected:
    RecoveryTest() {
        state_ = {.step = Step::waiting,
                  .connection = 1,
                  .run_id = "a",
                  .store_epoch = 7,
                  .replayed_epoch = 7,
                  .has_trusted = true};
    }
    std::vector<std::string> on(const Event& event) {
        std::vector<std::string> texts;
        for (const Action& action : advance(state_, settings_, seen_, event))
            texts.push_back(text_of(action));
        return texts;
    }
    /// As after the events that lead there.
    void be_at(Step step) { state_.step = step; }
    static Heard heard(std::int64_t alive_replayed, std::int64_t alive, std::int64_t epoch = 7) {
        return {.now_us = store_us,
                .epoch = epoch,
                .alive = alive,
                .alive_replayed = alive_replayed,
                .alive_most = alive,
                .took_us = 1'000};
    }
    /// The store was away, and has answered the first heartbeat.
    void be_back() {
        seen_.trusts = false;
        be_at(Step::heartbeating);
    }

    Settings settings_{.heartbeat_ms = 1'000, .timeout_ms = 20, .falls_back_locally = true};
    Seen seen_{.steady_us = steady_us, .connection = 1, .trusts = true, .nodes_known = 2};
    State state_;
};

TEST_F(RecoveryTest, ARoundIdentifiesTheServerHeartbeatsAndWaits) {
    EXPECT_THAT(on(Woke{}), ElementsAre("identify"));
    EXPECT_THAT(on(Identified{"a"}), ElementsAre("heartbeat 7"));
    EXPECT_THAT(on(heard(2, 2)), ElementsAre("store 7, 2 nodes", "wait 1000"));
}

TEST_F(RecoveryTest, AHeartbeatNamesHowLongANodeLives) {
    be_at(Step::identifying);
    const Actions actions = advance(state_, settings_, seen_, Identified{"a"});
    EXPECT_EQ(std::get<Heartbeat>(actions.back()).alive_us, 3'000'000);
}

TEST_F(RecoveryTest, WhatIsPendingIsWrittenAfterTheHeartbeatWhichSaysSo) {
    seen_.has_pending = true;
    be_at(Step::identifying);
    EXPECT_THAT(on(Identified{"a"}), ElementsAre("heartbeat 0"));
    EXPECT_THAT(on(heard(1, 2)), ElementsAre("store 7, 2 nodes", "write pending"));
    seen_.has_pending = false;
    EXPECT_THAT(on(Done{}), ElementsAre("wait 1000"));
}

TEST_F(RecoveryTest, AFirstServerIsCheckedAndEverythingReplayed) {
    state_ = {};
    seen_.trusts = false;
    seen_.nodes_known = 0;
    EXPECT_THAT(on(Woke{}), ElementsAre("identify"));
    EXPECT_THAT(on(Identified{"a"}), ElementsAre("check eviction"));
    EXPECT_THAT(on(Done{}), ElementsAre("heartbeat 0"));
    EXPECT_THAT(on(heard(0, 1)), ElementsAre("store 7, 1 nodes", "replay"));
    EXPECT_THAT(on(Done{}), ElementsAre("heartbeat 7")) << "of others who were away it knows nothing";
    EXPECT_THAT(on(heard(1, 1)), ElementsAre("store 7, 1 nodes", "trust 7", "write pending"));
    seen_.trusts = true;
    EXPECT_THAT(on(Done{}), ElementsAre("wait 1000"));
    EXPECT_TRUE(state_.has_trusted);
}

TEST_F(RecoveryTest, WhetherItEvictsIsNotWorthARound) {
    be_at(Step::checking_eviction);
    EXPECT_THAT(on(Failed{}), ElementsAre("heartbeat 7"));
}

TEST_F(RecoveryTest, AnotherServerHasLostEverything) {
    be_at(Step::identifying);
    EXPECT_THAT(on(Identified{"b"}), ElementsAre("loss: another Redis server answers", "check eviction"));
    seen_.trusts = false;
    EXPECT_THAT(on(Done{}), ElementsAre("heartbeat 0")) << "although it may know the epoch";
    EXPECT_THAT(on(heard(1, 2)), ElementsAre("store 7, 2 nodes", "replay"));
    EXPECT_THAT(on(Done{}), ElementsAre("heartbeat 7 since 900000000")) << "it may remember older heartbeats";
}

TEST_F(RecoveryTest, AnotherServerWithAnotherEpochIsOneLoss) {
    be_at(Step::identifying);
    on(Identified{"b"});
    on(Done{});
    EXPECT_THAT(on(heard(0, 1, 8)), ElementsAre("store 8, 2 nodes", "replay"));
}

TEST_F(RecoveryTest, AnotherEpochAtAnotherPlaceIsNoLoss) {
    Heard elsewhere = heard(0, 1, 8);
    elsewhere.place = 3'630;
    be_at(Step::heartbeating);
    EXPECT_THAT(on(elsewhere), ElementsAre("store 8, 1 nodes", "wait 1000"));
    EXPECT_EQ(state_.replayed_epoch, 8) << "what was in the store is in it";
    EXPECT_THAT(on(Woke{}), ElementsAre("identify"));
    EXPECT_THAT(on(Identified{"a"}), ElementsAre("heartbeat 8"));
    elsewhere.epoch = 9;
    EXPECT_THAT(on(elsewhere), ElementsAre("loss: Redis was emptied", "store 9, 2 nodes", "replay"))
        << "the epoch of one place has changed";
}

TEST_F(RecoveryTest, AnotherPlaceDoesNotReplayWhatWasStillMissing) {
    state_.replayed_epoch = 0;
    Heard elsewhere = heard(0, 1, 8);
    elsewhere.place = 3'630;
    be_at(Step::heartbeating);
    EXPECT_THAT(on(elsewhere), ElementsAre("store 8, 1 nodes", "replay"));
    EXPECT_EQ(state_.replayed_epoch, 0);
}

TEST_F(RecoveryTest, AnotherPlaceWhileOthersAreWaitedForKeepsWhatWasReplayed) {
    seen_.trusts = false;
    be_at(Step::confirming);
    state_.waits_since_us = steady_us;
    Heard elsewhere = heard(1, 2, 8);
    elsewhere.place = 3'630;
    EXPECT_THAT(on(elsewhere), ElementsAre("store 8, 2 nodes", "wait 100"));
    EXPECT_EQ(state_.replayed_epoch, 8);
    EXPECT_THAT(on(Woke{}), ElementsAre("identify"));
    EXPECT_THAT(on(Identified{"a"}), ElementsAre("heartbeat 8"));
}

TEST_F(RecoveryTest, WhatCameWithTheFirstSlotsIsNotReplayed) {
    state_ = {};
    seen_.trusts = false;
    seen_.was_filled = true;
    on(Woke{});
    on(Identified{"a"});
    EXPECT_THAT(on(Done{}), ElementsAre("heartbeat 0"));
    EXPECT_THAT(on(heard(0, 1)), ElementsAre("store 7, 1 nodes", "heartbeat 7"));
    EXPECT_THAT(on(heard(1, 1)), ElementsAre("store 7, 1 nodes", "trust 7", "write pending"));
}

TEST_F(RecoveryTest, WhatCameWithTheFirstSlotsIsReplayedIntoTheNextServer) {
    state_ = {};
    seen_.trusts = false;
    seen_.was_filled = true;
    on(Woke{});
    on(Identified{"a"});
    on(Failed{});
    on(Failed{});
    on(Woke{});
    EXPECT_THAT(on(Identified{"b"}), ElementsAre("loss: another Redis server answers", "check eviction"));
    on(Done{});
    EXPECT_THAT(on(heard(0, 1)), ElementsAre("store 7, 2 nodes", "replay"));
}

TEST_F(RecoveryTest, AnotherServerAtAnotherPlaceIsALoss) {
    be_at(Step::identifying);
    on(Identified{"b"});
    seen_.trusts = false;
    on(Done{});
    Heard elsewhere = heard(1, 2, 8);
    elsewhere.place = 3'630;
    EXPECT_THAT(on(elsewhere), ElementsAre("store 8, 2 nodes", "replay"));
}

TEST_F(RecoveryTest, AnotherEpochIsALossAndTheNumberOfNodesIsNotForgotten) {
    be_at(Step::heartbeating);
    EXPECT_THAT(on(heard(0, 1, 8)), ElementsAre("loss: Redis was emptied", "store 8, 2 nodes", "replay"));
    seen_.trusts = false;
    EXPECT_THAT(on(Done{}), ElementsAre("heartbeat 8 since 900000000"));
    EXPECT_THAT(on(heard(1, 1, 8)), ElementsAre("store 8, 2 nodes", "wait 100"))
        << "the other has not replayed";
}

TEST_F(RecoveryTest, AnotherEpochInTheSecondHeartbeatIsALossToo) {
    be_back();
    on(heard(1, 2));
    EXPECT_THAT(on(heard(1, 1, 8)), ElementsAre("loss: Redis was emptied", "store 8, 2 nodes", "wait 100"));
    EXPECT_EQ(state_.replayed_epoch, 0);
}

TEST_F(RecoveryTest, ALossThatARequestReportsIsNoted) {
    seen_.trusts = false;
    seen_.lost_epoch = 7;
    for (const Step step : {Step::waiting, Step::heartbeating, Step::replaying, Step::writing_pending}) {
        const State before = state_;
        be_at(step);
        const Event event = step == Step::heartbeating ? Event{heard(1, 2)} : Event{Done{}};
        EXPECT_EQ(on(event).front(), "loss: Redis was emptied");
        EXPECT_EQ(state_.replayed_epoch, 0);
        state_ = before;
    }
}

TEST_F(RecoveryTest, ALossThatIsKnownAlreadyIsNoNews) {
    seen_.lost_epoch = 6;
    EXPECT_THAT(on(Woke{}), ElementsAre("identify"));
    seen_.lost_epoch = 7;
    be_at(Step::heartbeating);
    EXPECT_THAT(on(heard(0, 1, 8)), ElementsAre("loss: Redis was emptied", "store 8, 2 nodes", "replay"))
        << "once";
}

TEST_F(RecoveryTest, AReplayDuringWhichEverythingWasLostIsWorthNothing) {
    be_at(Step::replaying);
    seen_.trusts = false;
    seen_.lost_epoch = 7;
    EXPECT_THAT(on(Done{}), ElementsAre("loss: Redis was emptied", "wait 100"));
    EXPECT_EQ(state_.replayed_epoch, 0);
}

TEST_F(RecoveryTest, WhoeverIsBackWaitsForHeartbeatsSinceThen) {
    be_back();
    EXPECT_THAT(on(heard(2, 2)), ElementsAre("store 7, 2 nodes", "heartbeat 7 since 900000000"));
    EXPECT_THAT(on(heard(1, 2)), ElementsAre("store 7, 2 nodes", "wait 100"));
    EXPECT_THAT(on(Woke{}), ElementsAre("identify"));
    EXPECT_THAT(on(Identified{"a"}), ElementsAre("heartbeat 7 since 900000000"));
    Heard later = heard(2, 2);
    later.now_us += 5;
    EXPECT_THAT(on(later), ElementsAre("store 7, 2 nodes", "heartbeat 7 since 900000000"))
        << "not since later";
    EXPECT_THAT(on(later), ElementsAre("store 7, 2 nodes", "trust 7", "write pending"));
    EXPECT_EQ(state_.waits_since_us, 0);
    EXPECT_EQ(state_.back_since_us, 0);
}

TEST_F(RecoveryTest, WhereNodesDoNotFallBackLocallyNothingOfOthersIsPending) {
    settings_.falls_back_locally = false;
    be_back();
    EXPECT_THAT(on(heard(2, 2)), ElementsAre("store 7, 2 nodes", "heartbeat 7"));
}

TEST_F(RecoveryTest, TheMostOfTheHourAreWaitedForAfterAReturnAndThoseAliveAtTheStart) {
    be_back();
    Heard heartbeat = heard(2, 2);
    heartbeat.alive_most = 3;
    on(heartbeat);
    EXPECT_THAT(on(heartbeat), ElementsAre("store 7, 3 nodes", "wait 100"));

    state_ = {
        .step = Step::confirming, .connection = 1, .run_id = "a", .store_epoch = 7, .replayed_epoch = 7};
    state_.waits_since_us = steady_us;
    EXPECT_THAT(on(heartbeat), ElementsAre("store 7, 3 nodes", "trust 7", "write pending"));
}

TEST_F(RecoveryTest, TheOthersAreWaitedForForTwoHeartbeats) {
    be_back();
    on(heard(1, 2));
    seen_.steady_us += 1'999'999;
    EXPECT_THAT(on(heard(1, 2)), ElementsAre("store 7, 2 nodes", "wait 100"));
    be_at(Step::confirming);
    seen_.steady_us += 1;
    EXPECT_THAT(on(heard(1, 2)), ElementsAre("store 7, 2 nodes", "trust 7", "write pending"));
}

TEST_F(RecoveryTest, ARoundThatFailsWaitsForTheOthersAnew) {
    be_back();
    on(heard(1, 2));
    EXPECT_THAT(on(Failed{}), ElementsAre("wait 100"));
    EXPECT_EQ(state_.waits_since_us, 0);
    be_at(Step::heartbeating);
    seen_.steady_us += 5'000'000;
    on(heard(1, 2));
    EXPECT_THAT(on(heard(1, 2)), ElementsAre("store 7, 2 nodes", "wait 100"));
}

TEST_F(RecoveryTest, AnswersForWhichNoRequestWouldWaitAreNoReasonToTrust) {
    be_back();
    on(heard(2, 2));
    Heard slow = heard(2, 2);
    slow.took_us = 20'001;
    EXPECT_THAT(on(slow), ElementsAre("store 7, 2 nodes", "wait 100"));
    be_at(Step::confirming);
    slow.took_us = 20'000;
    EXPECT_THAT(on(slow), ElementsAre("store 7, 2 nodes", "trust 7", "write pending"));
}

/// Steps in which the store is asked something; all but one end the round when it does not answer.
TEST_F(RecoveryTest, WhatFailsIsTriedAgainSoon) {
    seen_.trusts = false;
    const State before = state_;
    for (const Step step : {Step::identifying, Step::heartbeating, Step::replaying, Step::writing_pending,
                            Step::confirming, Step::writing_rest}) {
        state_ = before;
        be_at(step);
        EXPECT_THAT(on(Failed{}), ElementsAre("wait 100"));
        EXPECT_EQ(state_.replayed_epoch, 7);
    }
}

TEST_F(RecoveryTest, AHeartbeatWithoutAnEpochIsNoAnswer) {
    be_back();
    EXPECT_THAT(on(heard(2, 2, 0)), ElementsAre("wait 100"));
}

TEST_F(RecoveryTest, AnotherConnectionMayBeToAnotherServer) {
    const State before = state_;
    for (const std::int64_t connection : {0, 2}) {
        seen_.connection = connection;
        for (const auto& [step, event] :
             std::vector<std::pair<Step, Event>>{{Step::identifying, Identified{"a"}},
                                                 {Step::checking_eviction, Done{}},
                                                 {Step::heartbeating, heard(2, 2)},
                                                 {Step::replaying, Done{}},
                                                 {Step::writing_pending, Done{}},
                                                 {Step::confirming, heard(2, 2)}}) {
            state_ = before;
            be_at(step);
            EXPECT_THAT(on(event), ElementsAre("wait 1000")) << static_cast<int>(step);
        }
    }
}

TEST_F(RecoveryTest, WithoutAConnectionThereIsNothingToAsk) {
    seen_.connection = 0;
    seen_.trusts = false;
    EXPECT_THAT(on(Woke{}), ElementsAre("wait 100"));
}

TEST_F(RecoveryTest, LeavingSaysGoodbye) {
    seen_.stopping = true;
    EXPECT_THAT(on(Woke{}), ElementsAre("goodbye 7"));
    EXPECT_THAT(on(heard(1, 1)), ElementsAre("end"));
    EXPECT_EQ(state_.step, Step::ended);
}

TEST_F(RecoveryTest, LeavingWritesWhatIsPending) {
    seen_.stopping = seen_.has_pending = true;
    EXPECT_THAT(on(Woke{}), ElementsAre("write pending"));
    seen_.has_pending = false;
    EXPECT_THAT(on(Failed{}), ElementsAre("goodbye 7"));
    EXPECT_THAT(on(Failed{}), ElementsAre("end"));
}

TEST_F(RecoveryTest, LeavingFinishesAReplayThatHasFailed) {
    seen_.stopping = true;
    seen_.trusts = false;
    be_at(Step::replaying);
    state_.replayed_epoch = 0;
    EXPECT_THAT(on(Failed{}), ElementsAre("replay")) << "it had taken what was pending with it";
    EXPECT_THAT(on(Done{}), ElementsAre("goodbye 0"));
}

TEST_F(RecoveryTest, LeavingWithoutAConnectionIsSilent) {
    seen_.stopping = true;
    seen_.connection = 0;
    EXPECT_THAT(on(Woke{}), ElementsAre("end"));
}

TEST_F(RecoveryTest, ARoundIsFinishedBeforeLeaving) {
    be_back();
    seen_.stopping = true;
    EXPECT_THAT(on(heard(2, 2)), ElementsAre("store 7, 2 nodes", "heartbeat 7 since 900000000"));
    EXPECT_THAT(on(heard(2, 2)), ElementsAre("store 7, 2 nodes", "trust 7", "write pending"));
    seen_.trusts = true;
    EXPECT_THAT(on(Done{}), ElementsAre("goodbye 7"));
}

}  // namespace
}  // namespace weir::recovery
