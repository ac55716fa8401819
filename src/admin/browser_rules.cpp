// Hosts and origins, compared without case and default ports.
#include "admin/browser_rules.hpp"

#include <boost/asio/ip/address.hpp>
#include <utility>

#include "text/ascii.hpp"

namespace weir::admin {

namespace {

std::string_view without_port(std::string_view host) noexcept {
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        return end == std::string_view::npos ? std::string_view() : host.substr(1, end - 1);
    }
    return host.substr(0, host.find(':'));
}

std::string_view without_default_port(std::string_view host, std::string_view port) noexcept {
    if (host.ends_with(port)) host.remove_suffix(port.size());
    return host;
}

}  // namespace

bool is_loopback_host(std::string_view host) {
    if (host.empty()) return true;
    const std::string_view name = without_port(host);
    if (text::equals_ignoring_case(name, "localhost")) return true;
    constexpr std::string_view below = ".localhost";  // RFC 6761 6.3: it never leaves the machine
    if (name.size() > below.size() && text::ends_with_ignoring_case(name, below)) return true;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(name, error);
    return !error && address.is_loopback();
}

bool is_own_origin(std::string_view origin, std::string_view host) noexcept {
    for (const auto& [scheme, port] : {std::pair<std::string_view, std::string_view>{"http://", ":80"},
                                       std::pair<std::string_view, std::string_view>{"https://", ":443"}}) {
        if (!text::starts_with_ignoring_case(origin, scheme)) continue;
        return text::equals_ignoring_case(without_default_port(origin.substr(scheme.size()), port),
                                          without_default_port(host, port));
    }
    return false;
}

}  // namespace weir::admin
