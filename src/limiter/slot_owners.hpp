// Which master of the store has a ledger: the slots of a Redis Cluster, or one server with everything.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "redis/slots.hpp"
#include "weir/ledger_name.hpp"

namespace weir {

/// Masters are counted from 0; all slots begin with the first one.
/// Thread safety: every function may be called from any thread.
class SlotOwners {
public:
    static constexpr std::size_t masters_max = 256;
    /// In a cluster the first one is none: the slots are its that nobody serves.
    static constexpr std::size_t nobody = 0;

    explicit SlotOwners(bool is_cluster) noexcept : is_cluster_(is_cluster) {}

    bool is_cluster() const noexcept { return is_cluster_; }
    /// Ledgers of one slot may share a call. 0 for all where there is one server.
    std::uint16_t slot_of(const LedgerName& ledger) const noexcept {
        return is_cluster_ ? redis::slot_of(ledger.key()) : 0;
    }
    std::size_t of(std::uint16_t slot) const noexcept {
        return owners_[slot].load(std::memory_order_acquire);
    }
    std::size_t of(const LedgerName& ledger) const noexcept { return is_cluster_ ? of(slot_of(ledger)) : 0; }
    void set(std::uint16_t slot, std::size_t master) noexcept {
        owners_[slot].store(static_cast<std::uint8_t>(master), std::memory_order_release);
    }

private:
    const bool is_cluster_;
    std::array<std::atomic<std::uint8_t>, redis::slot_count> owners_{};
};

}  // namespace weir
