// Errors carry SQLite's own words and the name of the file.
#include "usage/sqlite.hpp"

#include <sqlite3.h>

namespace weir::usage {

namespace {

/// How long a statement waits for somebody else, such as a person with the sqlite3 tool.
constexpr int wait_ms = 1'000;

[[noreturn]] void fail(sqlite3* database, int code) {
    const char* file = database != nullptr ? sqlite3_db_filename(database, "main") : nullptr;
    std::string what = file != nullptr && *file != '\0' ? std::string(file) + ": " : std::string();
    what += database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
    throw SqliteError(what, code);
}

}  // namespace

const int SqliteError::corrupt = SQLITE_CORRUPT;

bool SqliteError::is_corrupt() const noexcept {
    const int primary = code_ & 0xff;
    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

Connection::Connection(const std::string& path) {
    constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(path.c_str(), &database_, flags, nullptr);
    if (code != SQLITE_OK) {
        const std::string what = path + ": " + sqlite3_errstr(code);
        sqlite3_close_v2(database_);
        throw SqliteError(what, code);
    }
    sqlite3_extended_result_codes(database_, 1);
    sqlite3_busy_timeout(database_, wait_ms);
}

Connection::~Connection() {
    sqlite3_close_v2(database_);
}

void Connection::run(const std::string& sql) {
    const int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(database_, code);
}

std::int64_t Connection::number(const std::string& sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.number(0) : 0;
}

std::string Connection::text(const std::string& sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.text(0) : std::string();
}

int Connection::changes() const noexcept {
    return sqlite3_changes(database_);
}

Transaction::Transaction(Connection& connection) : connection_(connection) {
    connection_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    if (is_open_) sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    connection_.run("COMMIT");
    is_open_ = false;
}

Statement::Statement(Connection& connection, std::string_view sql) : connection_(connection) {
    check(
        sqlite3_prepare_v2(connection.get(), sql.data(), static_cast<int>(sql.size()), &statement_, nullptr));
}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

void Statement::check(int code) {
    if (code != SQLITE_OK) fail(connection_.get(), code);
}

Statement& Statement::bind(std::int64_t value) {
    check(sqlite3_bind_int64(statement_, ++bound_, value));
    return *this;
}

Statement& Statement::bind(std::string_view value) {
    const char* text = value.empty() ? "" : value.data();  // no data would be NULL
    check(sqlite3_bind_text(statement_, ++bound_, text, static_cast<int>(value.size()), SQLITE_STATIC));
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    reset();
    if (code != SQLITE_DONE) fail(connection_.get(), code);
    return false;
}

void Statement::finish() {
    while (step()) continue;
}

void Statement::reset() noexcept {
    sqlite3_reset(statement_);
    bound_ = 0;
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string Statement::text(int column) const {
    const unsigned char* text = sqlite3_column_text(statement_, column);
    if (text == nullptr) return {};
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return {reinterpret_cast<const char*>(text), size};
}

}  // namespace weir::usage
