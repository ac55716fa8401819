// Under which keys a master of the store keeps its epoch and the heartbeats of the nodes. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "limiter/slot_owners.hpp"

namespace weir {

/// In a cluster the keys must lie in a slot of that master, and all nodes must choose the same one: of its
/// slots the first in an order that is mixed, so that the slots of a reshard, which are neighbours, seldom
/// have it among them.
class HeartbeatPlace {
public:
    /// By who has the slots now. False: the master has none.
    bool find(const SlotOwners& owners, std::size_t master);

    /// 0 where there is one server.
    std::uint16_t slot() const noexcept { return slot_; }
    const std::string& epoch_key() const noexcept { return epoch_key_; }
    const std::string& nodes_key() const noexcept { return nodes_key_; }

private:
    std::uint16_t slot_ = 0;
    std::string epoch_key_;
    std::string nodes_key_;
};

}  // namespace weir
