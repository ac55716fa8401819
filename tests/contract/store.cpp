// Driving a store, and the suites' instances over those that the build has.
#include "contract/store.hpp"

#include <gtest/gtest.h>

#include "contract/contract.hpp"
#include "support/manual_clock.hpp"
#include "support/run_awaitable.hpp"

namespace weir::testing {

namespace {

std::string name_of(const ::testing::TestParamInfo<StoreKind>& info) {
    return info.param.name;
}

}  // namespace

StoreDriver::StoreDriver(const StoreKind& kind) : store_(kind.make()), now_us_(some_minute_us) {
    store_->set_now_us(now_us_);
}

Decision StoreDriver::reserve(Demand demand, std::span<const LedgerLimits> ledgers) {
    return reserve_from(demand, LedgerSet(ledgers));
}

Decision StoreDriver::reserve_from(Demand demand, LedgerSet ledgers) {
    return run_awaitable(store_->context(), store_->limiter().reserve(demand, std::move(ledgers))).value();
}

Decision StoreDriver::move(Reservation& reservation, Usage usage, LedgerSet ledgers) {
    return run_awaitable(store_->context(),
                         store_->limiter().move(reservation, usage, std::move(ledgers), Withdrawal()))
        .value();
}

void StoreDriver::settle(Reservation reservation, Usage usage) {
    run_awaitable(store_->context(), store_->limiter().settle(std::move(reservation), usage));
}

void StoreDriver::progress(Reservation& reservation, std::int64_t output_tokens, std::int64_t expected_more) {
    Usage so_far;
    so_far.output_tokens = output_tokens;
    so_far.expected_more = expected_more;
    run_awaitable(store_->context(), store_->limiter().progress(reservation, so_far));
}

void StoreDriver::count_foreign(const LedgerLimits& ledger, const Amounts& used) {
    EXPECT_TRUE(run_awaitable(store_->context(), store_->limiter().count_foreign(ledger, used)));
}

void StoreDriver::end_flight(Reservation& reservation) {
    run_awaitable(store_->context(), store_->limiter().end_flight(reservation));
}

std::vector<Level> StoreDriver::peek(std::span<const LedgerLimits> ledgers) {
    return run_awaitable(store_->context(), store_->limiter().peek(ledgers)).value();
}

LedgerContents StoreDriver::read(const LedgerLimits& ledger) {
    return run_awaitable(store_->context(), store_->limiter().read(ledger)).value();
}

void StoreDriver::advance(std::int64_t duration_us) {
    now_us_ += duration_us;
    store_->set_now_us(now_us_);
}

INSTANTIATE_TEST_SUITE_P(Stores, LimiterContract, ::testing::ValuesIn(store_kinds()), name_of);

}  // namespace weir::testing
