// What this node has counted for a shared store, and what of it the store has acknowledged: each count gets
// there once, whatever is lost on the way. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "usage/row_map.hpp"
#include "usage/totals.hpp"

namespace weir::usage {

/// What the store adds to its sums, once. For every node it keeps the sequence of the last batch, and does
/// with the next one, in one step:
///   it has no sequence of this node   applies it where `previous` is 0, else answers "emptied"
///   its sequence is `sequence`        applied before: answers "applied"
///   its sequence is `previous`        applies it, keeps `sequence`, answers "applied"
///   any other                         answers "differs" and its sequence
struct Batch {
    std::uint64_t sequence = 0;  ///< rises
    std::uint64_t previous =
        0;  ///< of the last one that was acknowledged; 0: the store holds nothing of ours
    std::vector<Row> increments;
};

/// One thread.
class Ledger {
public:
    static constexpr std::size_t rows_max = 200'000;
    /// Of the batches that are remembered, together.
    static constexpr std::size_t remembered_rows_max = 50'000;

    struct Amount {
        Amounts total;
        Amounts acknowledged;
    };
    struct KeptRow {
        Name name;
        Amount amount;
    };
    struct Head {
        std::uint64_t sequence = 0;      ///< of the newest batch
        std::uint64_t acknowledged = 0;  ///< the newest that was acknowledged by the store as it is
        bool in_flight = false;          ///< the newest has not been acknowledged
    };

    Ledger() = default;
    /// As it was kept. `in_flight`: the increments of the newest batch, where one is in flight.
    Ledger(Head head, std::vector<KeptRow> rows, std::vector<Row> in_flight);

    void add(const std::vector<Row>& rows);

    /// What is to be sent now; the same again until it is answered. None: everything is acknowledged.
    std::optional<Batch> next_batch(std::size_t rows_at_most);
    /// "applied". False: not the batch that is in flight, and nothing changes.
    bool acknowledge(std::uint64_t sequence);
    /// "emptied": all that is kept counts as unacknowledged again. To be called for this answer alone.
    void store_emptied();
    struct Resumed {
        std::size_t batches = 0;  ///< acknowledged once, not in the store as it is, and to be sent again
        bool is_whole = true;  ///< the sums will be right; else some are lost, for they were not remembered
    };
    /// "differs". A store that was put back from an older copy gets again what it acknowledged since, as far
    /// as this process remembers. Where it is this ledger that was put back, what it has not handed over
    /// follows upon the store's sequence.
    Resumed resume_after(std::uint64_t sequence);
    /// The store may have been emptied: the next batch is made even if there is nothing to add, and asks it.
    void doubt_store() noexcept { doubted_at_ = sequence_; }

    /// Drops what is acknowledged of the days before, and of the hours before `hour` (since the epoch).
    void forget_before(std::int64_t day, std::int64_t hour);

    std::size_t rows() const noexcept { return rows_.size(); }
    std::size_t unacknowledged_rows() const noexcept { return pending_.size() + in_flight_rows(); }
    /// How many additions found no room of their own.
    std::uint64_t folded() const noexcept { return folded_; }
    /// This node's own totals of these days, without hours, as far as they are kept.
    std::vector<Row> totals(std::int64_t from_day, std::int64_t to_day) const;

    /// What a copy has to take over to be equal again.
    struct Changes {
        Head head;
        std::vector<KeptRow> rows;
        std::vector<Name> forgotten;
        /// Set where another batch, or none, is in flight.
        std::optional<std::vector<Row>> in_flight;

        bool empty() const noexcept { return rows.empty() && forgotten.empty() && !in_flight && !is_head; }
        bool is_head = false;  ///< the head has changed
    };
    Changes changes() const;
    /// The copy has taken over what `changes` said.
    void changes_kept();

private:
    struct Entry {
        Amount amount;
        bool is_pending = false;
        bool is_changed = false;
    };
    using Rows = RowMap<Entry>;

    Rows::value_type& row_of(const NameView& wanted);
    void note_pending(Rows::value_type& row);
    void note_changed(Rows::value_type& row);
    void drop_in_flight();
    void remember(Batch batch);
    void take_back(const Batch& batch);
    void take_as_acknowledged(const Batch& batch);
    std::size_t in_flight_rows() const noexcept { return in_flight_ ? in_flight_->increments.size() : 0; }

    Rows rows_;
    RowMap<std::size_t> models_;  ///< of a key on a day, by names without a model
    std::deque<Rows::value_type*> pending_;
    std::vector<Rows::value_type*> changed_;
    std::vector<Name> forgotten_;
    std::optional<Batch> in_flight_;
    /// Batches by their sequences, each upon its `previous`: what the store held when one was its last.
    std::map<std::uint64_t, Batch> remembered_;
    std::size_t remembered_rows_ = 0;
    std::uint64_t sequence_ = 0;
    std::uint64_t acknowledged_ = 0;
    std::uint64_t folded_ = 0;
    /// The newest batch when the store came under doubt: one that was made later has to be answered.
    std::optional<std::uint64_t> doubted_at_;
    bool is_head_changed_ = false;
    bool is_batch_changed_ = false;
};

}  // namespace weir::usage
