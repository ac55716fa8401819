// What a key used hour by hour, within the last five weeks: as it is made of what requests used, and as it is
// read. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "usage/totals.hpp"

namespace weir::usage {

/// Five weeks: as many of each hour of the week as a profile needs.
inline constexpr std::int64_t hours_kept = 840;
inline constexpr std::int64_t hour_us = 3'600'000'000;

/// One hour of a key. Hours in which it asked for nothing are not kept.
struct KeyHour {
    std::int64_t hour = 0;  ///< since 1970-01-01, UTC
    Amounts amounts;        ///< `admitted` and `cached_input_tokens` are not kept: 0

    bool operator==(const KeyHour&) const noexcept = default;
};

/// A row for one hour (since 1970-01-01) of a key.
Row hour_row(std::string_view key, std::int64_t hour, const Amounts& amounts);

/// The rows of the hour of `now_us` that these rows of days come to: a row for each key, whatever its models.
/// Keys that are not `known` are left out, for nobody recommends them a limit.
std::vector<Row> hour_rows(const std::vector<Row>& rows, std::int64_t now_us,
                           const std::function<bool(const std::string&)>& is_known);

}  // namespace weir::usage
