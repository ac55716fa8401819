// A batch and the totals that it was made of are kept in the same transaction, before it is sent.
#include "usage/ledger_table.hpp"

#include <utility>
#include <vector>

#include "text/hex.hpp"

namespace weir::usage {

namespace {

Statement& bind(Statement& statement, const NameView& name) {
    return statement.bind(name.day).bind(std::int64_t{name.hour}).bind(name.key).bind(name.model);
}

Statement& bind(Statement& statement, const Amounts& amounts) {
    for (const std::int64_t value : values_of(amounts)) statement.bind(value);
    for (const std::int64_t value : values_of(amounts.peaks)) statement.bind(value);
    return statement;
}

Amounts read_amounts(const Statement& statement, int column) {
    AmountValues values{};
    for (std::int64_t& value : values) value = statement.number(column++);
    Amounts amounts = amounts_of(values);
    PeakValues peaks{};
    for (std::int64_t& peak : peaks) peak = statement.number(column++);
    amounts.peaks = peaks_of(peaks);
    return amounts;
}

/// Of the ledger and of the batch in flight alike, the amounts begin behind the name.
constexpr int first_amount = 4;
constexpr int first_acknowledged =
    first_amount + static_cast<int>(amount_members.size() + peak_members.size());

Row read_row(const Statement& statement) {
    return {.day = statement.number(0),
            .key = statement.text(2),
            .model = statement.text(3),
            .amounts = read_amounts(statement, first_amount),
            .hour = static_cast<int>(statement.number(1))};
}

}  // namespace

std::string random_node_name() {
    return text::random_hex(16);
}

LedgerTable::LedgerTable(Disk& disk) : disk_(disk) {
    name_ = disk.connection().text("SELECT name FROM node");
    if (!name_.empty()) return;
    name_ = random_node_name();
    Statement insert(disk.connection(), "INSERT INTO node VALUES (?1, 0, 0, 0)");
    insert.bind(std::string_view(name_)).finish();
}

Ledger LedgerTable::load() {
    Ledger::Head head;
    Statement node(disk_.connection(), "SELECT sequence, acknowledged, in_flight FROM node");
    if (node.step()) {
        head = {static_cast<std::uint64_t>(node.number(0)), static_cast<std::uint64_t>(node.number(1)),
                node.number(2) != 0};
    }
    std::vector<Ledger::KeptRow> rows;
    Statement ledger(disk_.connection(), "SELECT * FROM ledger");
    while (ledger.step()) {
        const Row row = read_row(ledger);
        rows.push_back({Name(NameView{row.day, row.key, row.model, row.hour}),
                        {row.amounts, read_amounts(ledger, first_acknowledged)}});
    }
    std::vector<Row> increments;
    Statement batch(disk_.connection(), "SELECT * FROM in_flight ORDER BY rowid");
    while (batch.step()) increments.push_back(read_row(batch));
    return {head, std::move(rows), std::move(increments)};
}

void LedgerTable::keep(const Ledger::Changes& changes) {
    Connection& connection = disk_.connection();
    Transaction transaction(connection);
    Statement remove(connection,
                     "DELETE FROM ledger WHERE day = ?1 AND hour = ?2 AND key = ?3 AND model = ?4");
    for (const Name& name : changes.forgotten) bind(remove, name).finish();
    Statement put(connection,
                  "INSERT OR REPLACE INTO ledger VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
                  " ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)");
    for (const Ledger::KeptRow& row : changes.rows) {
        bind(put, row.name);
        bind(put, row.amount.total);
        bind(put, row.amount.acknowledged).finish();
    }
    if (changes.in_flight) {
        connection.run("DELETE FROM in_flight");
        Statement add(connection,
                      "INSERT INTO in_flight VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
                      " ?14)");
        for (const Row& row : *changes.in_flight) {
            bind(add, NameView{row.day, row.key, row.model, row.hour});
            bind(add, row.amounts).finish();
        }
    }
    Statement head(connection, "UPDATE node SET sequence = ?1, acknowledged = ?2, in_flight = ?3");
    head.bind(static_cast<std::int64_t>(changes.head.sequence));
    head.bind(static_cast<std::int64_t>(changes.head.acknowledged));
    head.bind(std::int64_t{changes.head.in_flight}).finish();
    transaction.commit();
}

}  // namespace weir::usage
