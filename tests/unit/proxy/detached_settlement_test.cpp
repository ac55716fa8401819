// Who waits for a settlement, and what is noted when it has ended.
#include "proxy/detached_settlement.hpp"

#include <gtest/gtest.h>

#include "ledger/reservation_access.hpp"
#include "proxy/worker.hpp"

namespace weir::proxy {
namespace {

/// Settles when it is told to.
class Slow final : public Limiter {
public:
    explicit Slow(boost::asio::io_context& context) : told(context, Timer::time_point::max()) {}

    using Limiter::reserve;
    awaitable<result<Decision>> reserve(Demand, LedgerSet, Withdrawal) override {
        co_return errc::store_unavailable;
    }
    awaitable<void> settle(Reservation reservation, Usage) override {
        ++asked;
        co_await told.async_wait(use_awaitable_as_tuple);
        ReservationAccess::close(reservation);
    }
    awaitable<void> progress(Reservation&, Usage) override { co_return; }
    awaitable<result<void>> count_foreign(const LedgerLimits&, Amounts) override {
        co_return errc::store_unavailable;
    }
    awaitable<result<std::vector<Level>>> peek(LedgerSet) override { co_return std::vector<Level>{}; }
    awaitable<result<LedgerContents>> read(const LedgerLimits&) override { co_return LedgerContents{}; }
    awaitable<result<void>> reset(LedgerSet) override { co_return result<void>{}; }
    StoreMode mode() const noexcept override { return decides; }

    StoreMode decides = StoreMode::redis;
    int asked = 0;
    Timer told;
};

class Detached : public ::testing::Test {
protected:
    void settle_one() {
        worker_.metrics.reservations_in_flight.add();
        settlements_.begin(worker_, {ReservationAccess::make({1, 2, 3}, {}), {}, {}, {}, nullptr});
    }
    /// Whatever is ready.
    void go_on() {
        context_.restart();
        context_.poll();
    }
    std::uint64_t hits() const {
        return worker_.metrics.limit_hits[static_cast<std::size_t>(observe::LimitHit::settlements)].value();
    }

    SystemClock clock_;
    observe::AccessLog access_log_{{.enabled = false}};
    BodyBudget budget_{1 << 20};
    std::atomic<std::int64_t> connections_open_{0};
    boost::asio::io_context context_;
    Slow limiter_{context_};
    Worker worker_{context_, Shared{clock_, access_log_, budget_, connections_open_}, limiter_, nullptr};
    DetachedSettlements& settlements_ = worker_.detached_settlements;
};

TEST_F(Detached, OneIsInLineWhenTheCallerGoesOn) {
    int asked_before_caller = -1;
    boost::asio::post(context_, [&] {
        settle_one();
        asked_before_caller = limiter_.asked;
    });
    go_on();
    EXPECT_EQ(asked_before_caller, 1);
    EXPECT_EQ(settlements_.under_way(), 1U);
    EXPECT_EQ(worker_.metrics.reservations_in_flight.value(), 1U);
    limiter_.told.cancel();
    go_on();
    EXPECT_EQ(settlements_.under_way(), 0U);
    EXPECT_EQ(worker_.metrics.reservations_in_flight.value(), 0U);
    std::uint64_t settled = 0;
    constexpr auto settle = static_cast<std::size_t>(observe::StoreCall::settle);
    for (const observe::Counter& count : worker_.metrics.store_duration[settle].counts)
        settled += count.value();
    EXPECT_EQ(settled, 1U);
}

TEST_F(Detached, OneSettlerSettlesOneAfterAnother) {
    for (int i = 0; i < 3; ++i) {
        boost::asio::post(context_, [&] { settle_one(); });
        go_on();
        EXPECT_EQ(limiter_.asked, i + 1);
        limiter_.told.cancel();
        go_on();
        EXPECT_EQ(settlements_.under_way(), 0U);
    }
}

TEST_F(Detached, AStoreThatEndsAtOnceIsWaitedFor) {
    EXPECT_TRUE(settlements_.may_begin(worker_));
    limiter_.decides = StoreMode::memory;
    EXPECT_FALSE(settlements_.may_begin(worker_));
    EXPECT_EQ(hits(), 0U);
}

TEST_F(Detached, BeyondTheMostTheyAreWaitedFor) {
    boost::asio::post(context_, [&] {
        for (std::size_t i = 0; i < DetachedSettlements::under_way_max; ++i) {
            EXPECT_TRUE(settlements_.may_begin(worker_));
            settle_one();
        }
    });
    go_on();
    EXPECT_EQ(limiter_.asked, static_cast<int>(DetachedSettlements::under_way_max));
    EXPECT_FALSE(settlements_.may_begin(worker_));
    EXPECT_EQ(hits(), 1U);
    limiter_.told.cancel();
    go_on();
    EXPECT_TRUE(settlements_.may_begin(worker_));
    EXPECT_EQ(worker_.metrics.reservations_in_flight.value(), 0U);
}

}  // namespace
}  // namespace weir::proxy
