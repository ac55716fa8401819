// Which server of a Redis Cluster has which slots, as one of them tells it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "redis/reply.hpp"
#include "redis/server.hpp"

namespace weir::redis {

/// Slots from `first` to `last`, both included.
struct SlotRange {
    std::uint16_t first = 0, last = 0;
    Server master;
    std::vector<Server> replicas;
    bool operator==(const SlotRange&) const = default;
};

/// CLUSTER SLOTS, which Redis 3 to 7 and those that speak its protocol know
/// (https://redis.io/docs/latest/commands/cluster-slots/).
Command ask_for_slots();

/// The answer to it, in the order of the answer; slots that nobody serves are missing. A server that does not
/// name its host is at the host of `asked`. nullopt: it is no such answer, whole or in part.
std::optional<std::vector<SlotRange>> read_slots(const Reply& reply, const Server& asked);

}  // namespace weir::redis
