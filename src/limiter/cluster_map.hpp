// Which masters a Redis Cluster has, and which slots are whose, as its servers tell it from time to time.
// Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "limiter/slot_owners.hpp"
#include "redis/server.hpp"
#include "redis/slot_map.hpp"

namespace weir {

/// A master keeps its index for good, also where a replica has taken its place: what this node knows of its
/// ledgers goes on. Index 0 is no master: the slots that nobody serves are its own. One thread.
class ClusterMap {
public:
    static constexpr std::size_t nobody = SlotOwners::nobody;

    ClusterMap() : masters_(1) { masters_.front().slots = redis::slot_count; }

    std::size_t size() const noexcept { return masters_.size(); }
    const redis::Server& master(std::size_t index) const { return masters_[index].server; }
    std::size_t owner_of(std::uint16_t slot) const noexcept { return owners_[slot]; }
    bool has_slots(std::size_t index) const noexcept { return masters_[index].slots > 0; }

    /// The answer to CLUSTER SLOTS.
    void update(const std::vector<redis::SlotRange>& ranges);
    /// A server said that the slot is there now. nullopt: there are too many masters.
    std::optional<std::size_t> note_moved(std::uint16_t slot, const redis::Server& to);
    /// The master at that server, made where there is none. nullopt: there are too many.
    std::optional<std::size_t> find_or_make(const redis::Server& server);

    /// Ranges of slots that nobody serves, both ends included.
    std::vector<std::pair<std::uint16_t, std::uint16_t>> unserved() const;

private:
    struct Master {
        redis::Server server;
        std::vector<redis::Server> replicas;
        std::size_t slots = 0;
    };

    std::optional<std::size_t> find(const redis::Server& server) const;
    /// `masters`: all of them now; a master that still is one has no successor.
    std::optional<std::size_t> find_or_make(const redis::Server& server,
                                            const std::vector<redis::Server>& masters);
    void give(std::uint16_t slot, std::size_t owner);

    std::vector<Master> masters_;
    std::array<std::uint8_t, redis::slot_count> owners_{};
};

}  // namespace weir
