// How many rows a table of usage has in each of its periods, days or hours, without asking each time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "usage/sqlite.hpp"

namespace weir::usage {

/// One thread at a time. Throws SqliteError.
class PeriodRows {
public:
    /// `period`: the table's column that says which one a row is of.
    PeriodRows(Connection& connection, const std::string& table, const std::string& period);

    /// Counted when it is asked for first; whoever adds a row counts it here.
    std::size_t& of(std::int64_t period);
    /// The first period that has rows, of those before that one.
    std::optional<std::int64_t> oldest_before(std::int64_t before);
    /// The rows of all periods before that one are gone.
    void drop_before(std::int64_t before) { counts_.erase(counts_.begin(), counts_.lower_bound(before)); }
    /// The transaction was rolled back.
    void count_anew() noexcept { counts_.clear(); }

private:
    Statement count_;
    Statement oldest_;
    std::map<std::int64_t, std::size_t> counts_;
};

}  // namespace weir::usage
