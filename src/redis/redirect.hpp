// Where a server of a Redis Cluster sends whoever asks it for a slot that another one has. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "redis/server.hpp"

namespace weir::redis {

struct Redirect {
    enum class Kind : std::uint8_t {
        moved,  ///< for good: the slot map is old
        ask     ///< this one time, and the other server must be told ASKING before
    };
    Kind kind = Kind::moved;
    std::uint16_t slot = 0;
    Server to;
    bool operator==(const Redirect&) const = default;
};

/// Of an error that Redis answered: "MOVED 3999 127.0.0.1:6381", "ASK 3999 127.0.0.1:6381". A server without
/// a host is at the host of `asked`. nullopt: another error, or one that names no server.
std::optional<Redirect> read_redirect(std::string_view error, const Server& asked);

}  // namespace weir::redis
