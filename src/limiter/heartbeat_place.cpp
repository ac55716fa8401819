// A tag of a slot is found by trying numbers: one of 16,384 lies there.
#include "limiter/heartbeat_place.hpp"

#include <optional>

#include "limiter/store_keys.hpp"

namespace weir {

namespace {

/// Each slot once: an odd factor leaves none of a power of two out. Slot 0, which a reshard moves before all
/// others of its master, is the last.
std::uint16_t nth_slot(std::size_t n) noexcept {
    constexpr std::size_t factor = 10'007;
    return static_cast<std::uint16_t>((n + 1) * factor % redis::slot_count);
}

std::optional<std::uint16_t> first_slot_of(const SlotOwners& owners, std::size_t master) {
    for (std::size_t n = 0; n < redis::slot_count; ++n) {
        const std::uint16_t slot = nth_slot(n);
        if (owners.of(slot) == master) return slot;
    }
    return std::nullopt;
}

std::string tag_in(std::uint16_t slot) {
    for (std::int64_t number = 0;; ++number) {
        std::string tag = "nodes-" + std::to_string(number);
        if (redis::slot_of(tag) == slot) return tag;
    }
}

}  // namespace

bool HeartbeatPlace::find(const SlotOwners& owners, std::size_t master) {
    if (!owners.is_cluster()) {
        epoch_key_ = store_keys::epoch;
        nodes_key_ = store_keys::nodes;
        return true;
    }
    const std::optional<std::uint16_t> slot = first_slot_of(owners, master);
    if (!slot) return false;
    if (*slot == slot_ && !epoch_key_.empty()) return true;
    slot_ = *slot;
    const std::string tag = "weir:1:{" + tag_in(slot_) + "}";
    epoch_key_ = tag + ":epoch";
    nodes_key_ = tag + ":heartbeats";
    return true;
}

}  // namespace weir
