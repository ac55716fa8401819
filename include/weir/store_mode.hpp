// Who decides about requests.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir {

enum class StoreMode : std::uint8_t {
    memory,         ///< the embedded store
    redis,          ///< the shared store
    local,          ///< this node alone, with its part of each limit: the shared store is away
    open,           ///< nobody, everything passes: it is away, and that is the policy
    closed,         ///< nobody, nothing passes: it is away, and that is the policy
    nodes_unknown,  ///< nobody: it is away, and nobody has told how many nodes share the limits
};

/// "memory", "redis", "local", "open", "closed", "nodes_unknown".
std::string_view to_string(StoreMode mode) noexcept;

}  // namespace weir
