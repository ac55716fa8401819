// SQLite as the tables of this room use it: statements with typed values, errors as exceptions. Inside the
// room alone.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace weir::usage {

class SqliteError : public std::runtime_error {
public:
    static const int corrupt;  ///< SQLite's code for it
    SqliteError(const std::string& what, int code) : std::runtime_error(what), code_(code) {}
    /// The file is no database, or a broken one: no later try will succeed.
    bool is_corrupt() const noexcept;

private:
    int code_;
};

/// One thread at a time. Every function throws SqliteError.
class Connection {
public:
    /// Makes the file where there is none. ":memory:" lives as long as the connection.
    explicit Connection(const std::string& path);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void run(const std::string& sql);
    std::int64_t number(const std::string& sql);
    std::string text(const std::string& sql);
    /// Rows that the last statement has changed.
    int changes() const noexcept;
    sqlite3* get() const noexcept { return database_; }

private:
    sqlite3* database_ = nullptr;
};

/// All or nothing: rolled back unless committed.
class Transaction {
public:
    explicit Transaction(Connection& connection);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Connection& connection_;
    bool is_open_ = true;
};

/// Prepared once, run often. Values are bound in order.
class Statement {
public:
    Statement(Connection& connection, std::string_view sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(std::int64_t value);
    /// The text has to last until the statement has run.
    Statement& bind(std::string_view value);
    /// True: there is a row to read. False: it is done, and takes new values.
    bool step();
    /// Runs it to its end.
    void finish();

    std::int64_t number(int column) const;
    std::string text(int column) const;

private:
    void check(int code);
    void reset() noexcept;

    Connection& connection_;
    sqlite3_stmt* statement_ = nullptr;
    int bound_ = 0;
};

}  // namespace weir::usage
