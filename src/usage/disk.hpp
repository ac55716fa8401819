// The file that usage is kept in: opened, checked, made. Its tables are in totals_table and ledger_table.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "usage/sqlite.hpp"

namespace weir::usage {

enum class Durability : std::uint8_t {
    process,  ///< a commit outlives the process however it ends; power that fails may take the newest ones
    medium    ///< a commit is on the medium before it returns
};

/// One thread at a time.
class Disk {
public:
    /// What is in the file; a lower number is an earlier weir's, whose tables are brought up to it.
    static constexpr std::int64_t schema = 2;

    /// Opens or makes DIRECTORY/usage.sqlite, or a database in memory where the directory is empty. A file
    /// that is no database, is broken, or was written by a newer weir is renamed, which `notes` says, and a
    /// new one is made. Throws std::runtime_error where it can't be opened. `now_us`: for the name.
    Disk(const std::string& directory, Durability durability, std::int64_t now_us);

    Connection& connection() noexcept { return *connection_; }
    bool is_in_memory() const noexcept { return path_ == ":memory:"; }
    /// For the log: what happened to a file that was there.
    const std::vector<std::string>& notes() const noexcept { return notes_; }

private:
    void open(Durability durability);
    void check(std::int64_t found);
    void make_tables();
    void bring_up_from_1();
    void set_aside(std::int64_t now_us, const std::string& kind, const std::string& why,
                   const std::string& advice);

    std::string path_;
    std::unique_ptr<Connection> connection_;
    std::vector<std::string> notes_;
};

}  // namespace weir::usage
