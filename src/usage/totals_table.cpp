// Most rows are there already: they are updated first, and only what was not there is looked into.
#include "usage/totals_table.hpp"

#include <stdexcept>
#include <string>

namespace weir::usage {

namespace {

constexpr std::string_view update_sql =
    "UPDATE totals SET requests = requests + ?1, admitted = admitted + ?2, refused = refused + ?3,"
    " input_tokens = input_tokens + ?4, cached_input_tokens = cached_input_tokens + ?5,"
    " output_tokens = output_tokens + ?6 WHERE day = ?7 AND key = ?8 AND model = ?9";
constexpr std::string_view insert_sql =
    "INSERT INTO totals (requests, admitted, refused, input_tokens, cached_input_tokens, output_tokens,"
    " day, key, model) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

void run(Statement& statement, const NameView& name, const Amounts& amounts) {
    for (const std::int64_t value : values_of(amounts)) statement.bind(value);
    statement.bind(name.day).bind(name.key).bind(name.model).finish();
}

std::string question(Grouping by) {
    const std::string day = by.day ? "day" : "0";
    const std::string key = by.key ? "key" : "''";
    const std::string model = by.model ? "model" : "''";
    return "SELECT " + day + " AS d, " + key + " AS k, " + model +
           " AS m, SUM(requests), SUM(admitted), SUM(refused), SUM(input_tokens), SUM(cached_input_tokens),"
           " SUM(output_tokens) FROM totals WHERE day BETWEEN ?1 AND ?2 GROUP BY d, k, m ORDER BY d, k, m"
           " LIMIT ?3";
}

}  // namespace

TotalsTable::TotalsTable(Disk& disk)
    : disk_(disk),
      hours_(disk),
      update_(disk.connection(), update_sql),
      insert_(disk.connection(), insert_sql),
      count_models_(disk.connection(), "SELECT COUNT(*) FROM totals WHERE day = ?1 AND key = ?2"),
      rows_(disk.connection(), "totals", "day") {}

NameView TotalsTable::name_of_new(const NameView& wanted) {
    count_models_.bind(wanted.day).bind(wanted.key);
    const bool is_counted = count_models_.step();
    const auto models = static_cast<std::size_t>(is_counted ? count_models_.number(0) : 0);
    if (is_counted) count_models_.finish();
    const NameView name = name_with_room(wanted, rows_.of(wanted.day), rows_of_day_max, models);
    if (name != wanted) ++folded_;
    return name;
}

void TotalsTable::add_row(const NameView& wanted, const Amounts& amounts) {
    run(update_, wanted, amounts);
    if (disk_.connection().changes() > 0) return;
    const NameView name = name_of_new(wanted);
    if (name != wanted) {
        run(update_, name, amounts);
        if (disk_.connection().changes() > 0) return;
    }
    run(insert_, name, amounts);
    ++rows_.of(name.day);
}

void TotalsTable::add(const std::vector<Row>& rows) {
    try {
        Transaction transaction(disk_.connection());
        for (const Row& row : rows) {
            const NameView name{row.day, row.key, row.model, row.hour};
            row.hour == whole_day ? add_row(name, row.amounts) : hours_.add_row(name, row.amounts);
        }
        transaction.commit();
    } catch (...) {
        rows_.count_anew();
        hours_.count_anew();
        throw;
    }
}

std::vector<Row> TotalsTable::totals(std::int64_t from_day, std::int64_t to_day, Grouping by) {
    Statement select(disk_.connection(), question(by));
    select.bind(from_day).bind(to_day).bind(rows_told_max + 1);
    std::vector<Row> rows;
    while (select.step()) {
        AmountValues values{};
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = select.number(3 + static_cast<int>(i));
        rows.push_back({select.number(0), select.text(1), select.text(2), amounts_of(values)});
    }
    if (rows.size() > static_cast<std::size_t>(rows_told_max)) {
        throw std::length_error("more than " + std::to_string(rows_told_max) +
                                " rows: ask for fewer days, or group by fewer of key, model and day");
    }
    return rows;
}

void TotalsTable::forget_day(std::int64_t before) {
    const std::optional<std::int64_t> day = rows_.oldest_before(before);
    if (!day) return;
    Statement remove(disk_.connection(), "DELETE FROM totals WHERE day = ?1");
    remove.bind(*day).finish();
    rows_.drop_before(*day + 1);
}

void TotalsTable::forget_old(std::int64_t today) {
    forget_day(today - days_kept + 1);
    if (!disk_.is_in_memory()) return;
    const std::int64_t rows = disk_.connection().number("SELECT COUNT(*) FROM totals");
    if (rows > static_cast<std::int64_t>(rows_in_memory_max)) forget_day(today);
}

}  // namespace weir::usage
