// RFC 3986, 3.2.2 and 3.2.3, as far as TCP needs it.
#include "config/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>

#include "config/unexpected.hpp"
#include "text/host.hpp"
#include "text/numbers.hpp"

namespace weir::config {

namespace {

constexpr const char* endpoint_expected =
    R"(expected an IP address and a port, such as "127.0.0.1:8000" or "[::1]:8000")";
constexpr const char* port_expected = "expected a port from 1 to 65535 after the colon";
constexpr const char* host_expected = "expected a host name or an IP address, IPv6 in brackets";

struct Pieces {
    std::string host;
    bool in_brackets = false;
    std::optional<std::string_view> port;
};

/// nullopt where the brackets are wrong.
std::optional<Pieces> split(std::string_view text) {
    Pieces pieces;
    std::size_t end = text.find(':');
    if (text.starts_with('[')) {
        pieces.in_brackets = true;
        end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        pieces.host = text.substr(1, end - 1);
        ++end;
        if (end < text.size() && text[end] != ':') return std::nullopt;
    } else {
        pieces.host = text.substr(0, end);
    }
    if (end < text.size()) pieces.port = text.substr(end + 1);
    return pieces;
}

bool is_ipv4(const std::string& text) noexcept {
    in_addr address{};
    return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& text) noexcept {
    in6_addr address{};
    return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool is_name_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

bool is_host_name(const std::string& text) {
    if (text.empty() || text.size() > 253 || !std::all_of(text.begin(), text.end(), is_name_character))
        return false;
    bool last_label_has_letters = false;
    for (std::size_t first = 0; first <= text.size();) {
        const std::size_t end = std::min(text.find('.', first), text.size());
        const std::string_view label = std::string_view(text).substr(first, end - first);
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
        last_label_has_letters = label.find_first_not_of("0123456789") != std::string_view::npos;
        first = end + 1;
    }
    // What ends in a number is meant to be an address.
    return last_label_has_letters;
}

}  // namespace

bool is_ip_address(const std::string& text) noexcept {
    return text.find('\0') == std::string::npos && (is_ipv4(text) || is_ipv6(text));
}

Endpoint parse_endpoint(const std::string& text) {
    const std::optional<Pieces> pieces = split(text);
    if (!pieces || !pieces->port) throw Unexpected(endpoint_expected);
    const std::optional<std::uint16_t> port = text::number_in<std::uint16_t>(*pieces->port);
    const bool valid = is_ip_address(pieces->host) && is_ipv6(pieces->host) == pieces->in_brackets;
    if (!port || !valid) throw Unexpected(endpoint_expected);
    return {pieces->host, *port};
}

bool is_loopback(const Endpoint& endpoint) noexcept {
    in6_addr address{};
    if (inet_pton(AF_INET6, endpoint.address.c_str(), &address) == 1) return IN6_IS_ADDR_LOOPBACK(&address);
    return endpoint.address.starts_with("127.");
}

std::string to_string(const Endpoint& endpoint) {
    return text::host_and_port(endpoint.address, endpoint.port);
}

HostAndPort parse_host_and_port(std::string_view text, std::uint16_t port_default) {
    const std::optional<Pieces> pieces = split(text);
    if (!pieces) throw Unexpected(host_expected);
    const bool valid = pieces->in_brackets ? is_ip_address(pieces->host) && is_ipv6(pieces->host)
                                           : is_ipv4(pieces->host) || is_host_name(pieces->host);
    if (!valid || pieces->host.find('\0') != std::string::npos) throw Unexpected(host_expected);
    if (!pieces->port) return {pieces->host, port_default};
    const std::optional<std::uint16_t> port = text::number_in<std::uint16_t>(*pieces->port);
    if (!port || *port == 0) throw Unexpected(port_expected);
    return {pieces->host, *port};
}

}  // namespace weir::config
