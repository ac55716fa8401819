// Depth first; what was reached once, by the same operations and with the same state, is not searched again.
#include "linearizability/sequential_order.hpp"

#include <unordered_set>

namespace weir::testing {

namespace {

class Search {
public:
    explicit Search(const std::vector<OrderedOperation>& operations) : operations_(operations) {
        for (std::size_t i = 0; i < operations.size(); ++i) {
            if (!operations[i].may_be_missing) required_ |= bit(i);
        }
    }

    bool extend(std::uint64_t done, const std::shared_ptr<const SequentialState>& state) {
        if ((done & required_) == required_) return true;
        if (!seen_.insert(std::to_string(done) + ' ' + state->fingerprint()).second) return false;
        // What changes nothing and fits never has to wait: it takes no other order away.
        for (const bool changes_nothing : {true, false}) {
            for (std::size_t i = 0; i < operations_.size(); ++i) {
                if (operations_[i].changes_nothing != changes_nothing || !is_next(i, done)) continue;
                const auto next = state->after(i);
                if (!next) continue;
                order_.push_back(i);
                if (order_.size() > found.longest.size()) found.longest = order_;
                if (extend(done | bit(i), next)) return true;
                order_.pop_back();
                if (changes_nothing) return false;
            }
        }
        return false;
    }

    std::size_t states() const { return seen_.size(); }

    OrderFound found;

private:
    static std::uint64_t bit(std::size_t operation) { return std::uint64_t{1} << operation; }
    bool is_next(std::size_t operation, std::uint64_t done) const {
        // Nothing has to wait for what may never have run.
        const std::uint64_t awaited = operations_[operation].predecessors & required_;
        return (done & bit(operation)) == 0 && (awaited & ~done) == 0;
    }

    const std::vector<OrderedOperation>& operations_;
    std::uint64_t required_ = 0;
    std::vector<std::size_t> order_;
    std::unordered_set<std::string> seen_;
};

}  // namespace

OrderFound find_sequential_order(const std::vector<OrderedOperation>& operations,
                                 const std::shared_ptr<const SequentialState>& start) {
    Search search(operations);
    search.found.is_possible = search.extend(0, start);
    search.found.states = search.states();
    return search.found;
}

}  // namespace weir::testing
