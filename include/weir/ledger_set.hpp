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
class LedgerSet {
public:
    LedgerSet() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): all of them, in their order
    LedgerSet(std::span<const LedgerLimits> ledgers) {
        ledgers_.reserve(ledgers.size());
        for (const LedgerLimits& ledger : ledgers) ledgers_.push_back(&ledger);
    }
    // NOLINTNEXTLINE(google-explicit-constructor)
    LedgerSet(const std::vector<LedgerLimits>& ledgers) : LedgerSet(std::span(ledgers)) {}

    void add(const LedgerLimits& ledger) { ledgers_.push_back(&ledger); }
    void remove(std::size_t index) { ledgers_.erase(ledgers_.begin() + static_cast<std::ptrdiff_t>(index)); }

    std::size_t size() const noexcept { return ledgers_.size(); }
    bool empty() const noexcept { return ledgers_.empty(); }
    const LedgerLimits& operator[](std::size_t index) const noexcept { return *ledgers_[index]; }
    auto begin() const noexcept { return boost::make_indirect_iterator(ledgers_.data()); }
    auto end() const noexcept { return boost::make_indirect_iterator(ledgers_.data() + ledgers_.size()); }

private:
    static constexpr std::size_t usual_count = 8;
    boost::container::small_vector<const LedgerLimits*, usual_count> ledgers_;
};

}  // namespace weir
