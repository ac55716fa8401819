// Hosts as URLs, header fields and logs write them: IPv6 in brackets (RFC 3986, 3.2.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::text {

inline std::string bracketed(std::string_view host) {
    if (host.find(':') == std::string_view::npos) return std::string(host);
    return std::string("[").append(host).append("]");
}

/// "127.0.0.1:8000", "[::1]:8000", "api.example:443"
inline std::string host_and_port(std::string_view host, std::uint16_t port) {
    return bracketed(host).append(":").append(std::to_string(port));
}

}  // namespace weir::text
