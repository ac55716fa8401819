// Reservations that outlive their request: renewed, settled once, and never left over.
#include "proxy/background_responses.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/manual_clock.hpp"
#include "support/run_awaitable.hpp"
#include "weir/memory_limiter.hpp"

namespace weir::proxy {
namespace {

using testing::ManualClock;
using testing::run_awaitable;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t hour_us = 3'600 * second_us;

class Background : public ::testing::Test {
protected:
    Background() {
        ledger_.ledger = "key:a:7200000000";
        ledger_.window_us = 2 * hour_us;
        for (const Dimension dimension : {Dimension::input_tokens, Dimension::output_tokens})
            ledger_.limits.set(dimension, 10'000'000);
    }
    Reservation reserve() {
        Decision decision = run_awaitable(context_, limiter_->reserve({1, 10, 500}, only_ledger())).value();
        return std::move(decision.reservation.value());
    }
    LedgerSet only_ledger() const {
        LedgerSet set;
        set.add(ledger_);
        return set;
    }
    bool hold(std::string_view id, const void* owner) {
        BackgroundResponses::Held held{reserve(), 0.5, "acme", "gpt-4o", "openai"};
        const bool is_held = responses_.hold(id, held, owner);
        if (!is_held) {
            const Usage nothing{.requests = 0, .certainty = Certainty::exact};
            run_awaitable(context_, limiter_->settle(std::move(held.reservation), nothing));
        }
        return is_held;
    }
    std::size_t look_after(const void* owner, bool ending = false) {
        const std::size_t before = settled_.size();
        const BackgroundResponses::OnSettled note = [&](const BackgroundResponses::Settled& settled) {
            EXPECT_GT(responses_.held_by(owner), 0U) << "told too late";
            settled_.push_back(settled);
        };
        const auto look = [&]() -> awaitable<bool> {
            co_await responses_.look_after(*limiter_, owner, ending, note);
            co_return true;
        };
        run_awaitable(context_, look());
        return settled_.size() - before;
    }
    std::int64_t used(Dimension dimension) {
        for (const Level& level : run_awaitable(context_, limiter_->peek(only_ledger())).value()) {
            if (level.dimension == dimension) return level.used;
        }
        return -1;
    }

    boost::asio::io_context context_;
    ManualClock clock_;
    std::unique_ptr<MemoryLimiter> limiter_ = make_memory_limiter(clock_);
    LedgerLimits ledger_;
    BackgroundResponses responses_{clock_};
    const int one_ = 0, other_ = 0;
    std::vector<BackgroundResponses::Settled> settled_;
    static EndingFacts reported(std::int64_t output) {
        EndingFacts facts;
        facts.status = 200;
        facts.cached_input_weight = 0.5;
        facts.usage.input_tokens = 10;
        facts.usage.cached_input_tokens = 6;
        facts.usage.output_tokens = output;
        return facts;
    }
};

TEST_F(Background, StaysReservedUntilItsUsageIsReported) {
    ASSERT_TRUE(hold("r1", &one_));
    // Three leases of two minutes pass: not renewed, the output would have run out.
    for (int i = 0; i < 360; ++i) {
        clock_.advance(second_us);
        EXPECT_EQ(look_after(&one_), 0U);
    }
    EXPECT_EQ(used(Dimension::output_tokens), 500);
    EXPECT_EQ(responses_.weight_of("r1"), 0.5);
    responses_.report("r1", reported(90));
    responses_.report("r1", reported(400));  // the first counts
    EXPECT_EQ(responses_.weight_of("r1"), std::nullopt);
    EXPECT_EQ(look_after(&one_), 1U);
    EXPECT_EQ(used(Dimension::output_tokens), 90);
    EXPECT_EQ(used(Dimension::input_tokens), 7);
    EXPECT_EQ(responses_.held_by(&one_), 0U);
}

TEST_F(Background, TellsOnceWhatItUsed) {
    ASSERT_TRUE(hold("r1", &one_));
    responses_.report("r1", reported(90));
    EXPECT_EQ(look_after(&one_), 1U);
    EXPECT_EQ(look_after(&one_, true), 0U);
    ASSERT_EQ(settled_.size(), 1U);
    EXPECT_EQ(settled_[0].key_id, "acme");
    EXPECT_EQ(settled_[0].model, "gpt-4o");
    EXPECT_EQ(settled_[0].reserved, (Demand{1, 10, 500}));
    EXPECT_EQ(settled_[0].spent.input_tokens, 10);
    EXPECT_EQ(settled_[0].spent.cached_input_tokens, 6);
    EXPECT_EQ(settled_[0].spent.weighted_input_tokens, 7);
    EXPECT_EQ(settled_[0].spent.output_tokens, 90);
}

TEST_F(Background, IsSettledByItsOwnerAlone) {
    ASSERT_TRUE(hold("r1", &one_));
    responses_.report("r1", reported(90));
    EXPECT_EQ(look_after(&other_), 0U);
    EXPECT_EQ(responses_.held_by(&one_), 1U);
    EXPECT_EQ(look_after(&one_), 1U);
}

TEST_F(Background, AnIdIsHeldOnce) {
    ASSERT_TRUE(hold("r1", &one_));
    EXPECT_FALSE(hold("r1", &one_));
    EXPECT_EQ(look_after(&one_, true), 1U);
}

TEST_F(Background, IsChargedAsReservedWhenNobodyComesForIt) {
    ASSERT_TRUE(hold("r1", &one_));
    for (int i = 0; i < 3'599; ++i) {
        clock_.advance(second_us);
        ASSERT_EQ(look_after(&one_), 0U) << i;
    }
    clock_.advance(second_us);
    EXPECT_EQ(look_after(&one_), 1U);
    EXPECT_EQ(used(Dimension::output_tokens), 500);
    EXPECT_EQ(used(Dimension::input_tokens), 10);
    EXPECT_EQ(settled_.back().spent.output_tokens, 500);
    EXPECT_EQ(settled_.back().spent.input_tokens, 10);
}

TEST_F(Background, IsChargedAsReservedWhenTheProcessEnds) {
    ASSERT_TRUE(hold("r1", &one_));
    ASSERT_TRUE(hold("r2", &one_));
    EXPECT_EQ(look_after(&one_, true), 2U);
    EXPECT_EQ(used(Dimension::output_tokens), 1'000);
    EXPECT_EQ(responses_.held_by(&one_), 0U);
}

TEST_F(Background, ThereIsABoundOnThem) {
    for (std::size_t i = 0; i < BackgroundResponses::held_max; ++i)
        ASSERT_TRUE(hold("r" + std::to_string(i), &one_));
    EXPECT_FALSE(hold("one too many", &one_));
    EXPECT_EQ(look_after(&one_, true), BackgroundResponses::held_max);
}

TEST_F(Background, EndsByWhatAnAnswerAboutItSays) {
    EndingFacts done = reported(90);
    done.usage.ended = true;
    EndingFacts running = done;
    running.usage.ended = false;
    EndingFacts queued = done;
    queued.usage.unfinished = true;
    EXPECT_EQ(told_by_fetch(done, "GET").value().ending, Ending::whole);
    EXPECT_EQ(told_by_fetch(done, "POST").value().usage.output_tokens, 90);
    EXPECT_FALSE(told_by_fetch(running, "GET"));
    EXPECT_FALSE(told_by_fetch(queued, "GET"));

    EndingFacts silent;
    silent.status = 200;
    silent.usage.ended = true;
    EXPECT_EQ(told_by_fetch(silent, "GET").value().ending, Ending::whole);
    EXPECT_EQ(told_by_fetch(silent, "POST").value().ending, Ending::client_gone) << "cancelled";
    EXPECT_EQ(told_by_fetch(silent, "DELETE").value().ending, Ending::whole) << "it may have been done";
    EXPECT_EQ(told_by_fetch(done, "DELETE").value().usage.output_tokens, 90);
    silent.usage.failed = true;
    for (const int gone : {404, 410}) {
        silent.status = gone;
        const EndingFacts told = told_by_fetch(silent, "GET").value();
        EXPECT_EQ(told.status, 200);
        EXPECT_EQ(told.ending, Ending::whole) << "charged as reserved";
        EXPECT_FALSE(told.usage.failed);
        EXPECT_FALSE(told_by_fetch(silent, "GET", false)) << "it may be there by its own name";
    }
    EXPECT_EQ(told_by_fetch(done, "GET", false).value().usage.output_tokens, 90);
    silent.status = 500;
    EXPECT_FALSE(told_by_fetch(silent, "DELETE"));
}

}  // namespace
}  // namespace weir::proxy
