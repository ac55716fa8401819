// Finds the addresses of a host without blocking the thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>

#include "weir/awaitable.hpp"

namespace weir::net {

using Tcp = boost::asio::ip::tcp;
using Resolver = boost::asio::ip::basic_resolver<Tcp, executor>;

/// `host` is an IPv4 or IPv6 address rather than a name.
bool is_address(const std::string& host);

/// What a host is called and where it was found. An address needs no look-up. The system's resolver can't be
/// interrupted: a look-up that is cancelled ends with operation_aborted only when the resolver returns.
struct Resolved {
    boost::system::error_code error;  ///< EMFILE or ENFILE where the resolver could open nothing
    Resolver::results_type endpoints;
};
awaitable<Resolved> resolve(Resolver& resolver, std::string host, std::uint16_t port);

}  // namespace weir::net
