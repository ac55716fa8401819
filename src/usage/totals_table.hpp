// The embedded store of usage: the totals themselves, and the hours of keys, added to in one transaction a
// flush.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "usage/disk.hpp"
#include "usage/hours_table.hpp"
#include "usage/period_rows.hpp"
#include "usage/row_map.hpp"

namespace weir::usage {

/// One thread at a time. Every function throws SqliteError; nothing has changed then.
class TotalsTable {
public:
    static constexpr std::size_t rows_of_day_max = 200'000;
    static constexpr std::size_t rows_in_memory_max = 200'000;  ///< of all days; the oldest give way
    static constexpr std::int64_t days_kept = 400;
    /// A question that has more rows than that for an answer is refused.
    static constexpr std::int64_t rows_told_max = 1'000'000;

    /// `disk` outlives it.
    explicit TotalsTable(Disk& disk);

    /// Rows of days and of hours.
    void add(const std::vector<Row>& rows);
    /// Grouped and sorted as `group` does it; both days included. Throws std::length_error where it is too
    /// much for one answer.
    std::vector<Row> totals(std::int64_t from_day, std::int64_t to_day, Grouping by);
    /// Drops a day that is older than 400 days, no more of them at once: no call takes long, and a clock that
    /// was wrong for a moment costs no history.
    void forget_old(std::int64_t today);
    /// How many additions found no room of their own.
    std::uint64_t folded() const noexcept { return folded_ + hours_.folded(); }
    HoursTable& hours() noexcept { return hours_; }

private:
    NameView name_of_new(const NameView& wanted);
    void add_row(const NameView& name, const Amounts& amounts);
    void forget_day(std::int64_t before);

    Disk& disk_;
    HoursTable hours_;
    Statement update_;
    Statement insert_;
    Statement count_models_;
    PeriodRows rows_;
    std::uint64_t folded_ = 0;
};

}  // namespace weir::usage
