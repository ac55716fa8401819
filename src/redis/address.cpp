// Checks and texts of addresses.
#include "redis/address.hpp"

#include <stdexcept>

#include "text/host.hpp"

namespace weir::redis {

void check(const RedisAddress& address) {
    const int kinds = static_cast<int>(!address.host.empty()) +
                      static_cast<int>(!address.socket_path.empty()) +
                      static_cast<int>(!address.sentinels.empty());
    if (kinds != 1)
        throw std::invalid_argument("redis: exactly one of a host, a socket and sentinels must be given");
    if (address.sentinels.empty() != address.master.empty())
        throw std::invalid_argument("redis: sentinels need the name of a master, and only they do");
    if (address.tls && !address.socket_path.empty())
        throw std::invalid_argument("redis: no TLS on a unix socket");
    if (!address.user.empty() && address.password.empty())
        throw std::invalid_argument("redis: a user needs a password");
    if (address.database < 0) throw std::invalid_argument("redis: the database can't be negative");
}

std::string text_of(const RedisAddress& address) {
    if (!address.socket_path.empty()) return "unix:" + address.socket_path;
    if (!address.sentinels.empty()) {
        std::string text = "master " + address.master + " of sentinels";
        const char* separator = " ";
        for (const auto& [host, port] : address.sentinels) {
            text.append(separator).append(text::host_and_port(host, port));
            separator = ", ";
        }
        return text;
    }
    return text::host_and_port(address.host, address.port);
}

}  // namespace weir::redis
