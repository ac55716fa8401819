// What a ledger holds, bucket by bucket: what an operator looks at who asks why.
#pragma once

#include <cstdint>
#include <vector>

#include "weir/limit.hpp"
#include "weir/store_mode.hpp"

namespace weir {

struct LedgerContents {
    /// What was charged to one bucket, and when it stops to count.
    struct Entry {
        std::int64_t expires_us = 0;
        Amounts amounts;
        bool operator==(const Entry&) const = default;
    };

    StoreMode kept_by = StoreMode::memory;  ///< or redis
    std::int64_t now_us = 0;                ///< when it was read, by the store's clock
    std::int64_t epoch = 0;        ///< of the ledger in Redis; 0 in memory, and where there is no ledger
    Amounts sums{};                ///< of the entries: what counts now
    std::vector<Entry> entries{};  ///< newest first; none has expired, none is empty
};

}  // namespace weir
