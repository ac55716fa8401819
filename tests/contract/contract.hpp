// The fixtures of the contract suite, and short names for what its tests say again and again.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "contract/store.hpp"
#include "weir/limiter.hpp"

namespace weir::testing {

inline constexpr std::int64_t second_us = 1'000'000;
inline constexpr std::int64_t minute_us = 60 * second_us;
inline constexpr std::int64_t day_us = std::int64_t{24} * 60 * minute_us;

using LimitOf = std::pair<Dimension, std::int64_t>;

inline LedgerLimits ledger(std::string name, std::int64_t window_us, std::initializer_list<LimitOf> limits) {
    LedgerLimits made;
    made.ledger = std::move(name);
    made.window_us = window_us;
    for (const auto& [dimension, limit] : limits) made.limits.set(dimension, limit);
    return made;
}

/// A level as one comparable and printable row: ledger, dimension, limit, used, reset.
using LevelRow = std::tuple<std::size_t, std::string, std::int64_t, std::int64_t, std::int64_t>;

inline LevelRow row_of(const Level& level) {
    return {level.ledger_index, std::string(to_string(level.dimension)), level.limit, level.used,
            level.reset_us};
}

inline std::vector<LevelRow> rows_of(const std::vector<Level>& levels) {
    std::vector<LevelRow> rows;
    for (const Level& level : levels) rows.push_back(row_of(level));
    return rows;
}

/// How every store behaves, seen through the seam alone.
class LimiterContract : public ::testing::TestWithParam<StoreKind> {
protected:
    using Ledgers = std::vector<LedgerLimits>;

    /// Admits or fails the test, and hands out the reservation.
    Reservation admit(Demand demand, const Ledgers& ledgers) {
        Decision decision = store.reserve(demand, ledgers);
        EXPECT_EQ(decision.verdict, Verdict::admitted);
        return std::move(decision.reservation).value();
    }
    /// Admitted, and used exactly as demanded: nothing is in flight afterwards.
    void spend(Demand demand, const Ledgers& ledgers) {
        store.settle(admit(demand, ledgers), exactly(demand));
    }
    Refusal refuse(Demand demand, const Ledgers& ledgers) {
        const Decision decision = store.reserve(demand, ledgers);
        EXPECT_EQ(decision.verdict, Verdict::refused);
        EXPECT_FALSE(decision.reservation.has_value());
        return decision.refusal;
    }
    static Usage exactly(const Demand& demand) {
        return {.input_tokens = demand.input_tokens,
                .output_tokens = demand.output_tokens,
                .certainty = Certainty::exact,
                .unproduced = Unproduced::release};
    }
    /// What a ledger holds, whatever its limits.
    Amounts used(const std::string& name, std::int64_t window_us = minute_us) {
        const Ledgers watched{ledger(name, window_us,
                                     {{Dimension::requests, limit_max},
                                      {Dimension::input_tokens, limit_max},
                                      {Dimension::output_tokens, limit_max}})};
        const std::vector<Level> levels = store.peek(watched);
        return {levels.at(0).used, levels.at(1).used, levels.at(2).used};
    }

    StoreDriver store{GetParam()};
};

/// Stores against models, on random operations.
class LimiterModel : public ::testing::TestWithParam<StoreKind> {};

}  // namespace weir::testing

namespace weir {

inline void PrintTo(const Amounts& amounts, std::ostream* out) {
    *out << "{requests " << amounts.requests << ", input " << amounts.input_tokens << ", output "
         << amounts.output_tokens << "}";
}

inline void PrintTo(const LedgerContents::Entry& entry, std::ostream* out) {
    *out << "until " << entry.expires_us << " us ";
    PrintTo(entry.amounts, out);
}

}  // namespace weir
