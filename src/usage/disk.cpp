// A file that is broken, or that a newer weir has written, costs its history and no more: it is put aside for
// whoever can read it, and counting goes on.
#include "usage/disk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "text/times.hpp"

namespace weir::usage {

namespace {

/// Above, reading all of it would keep the start waiting; what is broken shows when it is used.
constexpr std::uintmax_t checked_bytes_max = 128U << 20U;

constexpr const char* totals_sql = R"(
    CREATE TABLE totals (
        day INTEGER NOT NULL, key TEXT NOT NULL, model TEXT NOT NULL,
        requests INTEGER NOT NULL, admitted INTEGER NOT NULL, refused INTEGER NOT NULL,
        input_tokens INTEGER NOT NULL, cached_input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
        PRIMARY KEY (day, key, model)) WITHOUT ROWID)";

/// An hour of -1: of the whole day.
constexpr const char* ledger_sql = R"(
    CREATE TABLE ledger (
        day INTEGER NOT NULL, hour INTEGER NOT NULL, key TEXT NOT NULL, model TEXT NOT NULL,
        requests INTEGER NOT NULL, admitted INTEGER NOT NULL, refused INTEGER NOT NULL,
        input_tokens INTEGER NOT NULL, cached_input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
        peak_requests INTEGER NOT NULL, peak_input_tokens INTEGER NOT NULL,
        peak_output_tokens INTEGER NOT NULL, peak_total_tokens INTEGER NOT NULL,
        acknowledged_requests INTEGER NOT NULL, acknowledged_admitted INTEGER NOT NULL,
        acknowledged_refused INTEGER NOT NULL, acknowledged_input_tokens INTEGER NOT NULL,
        acknowledged_cached_input_tokens INTEGER NOT NULL, acknowledged_output_tokens INTEGER NOT NULL,
        acknowledged_peak_requests INTEGER NOT NULL, acknowledged_peak_input_tokens INTEGER NOT NULL,
        acknowledged_peak_output_tokens INTEGER NOT NULL, acknowledged_peak_total_tokens INTEGER NOT NULL,
        PRIMARY KEY (day, hour, key, model)) WITHOUT ROWID;
    CREATE TABLE in_flight (
        day INTEGER NOT NULL, hour INTEGER NOT NULL, key TEXT NOT NULL, model TEXT NOT NULL,
        requests INTEGER NOT NULL, admitted INTEGER NOT NULL, refused INTEGER NOT NULL,
        input_tokens INTEGER NOT NULL, cached_input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
        peak_requests INTEGER NOT NULL, peak_input_tokens INTEGER NOT NULL,
        peak_output_tokens INTEGER NOT NULL, peak_total_tokens INTEGER NOT NULL))";

constexpr const char* hours_sql = R"(
    CREATE TABLE hours (
        hour INTEGER NOT NULL, key TEXT NOT NULL, requests INTEGER NOT NULL, refused INTEGER NOT NULL,
        input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
        peak_requests INTEGER NOT NULL, peak_input_tokens INTEGER NOT NULL,
        peak_output_tokens INTEGER NOT NULL, peak_total_tokens INTEGER NOT NULL,
        PRIMARY KEY (hour, key)) WITHOUT ROWID)";

class NewerSchema : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// "2026-11-26T071500Z"
std::string time_in_name(std::int64_t now_us) {
    std::string text = text::rfc3339_seconds(now_us);
    std::erase(text, ':');
    return text;
}

/// Names of keys are nobody else's business. SQLite gives its further files the same rights.
void make_private(const std::string& path) {
    constexpr mode_t by_owner = 0600;
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, by_owner);
    if (file >= 0) ::close(file);
}

}  // namespace

Disk::Disk(const std::string& directory, Durability durability, std::int64_t now_us)
    : path_(directory.empty() ? ":memory:" : directory + "/usage.sqlite") {
    try {
        open(durability);
    } catch (const SqliteError& error) {
        if (!error.is_corrupt()) throw;
        set_aside(now_us, "broken", error.what(), "the sqlite3 tool's .recover may save what is in it");
        open(durability);
    } catch (const NewerSchema& newer) {
        set_aside(now_us, "newer", newer.what(), "that weir reads it under its old name");
        open(durability);
    }
}

void Disk::open(Durability durability) {
    if (!is_in_memory()) make_private(path_);
    connection_ = std::make_unique<Connection>(path_);
    // First of all: what a newer weir has written is not touched.
    const std::int64_t found = connection_->number("PRAGMA user_version");
    if (found > schema) {
        throw NewerSchema("a newer weir wrote it, schema " + std::to_string(found) + ", and this one knows " +
                          std::to_string(schema));
    }
    connection_->text("PRAGMA journal_mode = WAL");
    connection_->run(durability == Durability::medium ? "PRAGMA synchronous = FULL"
                                                      : "PRAGMA synchronous = NORMAL");
    connection_->run("PRAGMA journal_size_limit = 16777216");
    check(found);
}

void Disk::check(std::int64_t found) {
    if (found == 0) return make_tables();
    if (found == 1) bring_up_from_1();
    std::error_code error;
    const std::uintmax_t bytes = std::filesystem::file_size(path_, error);
    if (error || bytes > checked_bytes_max) return;
    const std::string verdict = connection_->text("PRAGMA quick_check(1)");
    if (verdict != "ok") throw SqliteError(path_ + ": " + verdict, SqliteError::corrupt);
}

void Disk::make_tables() {
    Transaction transaction(*connection_);
    connection_->run(totals_sql);
    connection_->run(ledger_sql);
    connection_->run(hours_sql);
    connection_->run(
        "CREATE TABLE node (name TEXT NOT NULL, sequence INTEGER NOT NULL,"
        " acknowledged INTEGER NOT NULL, in_flight INTEGER NOT NULL); PRAGMA user_version = 2");
    transaction.commit();
}

/// Schema 1 knew no hours: its ledger and the batch that may be in flight are of days.
void Disk::bring_up_from_1() {
    Transaction transaction(*connection_);
    connection_->run(
        "ALTER TABLE ledger RENAME TO old_ledger; ALTER TABLE in_flight RENAME TO old_in_flight");
    connection_->run(ledger_sql);
    connection_->run(hours_sql);
    connection_->run(R"(
        INSERT INTO ledger SELECT day, -1, key, model,
            requests, admitted, refused, input_tokens, cached_input_tokens, output_tokens, 0, 0, 0, 0,
            acknowledged_requests, acknowledged_admitted, acknowledged_refused, acknowledged_input_tokens,
            acknowledged_cached_input_tokens, acknowledged_output_tokens, 0, 0, 0, 0 FROM old_ledger;
        INSERT INTO in_flight SELECT day, -1, key, model,
            requests, admitted, refused, input_tokens, cached_input_tokens, output_tokens, 0, 0, 0, 0
            FROM old_in_flight ORDER BY rowid;
        DROP TABLE old_ledger;
        DROP TABLE old_in_flight;
        PRAGMA user_version = 2;)");
    transaction.commit();
}

void Disk::set_aside(std::int64_t now_us, const std::string& kind, const std::string& why,
                     const std::string& advice) {
    connection_.reset();
    std::string aside = path_ + "." + kind + "-" + time_in_name(now_us);
    while (std::filesystem::exists(aside)) aside += "x";
    std::filesystem::rename(path_, aside);
    for (const char* further : {"-wal", "-shm"}) {
        std::error_code error;  // seldom there
        std::filesystem::rename(path_ + further, aside + further, error);
    }
    notes_.push_back("the totals of usage can't be read (" + why + "): the file is kept as " + aside +
                     ", and counting begins anew; " + advice);
}

}  // namespace weir::usage
