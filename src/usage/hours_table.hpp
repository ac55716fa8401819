// The hours of keys in the embedded store of usage: beside the totals, in the same file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "usage/disk.hpp"
#include "usage/hours.hpp"
#include "usage/period_rows.hpp"
#include "usage/row_map.hpp"

namespace weir::usage {

/// One thread at a time. Every function throws SqliteError. Size: 40 to 60 bytes for an hour of a key in
/// which it asked for something, 50 KB at the most for a key, which asks all the time.
class HoursTable {
public:
    static constexpr std::size_t keys_of_hour_max = 10'000;     ///< one more is counted under "(other)"
    static constexpr std::size_t rows_in_memory_max = 200'000;  ///< without a file; the oldest give way

    /// `disk` outlives it.
    explicit HoursTable(Disk& disk);

    /// Within a transaction of the caller's.
    void add_row(const NameView& name, const Amounts& amounts);
    /// Of one key, ascending, both hours included; those without a row are left out.
    std::vector<KeyHour> hours(std::string_view key, std::int64_t from, std::int64_t to);
    /// Drops what is older than five weeks, a day of it at the most: no call takes long, and a clock that was
    /// wrong for a moment costs little.
    void forget_old(std::int64_t now_hour);
    /// The transaction was rolled back.
    void count_anew() noexcept { rows_.count_anew(); }
    std::uint64_t folded() const noexcept { return folded_; }

private:
    bool update(std::int64_t hour, std::string_view key, const Amounts& amounts);
    void forget_before(std::int64_t before);

    Disk& disk_;
    Statement update_;
    Statement insert_;
    Statement select_;
    PeriodRows rows_;
    std::uint64_t folded_ = 0;
};

}  // namespace weir::usage
