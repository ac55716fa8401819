// Retry-after is exact: refused a microsecond earlier, admitted at that time, where nothing is in flight.
#include <algorithm>
#include <iostream>
#include <ostream>

#include "contract/contract.hpp"
#include "ledger/reservation_access.hpp"
#include "support/property.hpp"

namespace weir::testing {

namespace {

constexpr int scenarios = 1'500;
constexpr std::size_t ledgers_max = 4;
constexpr std::size_t windowed_dimensions = dimension_count - 1;

struct Shape {
    std::int64_t window_us = 0;
    std::vector<std::int64_t> limits;  ///< by dimension; of requests in flight there is no such time
};

struct Spending {
    std::int64_t after_millionths = 0;  ///< of the shortest window, since the one before
    Amounts amounts;
    std::uint32_t ledgers = 0;  ///< which are charged, as bits
};

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
    out << "\n  window " << shape.window_us << " us, limits";
    for (const std::int64_t limit : shape.limits) out << " " << (limit == unlimited ? -1 : limit);
    return out;
}

std::ostream& operator<<(std::ostream& out, const Spending& spending) {
    return out << "\n  after " << spending.after_millionths << " ppm: " << spending.amounts.requests << "/"
               << spending.amounts.input_tokens << "/" << spending.amounts.output_tokens << " in "
               << spending.ledgers;
}

rc::Gen<Amounts> any_amounts() {
    return rc::gen::build<Amounts>(
        rc::gen::set(&Amounts::requests, rc::gen::inRange<std::int64_t>(0, 3)),
        rc::gen::set(&Amounts::input_tokens, rc::gen::inRange<std::int64_t>(0, 50)),
        rc::gen::set(&Amounts::output_tokens, rc::gen::inRange<std::int64_t>(0, 50)));
}

rc::Gen<Shape> any_shape() {
    const auto window_us = rc::gen::weightedOneOf<std::int64_t>(
        {{2, rc::gen::element(second_us, 7 * second_us, minute_us, 31 * day_us)},
         {3, rc::gen::inRange(second_us, 10 * second_us)},
         {1, rc::gen::inRange(second_us, 31 * day_us)}});
    const auto limit = rc::gen::weightedOneOf<std::int64_t>(
        {{1, rc::gen::just(unlimited)}, {4, rc::gen::inRange<std::int64_t>(100, 300)}});
    return rc::gen::build<Shape>(rc::gen::set(&Shape::window_us, window_us),
                                 rc::gen::set(&Shape::limits, rc::gen::container<std::vector<std::int64_t>>(
                                                                  windowed_dimensions, limit)));
}

rc::Gen<Spending> any_spending() {
    return rc::gen::build<Spending>(
        rc::gen::set(&Spending::after_millionths, rc::gen::inRange<std::int64_t>(0, 60'000)),
        rc::gen::set(&Spending::amounts, any_amounts()),
        rc::gen::set(&Spending::ledgers, rc::gen::inRange<std::uint32_t>(0, 1U << ledgers_max)));
}

std::vector<LedgerLimits> ledgers_of(const std::vector<Shape>& shapes) {
    std::vector<LedgerLimits> ledgers;
    for (const Shape& shape : shapes) {
        LedgerLimits made = ledger("ledger" + std::to_string(ledgers.size()), shape.window_us, {});
        for (std::size_t i = 0; i < windowed_dimensions; ++i)
            made.limits.set(all_dimensions[i], shape.limits[i]);
        ledgers.push_back(made);
    }
    return ledgers;
}

std::int64_t shortest_window_us(const std::vector<Shape>& shapes) {
    std::int64_t shortest = INT64_MAX;
    for (const Shape& shape : shapes) shortest = std::min(shortest, shape.window_us);
    return shortest;
}

/// Spends on some of the ledgers, all of it settled; limits are not looked at, so there may be debt.
void spend(StoreDriver& store, const Spending& spending, const std::vector<LedgerLimits>& all) {
    std::vector<LedgerLimits> charged;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if ((spending.ledgers >> i & 1U) == 0) continue;
        charged.push_back(all[i]);
        charged.back().limits = {};
    }
    Decision decision = store.reserve(spending.amounts, charged);
    store.settle(std::move(decision.reservation).value(), {.input_tokens = spending.amounts.input_tokens,
                                                           .output_tokens = spending.amounts.output_tokens,
                                                           .certainty = Certainty::exact,
                                                           .unproduced = Unproduced::release});
}

}  // namespace

TEST_P(LimiterModel, RefusedUntilRetryAfterAndAdmittedThen) {
    int refused = 0;
    check_property({.cases = scenarios}, [&] {
        const auto shapes = *rc::gen::mapcat(
            rc::gen::inRange<std::size_t>(1, ledgers_max + 1),
            [](auto count) { return rc::gen::container<std::vector<Shape>>(count, any_shape()); });
        const auto spendings = *rc::gen::container<std::vector<Spending>>(any_spending());
        const Demand demand = *any_amounts();
        const std::vector<LedgerLimits> ledgers = ledgers_of(shapes);
        StoreDriver store(GetParam());
        for (const Spending& spending : spendings) {
            store.advance(shortest_window_us(shapes) / 1'000'000 * spending.after_millionths);
            spend(store, spending, ledgers);
        }
        Decision decision = store.reserve(demand, ledgers);
        if (decision.verdict == Verdict::refused) {
            ++refused;
            const std::int64_t retry_after_us = decision.refusal.retry_after_us;
            RC_ASSERT(retry_after_us > 0);
            store.advance(retry_after_us - 1);
            decision = store.reserve(demand, ledgers);
            RC_ASSERT(decision.verdict == Verdict::refused);
            RC_ASSERT(decision.refusal.retry_after_us == 1);
            store.advance(1);
            decision = store.reserve(demand, ledgers);
        }
        RC_ASSERT(decision.verdict == Verdict::admitted);
        ReservationAccess::close(*decision.reservation);
    });
    EXPECT_GT(refused, scenarios / 4) << "too few scenarios reach a limit to say anything";
}

}  // namespace weir::testing
