// Hosts and ports as they stand in endpoints and URLs. Every parser throws Unexpected.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/config.hpp"

namespace weir::config {

/// "127.0.0.1:8000", "[::1]:8000"; port 0: any that is free.
Endpoint parse_endpoint(const std::string& text);
std::string to_string(const Endpoint& endpoint);

struct HostAndPort {
    std::string host;  ///< a name or an IP address, without brackets
    std::uint16_t port = 0;
};

/// A name or an address, IPv6 in brackets, and a port from 1 on where it is not the default.
HostAndPort parse_host_and_port(std::string_view text, std::uint16_t port_default);

/// Nobody else's host reaches it.
bool is_loopback(const Endpoint& endpoint) noexcept;

bool is_ip_address(const std::string& text) noexcept;

}  // namespace weir::config
