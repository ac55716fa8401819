// A shared store as its contract says (ledger.hpp), for tests.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "usage/ledger.hpp"

namespace weir::usage {

/// By day, key and model; of an hour by day, key and "hour 7".
using Sums = std::map<std::tuple<std::int64_t, std::string, std::string>, Amounts>;

inline void add_to(Sums& sums, const Row& row) {
    const std::string hour = row.hour == whole_day ? std::string() : "hour " + std::to_string(row.hour);
    sums[{row.day, row.key, row.model + hour}] += row.amounts;
}

inline Sums sums_of(const std::vector<Row>& rows) {
    Sums sums;
    for (const Row& row : rows) add_to(sums, row);
    return sums;
}

/// What one node's batches come to.
struct ModelStore {
    enum class Answer : std::uint8_t { applied, emptied, differs };

    std::optional<std::uint64_t> last;
    Sums sums;

    Answer apply(const Batch& batch) {
        if (last == batch.sequence) return Answer::applied;
        if (!last && batch.previous != 0) return Answer::emptied;
        if (last && (batch.previous == 0 || last != batch.previous)) return Answer::differs;
        last = batch.sequence;
        for (const Row& row : batch.increments) add_to(sums, row);
        return Answer::applied;
    }

    /// The answer arrives. `to`: a Ledger or a Recorder.
    template <typename Sender>
    Ledger::Resumed answer(Sender& to, const Batch& batch) {
        switch (apply(batch)) {
            case Answer::applied:
                to.acknowledge(batch.sequence);
                break;
            case Answer::emptied:
                to.store_emptied();
                break;
            case Answer::differs:
                return to.resume_after(*last);
        }
        return {};
    }
};

}  // namespace weir::usage
