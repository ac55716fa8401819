// What was used, by key, model and day, and by key and hour: counted in each worker, gathered by the node,
// summed over all. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::usage {

/// The most of one minute. Of hours alone.
struct Peaks {
    std::int64_t requests = 0;  ///< admitted
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
    std::int64_t total_tokens = 0;  ///< of one minute both, which is less than their two peaks may come to

    bool operator==(const Peaks&) const noexcept = default;
};

/// Rises only. A sum that 64 bits have no room for stays at the largest that they have.
struct Amounts {
    std::int64_t requests = 0;  ///< decided on: admitted + refused
    std::int64_t admitted = 0;
    std::int64_t refused = 0;
    std::int64_t input_tokens = 0;  ///< settled, before `cached_input_weight`; cached ones among them
    std::int64_t cached_input_tokens = 0;
    std::int64_t output_tokens = 0;
    Peaks peaks = {};

    /// Sums add up; of two peaks the higher stays.
    Amounts& operator+=(const Amounts& added) noexcept;
    /// Undoes it as far as can be told: a peak that is not above the one taken away is gone, since it came
    /// with it.
    Amounts& operator-=(const Amounts& taken) noexcept;
    bool operator==(const Amounts&) const noexcept = default;
};

struct AmountMember {
    std::string_view name;
    std::int64_t Amounts::*value;
};
/// All sums, in the order of documents, tables and what a shared store is given.
inline constexpr std::array<AmountMember, 6> amount_members{
    {{"requests", &Amounts::requests},
     {"admitted", &Amounts::admitted},
     {"refused", &Amounts::refused},
     {"input_tokens", &Amounts::input_tokens},
     {"cached_input_tokens", &Amounts::cached_input_tokens},
     {"output_tokens", &Amounts::output_tokens}}};

struct PeakMember {
    std::string_view name;
    std::int64_t Peaks::*value;
};
inline constexpr std::array<PeakMember, 4> peak_members{{{"requests", &Peaks::requests},
                                                         {"input_tokens", &Peaks::input_tokens},
                                                         {"output_tokens", &Peaks::output_tokens},
                                                         {"total_tokens", &Peaks::total_tokens}}};

/// The values in that order, and back.
using AmountValues = std::array<std::int64_t, amount_members.size()>;
AmountValues values_of(const Amounts& amounts) noexcept;
Amounts amounts_of(const AmountValues& values) noexcept;
using PeakValues = std::array<std::int64_t, peak_members.size()>;
PeakValues values_of(const Peaks& peaks) noexcept;
Peaks peaks_of(const PeakValues& values) noexcept;

inline constexpr int whole_day = -1;
/// Hours since 1970-01-01, of an hour of a day.
constexpr std::int64_t hour_of(std::int64_t day, int hour) noexcept {
    return day * 24 + hour;
}

/// One sum.
struct Row {
    std::int64_t day = 0;  ///< since 1970-01-01, UTC
    std::string key;       ///< id of the key, as in the access log
    std::string model;  ///< as asked for, made printable and cut; empty: none was named, or it is of an hour
    Amounts amounts;
    int hour = whole_day;  ///< 0 to 23: of that hour of the day alone
};

/// Which parts of a row's name are kept when rows are summed.
struct Grouping {
    bool key = true;
    bool model = true;
    bool day = true;
};
/// Summed and sorted by day, key, model; parts that are not kept are empty (day: 0).
std::vector<Row> group(std::vector<Row> rows, Grouping by);

/// {"from":"…","to":"…","rows":[{"day":"…","key":"…","model":"…","requests":1,…}],"total":{…}}; members of
/// the grouping only.
std::string totals_json(const std::vector<Row>& rows, Grouping by, std::int64_t from_day,
                        std::int64_t to_day);
/// RFC 4180, with a header line; fields that a spreadsheet would take for a formula are disarmed.
std::string totals_csv(const std::vector<Row>& rows, Grouping by);

}  // namespace weir::usage
