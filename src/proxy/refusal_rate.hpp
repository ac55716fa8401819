// How often a ledger refuses, roughly, to know when its clients would all come back at the same moment.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>

namespace weir::proxy {

/// A fixed table: two ledgers may share a row, and then merely spread more than they need. One thread.
class RefusalRate {
public:
    /// Counts a refusal; true where this ledger refuses more than `per_second_max` times in this second.
    bool is_crowded(std::string_view ledger, std::int64_t now_us) noexcept {
        Row& row = rows_[std::hash<std::string_view>{}(ledger) % rows_.size()];
        const std::int64_t second = now_us / 1'000'000;
        if (row.second != second) row = {second, 0};
        return ++row.count > per_second_max;
    }

private:
    static constexpr std::uint32_t per_second_max = 10;
    struct Row {
        std::int64_t second = 0;
        std::uint32_t count = 0;
    };
    std::array<Row, 512> rows_{};
};

}  // namespace weir::proxy
