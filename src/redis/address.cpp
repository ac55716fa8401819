// Checks and texts of addresses.
#include "redis/address.hpp"

#include <stdexcept>

#include "text/host.hpp"

namespace weir::redis {

namespace {

std::string list_of(const std::vector<std::pair<std::string, std::uint16_t>>& servers) {
    std::string list;
    for (const auto& [host, port] : servers)
        list.append(list.empty() ? "" : ", ").append(text::host_and_port(host, port));
    return list;
}

}  // namespace

void check(const RedisAddress& address) {
    const int kinds =
        static_cast<int>(!address.host.empty()) + static_cast<int>(!address.socket_path.empty()) +
        static_cast<int>(!address.sentinels.empty()) + static_cast<int>(!address.cluster.empty());
    if (kinds != 1)
        throw std::invalid_argument(
            "redis: exactly one of a host, a socket, sentinels and a cluster must be given");
    if (address.sentinels.empty() != address.master.empty())
        throw std::invalid_argument("redis: sentinels need the name of a master, and only they do");
    if (address.tls && !address.socket_path.empty())
        throw std::invalid_argument("redis: no TLS on a unix socket");
    if (!address.user.empty() && address.password.empty())
        throw std::invalid_argument("redis: a user needs a password");
    if (address.database < 0) throw std::invalid_argument("redis: the database can't be negative");
    if (address.database != 0 && !address.cluster.empty())
        throw std::invalid_argument("redis: a cluster has no databases");
}

std::string text_of(const RedisAddress& address) {
    if (!address.socket_path.empty()) return "unix:" + address.socket_path;
    if (!address.sentinels.empty())
        return "master " + address.master + " of sentinels " + list_of(address.sentinels);
    if (!address.cluster.empty()) return "cluster of " + list_of(address.cluster);
    return text::host_and_port(address.host, address.port);
}

}  // namespace weir::redis
