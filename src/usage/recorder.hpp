// What keeps a node's usage: in short, the rows of the workers go in, and either the totals of all days or
// batches for a shared store come out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "usage/hours.hpp"
#include "usage/ledger.hpp"
#include "usage/totals.hpp"

namespace weir::usage {

struct RecorderOptions {
    /// The caller holds its StateLock. Empty: nothing outlives the process.
    std::string state_dir;
    bool is_shared = false;   ///< totals are summed in a shared store: here is this node's ledger alone
    std::int64_t now_us = 0;  ///< wall clock, for the name of a broken file
};

/// One thread at a time, of its own where a slow disk must not keep others waiting: a flush waits for it. The
/// loop around it, every half second:
///
///     recorder->add(rows of every worker);
///     recorder->flush(now);                       log remark() where it has changed
///     while (auto batch = recorder->next_batch(500)) {
///         answer = the store's to the batch       none, or an error: leave the loop, the same comes again
///         applied: acknowledge(batch->sequence)   emptied: store_emptied()   differs: resume_after(theirs)
///     }
///
/// At the end, once more with what the workers have left.
class Recorder {
public:
    virtual ~Recorder() = default;

    /// Rows of days and of hours. Counts at once, in memory, bounded.
    virtual void add(const std::vector<Row>& rows) = 0;
    /// Writes what was added to the disk, one transaction, and drops what is too old. False: it is kept and
    /// tried again by the next flush; `remark` says why.
    virtual bool flush(std::int64_t now_us) = 0;
    /// Why the last flush has failed; empty: it has not.
    virtual const std::string& remark() const noexcept = 0;

    /// Hours of one key, ascending, both included; those without use are left out, and what was not flushed
    /// yet. Embedded; shared: none, the store has them. Throws std::runtime_error where they can't be read.
    virtual std::vector<KeyHour> hours(std::string_view key, std::int64_t from_hour,
                                       std::int64_t to_hour) = 0;

    /// What a shared store is to be told next, on disk before it is returned. None: nothing, or the disk
    /// can't take it, or the store is embedded.
    virtual std::optional<Batch> next_batch(std::size_t rows_at_most) = 0;
    /// See Ledger. What they change is on disk with the next flush: lost before, the batch is sent again, and
    /// the store knows it.
    virtual void acknowledge(std::uint64_t sequence) = 0;
    virtual void store_emptied() = 0;
    virtual Ledger::Resumed resume_after(std::uint64_t sequence) = 0;
    virtual void doubt_store() = 0;

    /// Grouped and sorted, both days included, with what was not flushed yet. Embedded: the totals. Shared:
    /// what this node alone has counted and still keeps, for when the store is away. Throws
    /// std::length_error where it is too much for one answer, std::runtime_error where it can't be read.
    virtual std::vector<Row> totals(std::int64_t from_day, std::int64_t to_day, Grouping by) = 0;

    /// What the shared store is to know this node by; the same after a restart with the same directory.
    virtual const std::string& node_name() const noexcept = 0;
    /// For the log at the start, as warnings. That there is no directory is for the caller to tell.
    virtual const std::vector<std::string>& notes() const noexcept = 0;
    /// How many additions went to "(other)" for want of room.
    virtual std::uint64_t folded() const noexcept = 0;
    /// Rows that wait: for the disk (embedded), or for the store's acknowledgement (shared).
    virtual std::size_t waiting_rows() const noexcept = 0;
};

/// Throws std::runtime_error, with words for the operator, where the directory can't be used.
std::unique_ptr<Recorder> make_recorder(const RecorderOptions& options);

}  // namespace weir::usage
