// One batch is in flight at a time, so that what a row still owes is its total without what is acknowledged.
#include "usage/ledger.hpp"

#include <algorithm>
#include <utility>

namespace weir::usage {

namespace {

NameView view_of(const Row& row) noexcept {
    return {row.day, row.key, row.model, row.hour};
}

/// Under which the models of a key and day are counted.
NameView without_model(const NameView& name) noexcept {
    return {name.day, name.key, {}, name.hour};
}

bool is_before(const NameView& name, std::int64_t day, std::int64_t hour) noexcept {
    return name.hour == whole_day ? name.day < day : hour_of(name.day, name.hour) < hour;
}

}  // namespace

Ledger::Ledger(Head head, std::vector<KeptRow> rows, std::vector<Row> in_flight)
    : sequence_(head.sequence), acknowledged_(head.acknowledged) {
    for (KeptRow& kept : rows) {
        ++models_[Name(without_model(kept.name))];
        auto& row = *rows_.try_emplace(std::move(kept.name)).first;
        row.second.amount = kept.amount;
    }
    if (head.in_flight) in_flight_ = Batch{sequence_, acknowledged_, std::move(in_flight)};
    for (auto& row : rows_) {
        if (row.second.amount.total != row.second.amount.acknowledged) note_pending(row);
    }
}

Ledger::Rows::value_type& Ledger::row_of(const NameView& wanted) {
    if (const auto row = rows_.find(wanted); row != rows_.end()) return *row;
    const auto models = models_.find(without_model(wanted));
    const NameView name =
        name_with_room(wanted, rows_.size(), rows_max, models == models_.end() ? 0 : models->second);
    if (name != wanted) ++folded_;
    const auto [row, is_new] = rows_.try_emplace(Name(name));
    if (is_new) ++models_[Name(without_model(name))];
    return *row;
}

void Ledger::note_pending(Rows::value_type& row) {
    if (std::exchange(row.second.is_pending, true)) return;
    pending_.push_back(&row);
}

void Ledger::note_changed(Rows::value_type& row) {
    if (std::exchange(row.second.is_changed, true)) return;
    changed_.push_back(&row);
}

void Ledger::add(const std::vector<Row>& rows) {
    for (const Row& added : rows) {
        if (added.amounts == Amounts{}) continue;
        auto& row = row_of(view_of(added));
        row.second.amount.total += added.amounts;
        note_pending(row);
        note_changed(row);
    }
}

std::optional<Batch> Ledger::next_batch(std::size_t rows_at_most) {
    if (in_flight_) return in_flight_;
    const bool asks = doubted_at_ && acknowledged_ != 0;
    if (pending_.empty() && !asks) return std::nullopt;
    Batch batch{++sequence_, acknowledged_, {}};
    while (!pending_.empty() && batch.increments.size() < rows_at_most) {
        auto& [name, entry] = *pending_.front();
        pending_.pop_front();
        entry.is_pending = false;
        Amounts increment = entry.amount.total;
        increment -= entry.amount.acknowledged;
        if (increment != Amounts{}) {
            batch.increments.push_back({name.day, name.key, name.model, increment, name.hour});
        }
    }
    is_head_changed_ = is_batch_changed_ = true;
    in_flight_ = batch;
    return batch;
}

bool Ledger::acknowledge(std::uint64_t sequence) {
    if (!in_flight_ || in_flight_->sequence != sequence) return false;
    take_as_acknowledged(*in_flight_);
    remember(std::move(*in_flight_));
    in_flight_.reset();
    acknowledged_ = sequence;
    if (doubted_at_ && sequence > *doubted_at_) doubted_at_.reset();
    is_head_changed_ = is_batch_changed_ = true;
    return true;
}

void Ledger::drop_in_flight() {
    if (!in_flight_) return;
    for (const Row& increment : in_flight_->increments) {
        const auto row = rows_.find(view_of(increment));
        if (row != rows_.end()) note_pending(*row);
    }
    remember(std::move(*in_flight_));  // it may have been applied
    in_flight_.reset();
    is_batch_changed_ = true;
}

void Ledger::store_emptied() {
    drop_in_flight();
    for (auto& row : rows_) {
        if (row.second.amount.acknowledged != Amounts{}) note_changed(row);
        row.second.amount.acknowledged = {};
        note_pending(row);
    }
    acknowledged_ = 0;
    doubted_at_.reset();
    is_head_changed_ = true;
}

void Ledger::remember(Batch batch) {
    const auto size = [](const Batch& kept) { return std::max<std::size_t>(kept.increments.size(), 1); };
    remembered_rows_ += size(batch);
    const std::uint64_t sequence = batch.sequence;
    remembered_.emplace(sequence, std::move(batch));
    while (remembered_rows_ > remembered_rows_max) {
        remembered_rows_ -= size(remembered_.begin()->second);
        remembered_.erase(remembered_.begin());
    }
}

void Ledger::take_as_acknowledged(const Batch& batch) {
    for (const Row& increment : batch.increments) {
        const auto row = rows_.find(view_of(increment));
        if (row == rows_.end()) continue;
        row->second.amount.acknowledged += increment.amounts;
        note_changed(*row);
    }
}

void Ledger::take_back(const Batch& batch) {
    for (const Row& increment : batch.increments) {
        const auto row = rows_.find(view_of(increment));
        if (row == rows_.end()) {
            add({increment});  // forgotten since
            continue;
        }
        row->second.amount.acknowledged -= increment.amounts;
        note_pending(*row);
        note_changed(*row);
    }
}

/// From what this ledger takes for acknowledged and from what the store has, back to the batch that both are
/// built upon: the ones on the one way are missing in the store, those on the other are there.
Ledger::Resumed Ledger::resume_after(std::uint64_t sequence) {
    drop_in_flight();
    std::vector<const Batch*> missing;
    std::vector<const Batch*> present;
    std::uint64_t ours = acknowledged_;
    std::uint64_t theirs = sequence;
    while (ours != theirs) {
        const auto batch = remembered_.find(std::max(ours, theirs));
        if (batch == remembered_.end()) break;
        (ours > theirs ? missing : present).push_back(&batch->second);
        (ours > theirs ? ours : theirs) = batch->second.previous;
    }
    Resumed resumed{.batches = missing.size(), .is_whole = ours == theirs || sequence > sequence_};
    // Where the two don't meet, what came after the oldest that is remembered is missing for certain.
    const bool is_certain = ours == theirs || (ours > theirs && present.empty());
    if (!is_certain) {
        missing.clear();
        present.clear();
        resumed.batches = 0;
    }
    for (const Batch* batch : missing) take_back(*batch);
    for (const Batch* batch : present) take_as_acknowledged(*batch);
    sequence_ = std::max(sequence_, sequence);
    acknowledged_ = sequence;
    is_head_changed_ = true;
    return resumed;
}

void Ledger::forget_before(std::int64_t day, std::int64_t hour) {
    for (auto row = rows_.begin(); row != rows_.end();) {
        const auto& [name, entry] = *row;
        const bool is_acknowledged = entry.amount.total == entry.amount.acknowledged;
        if (!is_before(name, day, hour) || !is_acknowledged || entry.is_pending || entry.is_changed) {
            ++row;
            continue;
        }
        const auto models = models_.find(without_model(name));
        if (--models->second == 0) models_.erase(models);
        forgotten_.push_back(name);
        row = rows_.erase(row);
    }
}

std::vector<Row> Ledger::totals(std::int64_t from_day, std::int64_t to_day) const {
    std::vector<Row> totals;
    for (const auto& [name, entry] : rows_) {
        if (name.hour != whole_day || name.day < from_day || name.day > to_day) continue;
        totals.push_back({name.day, name.key, name.model, entry.amount.total});
    }
    return totals;
}

Ledger::Changes Ledger::changes() const {
    Changes changes;
    changes.head = {sequence_, acknowledged_, in_flight_.has_value()};
    changes.is_head = is_head_changed_;
    changes.rows.reserve(changed_.size());
    for (const Rows::value_type* row : changed_) changes.rows.push_back({row->first, row->second.amount});
    changes.forgotten = forgotten_;
    if (is_batch_changed_) changes.in_flight = in_flight_ ? in_flight_->increments : std::vector<Row>();
    return changes;
}

void Ledger::changes_kept() {
    for (Rows::value_type* row : changed_) row->second.is_changed = false;
    changed_.clear();
    forgotten_.clear();
    is_head_changed_ = is_batch_changed_ = false;
}

}  // namespace weir::usage
