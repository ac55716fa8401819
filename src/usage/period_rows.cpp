// Two questions, and what they were answered.
#include "usage/period_rows.hpp"

namespace weir::usage {

PeriodRows::PeriodRows(Connection& connection, const std::string& table, const std::string& period)
    : count_(connection, "SELECT COUNT(*) FROM " + table + " WHERE " + period + " = ?1"),
      oldest_(connection, "SELECT MIN(" + period + ") FROM " + table + " WHERE " + period + " < ?1") {}

std::size_t& PeriodRows::of(std::int64_t period) {
    const auto [entry, is_new] = counts_.try_emplace(period, 0);
    if (is_new) {
        count_.bind(period);
        if (count_.step()) entry->second = static_cast<std::size_t>(count_.number(0));
        count_.finish();
    }
    return entry->second;
}

std::optional<std::int64_t> PeriodRows::oldest_before(std::int64_t before) {
    oldest_.bind(before);
    if (!oldest_.step()) return std::nullopt;
    const std::int64_t oldest = oldest_.number(0);
    const bool is_one = !oldest_.text(0).empty();
    oldest_.finish();
    return is_one ? std::optional(oldest) : std::nullopt;
}

}  // namespace weir::usage
