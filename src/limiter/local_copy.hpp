// A node's local copy of what it holds in a shared store: what it decides by while it is cut off from the
// store, and what it writes there when the store is back.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ledger/charging.hpp"
#include "limiter/shards.hpp"
#include "limiter/slot_owners.hpp"
#include "weir/ledger_set.hpp"
#include "weir/limiter.hpp"
#include "weir/window.hpp"

namespace weir {

/// Two windows for each ledger. `in_window` has everything that this node was admitted, by whomever;
/// `pending` has the part that the store does not know yet. Times are the store's, as far as the node can
/// tell.
///
/// Bounded: above ledgers_max, ledgers that `may_overflow` are not copied, and locally not admitted.
/// Thread safety: every function may be called from any thread.
class LocalCopy {
public:
    /// `owners` outlives it.
    LocalCopy(std::size_t ledgers_max, const SlotOwners& owners) : shards_(ledgers_max), owners_(owners) {}

    /// The store admitted the demand, as `place` of each charge says: sets `copied` of each. True where the
    /// store has lost a ledger: it has another epoch than when this node wrote to it, and what was written
    /// should still count. All that this node holds of such a ledger is pending from now on.
    bool note_admitted(const Demand& demand, const LedgerSet& ledgers, std::vector<Charge>& charges,
                       std::int64_t now_us);

    /// Decides locally, with a `nodes`-th part of each limit. What is admitted is pending, and lies nowhere
    /// in the store. nullopt: it can't tell, because the part of some limit is smaller than the demand
    /// although the limit is not, or because there is no room to copy it.
    std::optional<Decision> reserve(const Demand& demand, const LedgerSet& ledgers, std::int64_t nodes,
                                    std::int64_t now_us);

    enum class InStore : bool { no, yes };
    /// Progress (`renews`) or settlement of a reservation. What the store was not told becomes pending.
    void correct(std::vector<Charge>& charges, const Correction& whole, InStore in_store, bool renews,
                 std::int64_t now_us);

    /// How the ledgers stand by what this node alone knows, against a `nodes`-th part of each limit.
    std::vector<Level> levels(const LedgerSet& ledgers, std::int64_t nodes, std::int64_t now_us);

    /// One ledger's part of what the store is to be told.
    struct Part {
        LedgerName ledger;
        std::int64_t window_us = 0;
        std::vector<Window::Entry> entries;
    };
    std::size_t shard_count() const noexcept { return shards_.size(); }
    /// Something may be pending that this master of the store is to be told. Taking from the first shard
    /// answers it; taking goes from the first to the last.
    bool has_pending(std::size_t master) const noexcept {
        return has_pending_[master].load(std::memory_order_acquire);
    }
    /// Takes out what one shard has pending for a master. Whoever fails to write it gives it back.
    std::vector<Part> take_pending(std::size_t master, std::size_t shard_index, std::int64_t now_us);
    /// All that one shard holds, where this master has lost it; nothing of it is pending any more.
    std::vector<Part> take_all(std::size_t master, std::size_t shard_index, std::int64_t now_us);
    /// Ledgers have changed their masters: what is pending may be for any of them.
    void note_new_owners() noexcept;
    /// All of a ledger has been replayed, into one of that epoch: meeting it there is no loss.
    void note_replayed(const LedgerName& name, std::int64_t store_epoch);
    /// What was pending of it has been written, into one of that epoch. If the store had nothing of it any
    /// more, that one is its first.
    void note_pending_written(const LedgerName& name, std::int64_t store_epoch);
    void give_back(const std::vector<Part>& parts, std::int64_t now_us);

    /// Reservations that were admitted by the store and for which there was no room here.
    std::uint64_t uncopied() const noexcept { return uncopied_.load(std::memory_order_relaxed); }

private:
    struct Ledger {
        explicit Ledger(std::int64_t window_us) noexcept : in_window(window_us), pending(window_us) {}
        std::int64_t empty_at_us() const noexcept {
            return std::max(in_window.empty_at_us(), pending.empty_at_us());
        }
        Window in_window;
        Window pending;
        std::int64_t store_epoch = 0;  ///< of the ledger in the store when this node last wrote to it; 0: any
        std::int64_t pending_epoch = 1;  ///< counts how often `pending` was taken out
    };
    using Shard = LedgerShard<Ledger>;

    void note_pending(Ledger& ledger, Charge& charge, const Correction& correction, bool renews,
                      std::int64_t now_us);
    std::vector<Part> take(std::size_t master, std::size_t shard_index, std::int64_t now_us, bool all);
    void note_pending_for(const LedgerName& ledger) noexcept {
        has_pending_[owners_.of(ledger)].store(true, std::memory_order_release);
    }

    Shards<Ledger> shards_;
    const SlotOwners& owners_;
    std::array<std::atomic<bool>, SlotOwners::masters_max> has_pending_{};  ///< by master
    std::atomic<std::uint64_t> uncopied_{0};
};

/// A node's part of each limit: rounded down, so that all parts together stay within it.
std::vector<LedgerLimits> share_of(const LedgerSet& ledgers, std::int64_t nodes);

}  // namespace weir
