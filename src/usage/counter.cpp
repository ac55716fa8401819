// On the way of every request: one hash, one look-up.
#include "usage/counter.hpp"

#include <utility>

#include "usage/printable.hpp"

namespace weir::usage {

void Counter::add(std::int64_t day, std::string_view key, std::string_view model, const Amounts& amounts) {
    NameBuffer key_buffer;
    NameBuffer model_buffer;
    const NameView wanted{day, printable(key, key_buffer), printable(model, model_buffer)};
    auto row = rows_.find(wanted);
    if (row == rows_.end()) {
        const NameView name = name_with_room(wanted, rows_.size(), rows_at_most_, 0);
        if (name != wanted) folded_.fetch_add(1, std::memory_order_relaxed);
        row = rows_.try_emplace(Name(name)).first;
    }
    row->second += amounts;
}

std::vector<Row> Counter::take() {
    std::vector<Row> rows;
    rows.reserve(rows_.size());
    while (!rows_.empty()) {
        auto node = rows_.extract(rows_.begin());
        rows.push_back(
            {node.key().day, std::move(node.key().key), std::move(node.key().model), node.mapped()});
    }
    return rows;
}

std::vector<Row> Counter::rows() const {
    std::vector<Row> rows;
    rows.reserve(rows_.size());
    for (const auto& [name, amounts] : rows_) rows.push_back({name.day, name.key, name.model, amounts});
    return rows;
}

}  // namespace weir::usage
