// One server of several, as a cluster or a sentinel names it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace weir::redis {

struct Server {
    std::string host;  ///< a name or an address; IPv6 without brackets; empty: none is known
    std::uint16_t port = 0;
    bool operator==(const Server&) const = default;
};

/// A server as `asked` names it, which may leave the host out where that is its own, or write "?" where it is
/// to be named by a host name and has none.
inline Server server_named(std::string_view host, std::uint16_t port, const Server& asked) {
    const bool is_unnamed = host.empty() || host == "?";
    return {.host = is_unnamed ? asked.host : std::string(host), .port = port};
}

/// Says at each attempt to connect which server to try. Called on the connection's thread, from within the
/// connection: it must not destroy it.
using ServerFinder = std::function<Server()>;

}  // namespace weir::redis
