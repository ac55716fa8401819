// Whether operations that ran at once could have run one after the other: the search of Wing and Gong, with
// the memory of Lowe. Pure; knows nothing of what the operations are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weir::testing {

/// What a history's operations work on, at one point of an order. Immutable.
class SequentialState {
public:
    virtual ~SequentialState() = default;
    /// The state after that operation; nullptr: here it would not have had the answer that it had.
    virtual std::shared_ptr<const SequentialState> after(std::size_t operation) const = 0;
    /// The same text for the same state, given that the same operations have been done.
    virtual std::string fingerprint() const = 0;
};

/// One operation as the search sees it.
struct OrderedOperation {
    std::uint64_t predecessors = 0;  ///< a bit for each operation that had ended before this one began
    bool may_be_missing = false;     ///< its answer was lost: it may never have run
    bool changes_nothing = false;    ///< wherever it fits it can be put at once
};

inline constexpr std::size_t ordered_operations_max = 64;

struct OrderFound {
    bool is_possible = false;
    std::size_t states = 0;  ///< that were looked at
    /// The longest order that the search came to.
    std::vector<std::size_t> longest;
};

/// REQUIRES: no more than ordered_operations_max.
OrderFound find_sequential_order(const std::vector<OrderedOperation>& operations,
                                 const std::shared_ptr<const SequentialState>& start);

}  // namespace weir::testing
