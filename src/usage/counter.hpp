// What one io thread has counted since somebody last came for it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "usage/row_map.hpp"
#include "usage/totals.hpp"

namespace weir::usage {

/// Touched by its thread alone, but for `folded`.
class Counter {
public:
    /// Between two takes. What would be one more is counted under the key and the model "(other)".
    static constexpr std::size_t rows_max = 20'000;

    explicit Counter(std::size_t rows_at_most = rows_max) : rows_at_most_(rows_at_most) {}

    /// Key and model as they come: they are made printable here. No allocation where the row is there.
    void add(const NameView& name, const Amounts& amounts);
    void add(std::int64_t day, std::string_view key, std::string_view model, const Amounts& amounts) {
        add({day, key, model}, amounts);
    }
    /// Hands out the rows, each once.
    std::vector<Row> take();
    /// As they stand; they stay.
    std::vector<Row> rows() const;
    std::size_t size() const noexcept { return rows_.size(); }
    bool empty() const noexcept { return rows_.empty(); }
    /// How many additions found no room of their own, in all. Any thread.
    std::uint64_t folded() const noexcept { return folded_.load(std::memory_order_relaxed); }

private:
    Amounts& amounts_of(const NameView& as_sent);

    RowMap<Amounts> rows_;
    std::size_t rows_at_most_;
    std::atomic<std::uint64_t> folded_{0};
};

}  // namespace weir::usage
