// Where the ledgers are kept, as a URL says it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weir::config {

enum class StoreKind : std::uint8_t {
    memory,       ///< in this process
    redis,        ///< one server, over TCP
    unix_socket,  ///< one server on this machine
    sentinel,     ///< the server that the sentinels name as master
    cluster       ///< a Redis Cluster
};

struct StoreHost {
    std::string host;  ///< a name or an IP address, without brackets
    std::uint16_t port = 0;
    bool operator==(const StoreHost&) const = default;
};

/// `memory`, `redis://[user:pass@]host[:port][/db]`, `rediss://…` the same over TLS,
/// `unix://[user:pass@]/path[?db=n]`, `sentinel://[user:pass@]host[:port],…/master[?db=n]`,
/// `cluster://[user:pass@]host[:port],…`, `clusters://…` the same over TLS.
struct StoreUrl {
    StoreKind kind = StoreKind::memory;
    bool tls = false;
    std::vector<StoreHost> hosts =
        {};  ///< redis: one; sentinel: the sentinels; cluster: some of its servers; otherwise none
    std::string socket_path = {};  ///< unix
    std::string user = {};         ///< empty: the default user
    std::string password = {};     ///< a secret of the server, not of the sentinels; empty: none
    int database = 0;
    std::string master = {};  ///< sentinel
    bool operator==(const StoreUrl&) const = default;
};

/// Ports left out are 6379, of sentinels 26379. User and password are percent-decoded. Throws Unexpected,
/// whose message holds nothing of the text.
StoreUrl parse_store_url(const std::string& text);

/// As one would write it, with `***` for the password.
std::string to_masked_string(const StoreUrl& url);

}  // namespace weir::config
