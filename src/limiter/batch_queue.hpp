// What waits for Redis, and what of it goes out with the next call. Pure.
#pragma once

#include <cstddef>
#include <list>
#include <utility>

#include "limiter/call_builder.hpp"
#include "limiter/operation.hpp"

namespace weir {

/// Operations in order of arrival, of any ledgers. A `Waiter` is what the owner of one is told by.
template <typename Waiter>
class BatchQueue {
public:
    static constexpr std::size_t waiting_max = 16'384;

    struct Entry {
        Operation* operation = nullptr;
        Waiter waiter;
    };
    using Entries = std::list<Entry>;
    struct Batch {
        Entries entries;  ///< in the order of the call
        WindowCall call;
    };

    bool empty() const noexcept { return corrections_.empty() && demands_.empty(); }
    std::size_t size() const noexcept { return corrections_.size() + demands_.size(); }
    bool full() const noexcept { return size() >= waiting_max; }
    /// Waiting longer would not make the next call any larger.
    bool fills_a_call() const noexcept { return size() >= operations_max; }

    void push(Operation& operation, Waiter waiter) {
        (operation.correct() != nullptr ? corrections_ : demands_).push_back({&operation, std::move(waiter)});
    }

    /// What goes out next, as much as fits into a call: corrections first, since they make room, then
    /// demands. One that does not fit (a call has one limit for each ledger, and tiers may have ceilings of
    /// their own) lets those behind it go ahead, but not those of the same ledgers and limits: they do not
    /// fit either. It is the first of the next call.
    Batch take() {
        Batch batch;
        CallBuilder builder;
        move_what_fits(corrections_, builder, batch.entries);
        if (corrections_.empty()) move_what_fits(demands_, builder, batch.entries);
        batch.call = builder.take();
        return batch;
    }

    /// Demands that nobody waits for any more: they need not be sent. Only of those that the next call may
    /// take: thousands may wait.
    Entries take_withdrawn() {
        Entries taken;
        auto entry = demands_.begin();
        for (std::size_t seen = 0; entry != demands_.end() && seen < looked_at_max; ++seen) {
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
    /// So many are looked at for one call, however many wait.
    static constexpr std::size_t looked_at_max = 4 * operations_max;

    static void move_what_fits(Entries& from, CallBuilder& builder, Entries& to) {
        auto entry = from.begin();
        for (std::size_t seen = 0; entry != from.end() && seen < looked_at_max && !builder.full(); ++seen) {
            const auto next = std::next(entry);
            if (builder.add(*entry->operation)) to.splice(to.end(), from, entry);
            entry = next;
        }
    }

    Entries corrections_;
    Entries demands_;
};

}  // namespace weir
