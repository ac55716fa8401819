// Where Redis is, and as whom weir speaks to it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weir {

/// Exactly one of: `socket_path`; `sentinels` and `master`; `cluster`; `host` and `port`.
struct RedisAddress {
    std::string host{};  ///< a name, looked up at every connect, or an address; IPv6 without brackets
    std::uint16_t port = 6379;
    std::string socket_path{};  ///< of a unix socket
    std::vector<std::pair<std::string, std::uint16_t>>
        sentinels{};       ///< asked in turn for the master's address
    std::string master{};  ///< its name at the sentinels
    std::vector<std::pair<std::string, std::uint16_t>>
        cluster{};           ///< servers of a Redis Cluster, asked in turn for its slots
    bool tls = false;        ///< TLS 1.2 or later, to the sentinels too; certificate and name are verified
    std::string ca_file{};   ///< PEM; empty: the system's roots
    std::string user{};      ///< empty: the default user
    std::string password{};  ///< a secret; empty: no AUTH. Not sent to sentinels
    int database = 0;        ///< 0 on a cluster, which has no others
};

/// What the last attempt to connect came to. Where Redis decides it says nothing.
enum class RedisObstacle : std::uint8_t {
    unreachable,  ///< nothing could be connected to
    unusable,  ///< something is there, but it does not take what the address says: password, database, TLS,
               ///< master
    passing    ///< it was connected to, or is not ready for it yet: nothing is to be done there
};

}  // namespace weir
