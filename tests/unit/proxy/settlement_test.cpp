// The refund table, row by row.
#include "proxy/settlement.hpp"

#include <gtest/gtest.h>

namespace weir::proxy {
namespace {

EndingFacts facts(Ending ending, int status) {
    EndingFacts result;
    result.ending = ending;
    result.status = status;
    return result;
}

llm::TappedUsage reported(std::int64_t input, std::int64_t output) {
    llm::TappedUsage usage;
    usage.input_tokens = input;
    usage.output_tokens = output;
    return usage;
}

TEST(Settlement, NeverSentGivesEverythingBack) {
    const Usage usage = settle_by(facts(Ending::never_sent, 0));
    EXPECT_EQ(usage.requests, 0);
    EXPECT_EQ(usage.certainty, Certainty::exact);
    EXPECT_EQ(usage.unproduced, Unproduced::release);
    EXPECT_EQ(usage.input_tokens, 0);
}

TEST(Settlement, RefusalsByTheUpstreamKeepOnlyTheRequest) {
    for (const int status : {400, 401, 404, 413, 429, 503, 529, 307}) {
        const Usage usage = settle_by(facts(Ending::whole, status));
        EXPECT_EQ(usage.requests, 1) << status;
        EXPECT_EQ(usage.certainty, Certainty::exact) << status;
        EXPECT_EQ(usage.input_tokens, 0) << status;
        EXPECT_EQ(usage.unproduced, Unproduced::release) << status;
    }
}

TEST(Settlement, OtherServerErrorsKeepInputAndWhatWasSeen) {
    for (const int status : {500, 502, 504}) {
        EndingFacts given = facts(Ending::whole, status);
        given.usage.output_seen = 3;
        const Usage usage = settle_by(given);
        EXPECT_EQ(usage.requests, 1) << status;
        EXPECT_EQ(usage.certainty, Certainty::lower_bound) << status;
        EXPECT_EQ(usage.output_tokens, 3) << status;
        EXPECT_EQ(usage.unproduced, Unproduced::release) << status;
    }
}

TEST(Settlement, ABrokenConnectionReleasesWhatWasNotSeen) {
    for (const int status : {0, 200}) {
        EndingFacts given = facts(Ending::upstream_broken, status);
        given.usage.output_seen = 7;
        const Usage usage = settle_by(given);
        EXPECT_EQ(usage.certainty, Certainty::lower_bound);
        EXPECT_EQ(usage.output_tokens, 7);
        EXPECT_EQ(usage.unproduced, Unproduced::release);
    }
}

TEST(Settlement, WhoeverLeavesKeepsHisLease) {
    for (const Ending ending : {Ending::client_gone, Ending::upstream_silent}) {
        EndingFacts given = facts(ending, 200);
        given.usage.output_seen = 7;
        const Usage usage = settle_by(given);
        EXPECT_EQ(usage.certainty, Certainty::lower_bound);
        EXPECT_EQ(usage.output_tokens, 7);
        EXPECT_EQ(usage.unproduced, Unproduced::run_out);
    }
}

TEST(Settlement, ReportedUsageIsExactHoweverItEnded) {
    for (const Ending ending : {Ending::whole, Ending::client_gone, Ending::upstream_broken}) {
        EndingFacts given = facts(ending, 200);
        given.usage = reported(10, 20);
        given.usage.output_seen = 25;
        const Usage usage = settle_by(given);
        EXPECT_EQ(usage.certainty, Certainty::exact);
        EXPECT_EQ(usage.input_tokens, 10);
        EXPECT_EQ(usage.output_tokens, 20);
    }
}

TEST(Settlement, WhatNobodyReportedIsNeverRefunded) {
    EndingFacts given = facts(Ending::whole, 200);
    given.usage.output_seen = 5;
    const Usage usage = settle_by(given);
    EXPECT_EQ(usage.certainty, Certainty::lower_bound);
    EXPECT_EQ(usage.unproduced, Unproduced::charge);
}

TEST(Settlement, AnErrorWithStatus200IsARefusal) {
    for (const Ending ending : {Ending::whole, Ending::upstream_broken}) {
        EndingFacts given = facts(ending, 200);
        given.usage.failed = true;
        const Usage usage = settle_by(given);
        EXPECT_EQ(usage.requests, 1);
        EXPECT_EQ(usage.certainty, Certainty::exact);
        EXPECT_EQ(usage.input_tokens, 0);
        EXPECT_EQ(usage.unproduced, Unproduced::release);
    }
}

TEST(Settlement, AnErrorBehindOutputReleasesWhatWasNotSeen) {
    EndingFacts given = facts(Ending::whole, 200);
    given.usage.has_error = true;
    given.usage.output_seen = 16;
    const Usage usage = settle_by(given);
    EXPECT_EQ(usage.certainty, Certainty::lower_bound);
    EXPECT_EQ(usage.output_tokens, 16);
    EXPECT_EQ(usage.unproduced, Unproduced::release);
}

EndingFacts in_background(Ending ending, int status) {
    EndingFacts result = facts(ending, status);
    result.in_background = true;
    return result;
}

TEST(Settlement, ABackgroundResponseWhoseEndWasNotReadIsChargedAsReserved) {
    for (const Ending ending : {Ending::client_gone, Ending::upstream_silent, Ending::upstream_broken}) {
        for (const int status : {0, 200}) {
            EndingFacts given = in_background(ending, status);
            given.usage.output_seen = 3;
            EXPECT_TRUE(may_be_worked_on(given)) << status;
            const Usage usage = settle_by(given);
            EXPECT_EQ(usage.certainty, Certainty::lower_bound) << status;
            EXPECT_EQ(usage.unproduced, Unproduced::charge) << status;
            const Spent spent = spent_by(given, {1, 10, 500});
            EXPECT_EQ(spent.input_tokens, 10) << status;
            EXPECT_EQ(spent.output_tokens, 500) << status;
            EXPECT_EQ(given_back_by(usage, spent, {1, 10, 500}).output_tokens, 0) << status;
        }
    }
}

TEST(Settlement, ABackgroundResponseThatIsUnderWayHasNotFailed) {
    EndingFacts given = in_background(Ending::whole, 200);
    given.usage.unfinished = given.usage.ended = true;
    given.usage.failed = given.usage.has_error = true;
    given.usage.output_tokens = 7;  // so far
    EXPECT_TRUE(may_be_worked_on(given));
    EXPECT_EQ(settle_by(given).unproduced, Unproduced::charge);
    EXPECT_EQ(spent_by(given, {1, 10, 500}).output_tokens, 500);
}

TEST(Settlement, ABackgroundResponseThatHasEndedIsSettledAsAnyOther) {
    for (const int status : {400, 429, 500, 502, 503, 529}) {
        for (const Ending ending : {Ending::whole, Ending::client_gone}) {
            const EndingFacts given = in_background(ending, status);
            EXPECT_FALSE(may_be_worked_on(given)) << status;
            EXPECT_EQ(settle_by(given).unproduced, settle_by(facts(ending, status)).unproduced) << status;
        }
    }
    EXPECT_EQ(settle_by(in_background(Ending::never_sent, 0)).requests, 0);
    EndingFacts failed = in_background(Ending::whole, 200);
    failed.usage.ended = failed.usage.failed = true;
    EXPECT_EQ(settle_by(failed).unproduced, Unproduced::release);
    EndingFacts done = in_background(Ending::client_gone, 200);
    done.usage = reported(10, 20);
    EXPECT_FALSE(may_be_worked_on(done));
    EXPECT_EQ(settle_by(done).certainty, Certainty::exact);
    EXPECT_EQ(settle_by(done).output_tokens, 20);
}

TEST(Settlement, InputThatIsLeftOutStaysAsEstimated) {
    EndingFacts given = facts(Ending::whole, 200);
    given.usage.output_tokens = 20;
    const Usage usage = settle_by(given);
    EXPECT_EQ(usage.certainty, Certainty::lower_bound);
    EXPECT_EQ(usage.output_tokens, 20);
    EXPECT_EQ(usage.unproduced, Unproduced::release);
}

TEST(Settlement, CachedInputWeighsWhatTheTierSays) {
    EndingFacts given = facts(Ending::whole, 200);
    given.usage = reported(100, 1);
    given.usage.cached_input_tokens = 60;
    EXPECT_EQ(settle_by(given).input_tokens, 100);
    given.cached_input_weight = 0.0;
    EXPECT_EQ(settle_by(given).input_tokens, 40);
    given.cached_input_weight = 0.25;
    EXPECT_EQ(settle_by(given).input_tokens, 55);
    given.usage.cached_input_tokens = 1000;  // more than there was: not to be believed
    given.cached_input_weight = 0.0;
    EXPECT_EQ(settle_by(given).input_tokens, 0);
}

}  // namespace
}  // namespace weir::proxy
