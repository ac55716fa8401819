// The ledgers that one demand is taken from.
#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/iterator/indirect_iterator.hpp>
#include <cstddef>
#include <span>
#include <vector>

#include "weir/limit.hpp"

namespace weir {

/// Refers to the ledgers, which must outlive it. No ledger may be in it twice. Small enough to be copied.
///
/// A request that several upstreams could serve has candidates, in order of preference: its demand is taken
/// from the ledgers before the first candidate, its own, and from those of one candidate.
class LedgerSet {
public:
    /// Ledgers by index, the last one excluded.
    struct Range {
        std::size_t begin = 0;
        std::size_t end = 0;
        bool contains(std::size_t index) const noexcept { return begin <= index && index < end; }
    };

    LedgerSet() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): all of them, in their order
    LedgerSet(std::span<const LedgerLimits> ledgers) {
        ledgers_.reserve(ledgers.size());
        for (const LedgerLimits& ledger : ledgers) ledgers_.push_back(&ledger);
    }
    // NOLINTNEXTLINE(google-explicit-constructor)
    LedgerSet(const std::vector<LedgerLimits>& ledgers) : LedgerSet(std::span(ledgers)) {}

    void add(const LedgerLimits& ledger) { ledgers_.push_back(&ledger); }
    /// What is added from now on is of one more candidate; one without ledgers always has room.
    void begin_candidate() { candidates_.push_back(ledgers_.size()); }
    void remove(std::size_t index) {
        ledgers_.erase(ledgers_.begin() + static_cast<std::ptrdiff_t>(index));
        for (std::size_t& begin : candidates_) begin -= begin > index ? 1 : 0;
    }

    /// The same candidates over other ledgers, as many and in the same order.
    LedgerSet over(std::span<const LedgerLimits> others) const;

    std::size_t candidate_count() const noexcept { return candidates_.size(); }
    /// Those that a demand is taken from in any case.
    Range own() const noexcept { return {0, candidates_.empty() ? ledgers_.size() : candidates_.front()}; }
    Range candidate(std::size_t number) const noexcept {
        const bool is_last = number + 1 == candidates_.size();
        return {candidates_[number], is_last ? ledgers_.size() : candidates_[number + 1]};
    }
    /// Whether a demand that goes to that candidate is taken from the ledger; without candidates from all.
    bool is_asked(std::size_t index, std::size_t of_candidate) const noexcept {
        return own().contains(index) || (!candidates_.empty() && candidate(of_candidate).contains(index));
    }
    /// All that a demand which goes to that candidate is taken from.
    LedgerSet with_candidate(std::size_t number) const;

    std::size_t size() const noexcept { return ledgers_.size(); }
    bool empty() const noexcept { return ledgers_.empty(); }
    const LedgerLimits& operator[](std::size_t index) const noexcept { return *ledgers_[index]; }
    auto begin() const noexcept { return boost::make_indirect_iterator(ledgers_.data()); }
    auto end() const noexcept { return boost::make_indirect_iterator(ledgers_.data() + ledgers_.size()); }

private:
    static constexpr std::size_t usual_count = 8;
    boost::container::small_vector<const LedgerLimits*, usual_count> ledgers_;
    boost::container::small_vector<std::size_t, 4> candidates_;  ///< where each begins
};

inline LedgerSet LedgerSet::with_candidate(std::size_t number) const {
    if (candidates_.empty()) return *this;
    LedgerSet asked;
    for (std::size_t index = 0; index < ledgers_.size(); ++index) {
        if (is_asked(index, number)) asked.ledgers_.push_back(ledgers_[index]);
    }
    return asked;
}

inline LedgerSet LedgerSet::over(std::span<const LedgerLimits> others) const {
    LedgerSet set(others);
    set.candidates_ = candidates_;
    return set;
}

}  // namespace weir
