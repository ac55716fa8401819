// A ledger as lua/window_ledgers.lua stores it in Redis, and what it holds. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weir/ledger_contents.hpp"
#include "weir/window.hpp"

namespace weir {

struct StoredLedger {
    std::int64_t epoch = 0;
    Amounts sums;  ///< of all entries, as it was written: some may have expired since
    std::int64_t oldest_bucket = 0;
    std::vector<Window::Entry> entries{};  ///< newest first; those that hold nothing any more are among them
};

/// `members`: of ZRANGE key 0 -1. nullopt where they are no ledger.
std::optional<StoredLedger> read_ledger(std::span<const std::string> members);

/// What of them counts at that time; nothing where there are no members. nullopt where they are no ledger.
std::optional<LedgerContents> contents_of(std::span<const std::string> members, std::int64_t window_us,
                                          std::int64_t now_us);

}  // namespace weir
