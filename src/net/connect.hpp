// Connects to the first address of a host that answers.
#pragma once

#include "net/resolve.hpp"
#include "net/transport.hpp"
#include "weir/awaitable.hpp"

namespace weir::net {

/// This process, or the whole system, can open no more files and connections (EMFILE, ENFILE).
bool is_lack_of_descriptors(const boost::system::error_code& error) noexcept;

/// Tries one address after the other, in a socket that is opened anew for each. The error is that of the last
/// one tried, and of opening the socket where it could not be opened. Whoever closes the socket meanwhile
/// ends it. `endpoints` outlive it.
awaitable<boost::system::error_code> connect(Socket& socket, const Resolver::results_type& endpoints);

}  // namespace weir::net
