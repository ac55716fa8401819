// The embedded store as the server makes it.
#include "app/store.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/manual_clock.hpp"
#include "support/run_awaitable.hpp"
#include "weir/limiter.hpp"

namespace weir::app {
namespace {

using testing::ManualClock;
using testing::run_awaitable;

TEST(EmbeddedStore, AStepOfTheWallClockNeitherEmptiesAWindowNorFillsIt) {
    constexpr std::int64_t minute_us = 60'000'000;
    ManualClock clock;
    boost::asio::io_context context;
    const std::unique_ptr<Store> store = make_store(config::Config{}, clock, context);
    const std::shared_ptr<Limiter> limiter = store->make_limiter(context);
    LedgerLimits ledger{.ledger = LedgerName("key/a"), .window_us = minute_us, .limits = {}};
    ledger.limits.set(Dimension::requests, 1);
    LedgerSet only;
    only.add(ledger);
    const auto verdict = [&] {
        Decision decision = run_awaitable(context, limiter->reserve({1, 0, 0}, only)).value();
        if (decision.reservation)
            run_awaitable(context, limiter->settle(std::move(*decision.reservation), {.requests = 1}));
        return decision.verdict;
    };
    EXPECT_EQ(verdict(), Verdict::admitted);
    clock.set_now_us(clock.now_us() + 60 * minute_us);
    EXPECT_EQ(verdict(), Verdict::refused);
    clock.set_now_us(clock.now_us() - 120 * minute_us);
    clock.advance(2 * minute_us);
    EXPECT_EQ(verdict(), Verdict::admitted);
}

}  // namespace
}  // namespace weir::app
