// A node's ledger on disk, and the name that the shared store knows the node by.
#pragma once

#include <string>

#include "usage/disk.hpp"
#include "usage/ledger.hpp"

namespace weir::usage {

/// One thread at a time. Every function throws SqliteError; nothing has changed then.
class LedgerTable {
public:
    /// `disk` outlives it. A new file gets a name of its own.
    explicit LedgerTable(Disk& disk);

    const std::string& node_name() const noexcept { return name_; }
    /// As it was kept last.
    Ledger load();
    /// One transaction.
    void keep(const Ledger::Changes& changes);

private:
    Disk& disk_;
    std::string name_;
};

/// 16 hexadecimal digits by chance.
std::string random_node_name();

}  // namespace weir::usage
