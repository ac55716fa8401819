// What waits for one set of ledgers, and what of it goes out with the next call. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <optional>
#include <utility>

#include "limiter/operation.hpp"

namespace weir {

/// Operations in order of arrival. A `Waiter` is what the owner of one is told by.
template <typename Waiter>
class BatchQueue {
public:
    static constexpr std::size_t waiting_max = 1'024;

    struct Entry {
        Operation* operation = nullptr;
        std::optional<Waiter> waiter;  ///< none: its owner makes the call
    };
    using Entries = std::list<Entry>;

    bool empty() const noexcept { return corrections_.empty() && demands_.empty(); }
    std::size_t size() const noexcept { return corrections_.size() + demands_.size(); }
    bool full() const noexcept { return size() >= waiting_max; }
    /// Waiting longer would not make the next call any larger.
    bool fills_a_call() const noexcept { return size() >= operations_max; }

    void push(Operation& operation, std::optional<Waiter> waiter) {
        (operation.correct() != nullptr ? corrections_ : demands_).push_back({&operation, std::move(waiter)});
    }

    /// What goes out next, operations_max at the most: corrections first, since they make room, then demands
    /// as long as they have the same limits as the first of them.
    Entries take() {
        Entries taken;
        move_front(corrections_, operations_max, taken);
        auto end = demands_.begin();
        for (std::size_t room = operations_max - taken.size(); room > 0 && end != demands_.end();
             --room, ++end) {
            if (!same_limits(*demands_.front().operation, *end->operation)) break;
        }
        taken.splice(taken.end(), demands_, demands_.begin(), end);
        return taken;
    }

    /// Demands that nobody waits for any more: they need not be sent.
    Entries take_withdrawn() {
        Entries taken;
        for (auto entry = demands_.begin(); entry != demands_.end();) {
            const auto next = std::next(entry);
            if (entry->operation->reserve()->withdrawal.is_withdrawn())
                taken.splice(taken.end(), demands_, entry);
            entry = next;
        }
        return taken;
    }

    Entries take_all() {
        Entries taken = std::move(corrections_);
        taken.splice(taken.end(), demands_);
        corrections_.clear();
        return taken;
    }

private:
    static bool same_limits(const Operation& a, const Operation& b) noexcept {
        const LedgerSet& one_set = a.reserve()->ledgers;
        const LedgerSet& other_set = b.reserve()->ledgers;
        return std::equal(
            one_set.begin(), one_set.end(), other_set.begin(), other_set.end(),
            [](const LedgerLimits& one, const LedgerLimits& other) { return one.limits == other.limits; });
    }
    static void move_front(Entries& from, std::size_t count_max, Entries& to) {
        auto end = from.begin();
        while (count_max-- > 0 && end != from.end()) ++end;
        to.splice(to.end(), from, from.begin(), end);
    }

    Entries corrections_;
    Entries demands_;
};

}  // namespace weir
