// The hour comes first in the index: what is written lies together, and so does what is dropped. A key's
// history is as many look-ups as it has hours.
#include "usage/hours_table.hpp"

#include <algorithm>

namespace weir::usage {

namespace {

constexpr std::string_view update_sql =
    "UPDATE hours SET requests = requests + ?1, refused = refused + ?2, input_tokens = input_tokens + ?3,"
    " output_tokens = output_tokens + ?4, peak_requests = MAX(peak_requests, ?5),"
    " peak_input_tokens = MAX(peak_input_tokens, ?6), peak_output_tokens = MAX(peak_output_tokens, ?7),"
    " peak_total_tokens = MAX(peak_total_tokens, ?8) WHERE hour = ?9 AND key = ?10";
constexpr std::string_view insert_sql =
    "INSERT INTO hours (requests, refused, input_tokens, output_tokens, peak_requests, peak_input_tokens,"
    " peak_output_tokens, peak_total_tokens, hour, key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
constexpr std::string_view select_sql =
    "SELECT requests, refused, input_tokens, output_tokens, peak_requests, peak_input_tokens, "
    "peak_output_tokens,"
    " peak_total_tokens FROM hours WHERE hour = ?1 AND key = ?2";

void run(Statement& statement, std::int64_t hour, std::string_view key, const Amounts& amounts) {
    statement.bind(amounts.requests).bind(amounts.refused);
    statement.bind(amounts.input_tokens).bind(amounts.output_tokens);
    for (const std::int64_t peak : values_of(amounts.peaks)) statement.bind(peak);
    statement.bind(hour).bind(key).finish();
}

}  // namespace

HoursTable::HoursTable(Disk& disk)
    : disk_(disk),
      update_(disk.connection(), update_sql),
      insert_(disk.connection(), insert_sql),
      select_(disk.connection(), select_sql),
      rows_(disk.connection(), "hours", "hour") {}

bool HoursTable::update(std::int64_t hour, std::string_view key, const Amounts& amounts) {
    run(update_, hour, key, amounts);
    return disk_.connection().changes() > 0;
}

void HoursTable::add_row(const NameView& name, const Amounts& amounts) {
    const std::int64_t hour = hour_of(name.day, name.hour);
    if (update(hour, name.key, amounts)) return;
    std::string_view key = name.key;
    if (rows_.of(hour) >= keys_of_hour_max) {
        ++folded_;
        key = other;
        if (update(hour, key, amounts)) return;
    }
    run(insert_, hour, key, amounts);
    ++rows_.of(hour);
}

std::vector<KeyHour> HoursTable::hours(std::string_view key, std::int64_t from, std::int64_t to) {
    std::vector<KeyHour> hours;
    for (std::int64_t hour = from; hour <= to; ++hour) {
        select_.bind(hour).bind(key);
        if (!select_.step()) continue;
        KeyHour found{.hour = hour, .amounts = {}};
        found.amounts.requests = select_.number(0);
        found.amounts.refused = select_.number(1);
        found.amounts.input_tokens = select_.number(2);
        found.amounts.output_tokens = select_.number(3);
        PeakValues peaks{};
        for (std::size_t i = 0; i < peaks.size(); ++i) peaks[i] = select_.number(4 + static_cast<int>(i));
        found.amounts.peaks = peaks_of(peaks);
        select_.finish();
        hours.push_back(found);
    }
    return hours;
}

void HoursTable::forget_before(std::int64_t before) {
    const std::optional<std::int64_t> first = rows_.oldest_before(before);
    if (!first) return;
    const std::int64_t behind = std::min(before, *first + 24);
    Statement remove(disk_.connection(), "DELETE FROM hours WHERE hour < ?1");
    remove.bind(behind).finish();
    rows_.drop_before(behind);
}

void HoursTable::forget_old(std::int64_t now_hour) {
    forget_before(now_hour - hours_kept);
    if (!disk_.is_in_memory()) return;
    const std::int64_t rows = disk_.connection().number("SELECT COUNT(*) FROM hours");
    if (rows > static_cast<std::int64_t>(rows_in_memory_max)) forget_before(now_hour);
}

}  // namespace weir::usage
