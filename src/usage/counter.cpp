// On the way of every request: one hash, one look-up.
#include "usage/counter.hpp"

#include <utility>

#include "usage/printable.hpp"

namespace weir::usage {

void Counter::add(const NameView& name, const Amounts& amounts) {
    // A name that is there is printable.
    const auto row = rows_.find(name);
    (row != rows_.end() ? row->second : amounts_of(name)) += amounts;
}

Amounts& Counter::amounts_of(const NameView& as_sent) {
    NameBuffer key_buffer;
    NameBuffer model_buffer;
    const NameView wanted{as_sent.day, printable(as_sent.key, key_buffer),
                          printable(as_sent.model, model_buffer), as_sent.hour};
    if (const auto row = rows_.find(wanted); row != rows_.end()) return row->second;
    const NameView name = name_with_room(wanted, rows_.size(), rows_at_most_, 0);
    if (name != wanted) folded_.fetch_add(1, std::memory_order_relaxed);
    return rows_.try_emplace(Name(name)).first->second;
}

std::vector<Row> Counter::take() {
    std::vector<Row> rows;
    rows.reserve(rows_.size());
    while (!rows_.empty()) {
        auto node = rows_.extract(rows_.begin());
        Name& name = node.key();
        rows.push_back({name.day, std::move(name.key), std::move(name.model), node.mapped(), name.hour});
    }
    return rows;
}

std::vector<Row> Counter::rows() const {
    std::vector<Row> rows;
    rows.reserve(rows_.size());
    for (const auto& [name, amounts] : rows_) {
        rows.push_back({name.day, name.key, name.model, amounts, name.hour});
    }
    return rows;
}

}  // namespace weir::usage
