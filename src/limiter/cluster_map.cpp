// A replica that has become a master takes over the index of the one whose replica it was.
#include "limiter/cluster_map.hpp"

#include <algorithm>

namespace weir {

void ClusterMap::update(const std::vector<redis::SlotRange>& ranges) {
    for (std::size_t slot = 0; slot < redis::slot_count; ++slot)
        give(static_cast<std::uint16_t>(slot), nobody);
    std::vector<redis::Server> masters;
    masters.reserve(ranges.size());
    for (const redis::SlotRange& range : ranges) masters.push_back(range.master);
    for (const redis::SlotRange& range : ranges) {
        const std::optional<std::size_t> owner = find_or_make(range.master, masters);
        if (!owner) continue;
        masters_[*owner].replicas = range.replicas;
        for (std::size_t slot = range.first; slot <= range.last; ++slot) {
            give(static_cast<std::uint16_t>(slot), *owner);
        }
    }
}

std::optional<std::size_t> ClusterMap::note_moved(std::uint16_t slot, const redis::Server& to) {
    const std::optional<std::size_t> owner = find_or_make(to);
    if (owner) give(slot, *owner);
    return owner;
}

std::optional<std::size_t> ClusterMap::find_or_make(const redis::Server& server) {
    return find_or_make(server, {});
}

std::optional<std::size_t> ClusterMap::find_or_make(const redis::Server& server,
                                                    const std::vector<redis::Server>& masters) {
    if (const auto known = find(server)) return known;
    for (std::size_t i = 1; i < masters_.size(); ++i) {
        if (std::find(masters.begin(), masters.end(), masters_[i].server) != masters.end()) continue;
        std::vector<redis::Server>& replicas = masters_[i].replicas;
        const auto promoted = std::find(replicas.begin(), replicas.end(), server);
        if (promoted == replicas.end()) continue;
        // What was the master is a replica when it comes back.
        std::swap(*promoted, masters_[i].server);
        return i;
    }
    if (masters_.size() == SlotOwners::masters_max) return std::nullopt;
    masters_.push_back({.server = server, .replicas = {}, .slots = 0});
    return masters_.size() - 1;
}

std::vector<std::pair<std::uint16_t, std::uint16_t>> ClusterMap::unserved() const {
    std::vector<std::pair<std::uint16_t, std::uint16_t>> ranges;
    for (std::size_t i = 0; i < redis::slot_count; ++i) {
        if (owners_[i] != nobody) continue;
        const auto slot = static_cast<std::uint16_t>(i);
        if (ranges.empty() || ranges.back().second + 1 != slot) ranges.emplace_back(slot, slot);
        ranges.back().second = slot;
    }
    return ranges;
}

std::optional<std::size_t> ClusterMap::find(const redis::Server& server) const {
    for (std::size_t i = 1; i < masters_.size(); ++i) {
        if (masters_[i].server == server) return i;
    }
    return std::nullopt;
}

void ClusterMap::give(std::uint16_t slot, std::size_t owner) {
    --masters_[owners_[slot]].slots;
    owners_[slot] = static_cast<std::uint8_t>(owner);
    ++masters_[owner].slots;
}

}  // namespace weir
