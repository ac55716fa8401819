// Addresses are taken as they are; names go to the system's resolver.
#include "net/resolve.hpp"

#include <boost/asio/ip/address.hpp>
#include <utility>

namespace weir::net {

using boost::system::error_code;

bool is_address(const std::string& host) {
    error_code error;
    boost::asio::ip::make_address(host, error);
    return !error;
}

awaitable<Resolved> resolve(Resolver& resolver, std::string host, std::uint16_t port) {
    Resolved resolved;
    error_code not_an_address;
    const auto address = boost::asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        resolved.endpoints = Resolver::results_type::create(Tcp::endpoint(address, port), host, "");
        co_return resolved;
    }
    auto [error, found] = co_await resolver.async_resolve(host, std::to_string(port), use_awaitable_as_tuple);
    resolved.error = error;
    resolved.endpoints = std::move(found);
    co_return resolved;
}

}  // namespace weir::net
