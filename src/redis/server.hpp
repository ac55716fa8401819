// One server of several, as a cluster or a sentinel names it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace weir::redis {

struct Server {
    std::string host;  ///< a name or an address; IPv6 without brackets; empty: none is known
    std::uint16_t port = 0;
    bool operator==(const Server&) const = default;
};

/// Says at each attempt to connect which server to try. Called on the connection's thread, from within the
/// connection: it must not destroy it.
using ServerFinder = std::function<Server()>;

}  // namespace weir::redis
