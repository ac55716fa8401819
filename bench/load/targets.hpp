// From names to addresses, and whether anybody is there.
#pragma once

#include <vector>

#include "load/connection.hpp"
#include "load/options.hpp"

namespace weir::load {

/// One endpoint for each target. Throws std::runtime_error where a host is unknown, or where no target at all
/// accepts a connection; says on standard error which don't.
/// The context is for those that speak TLS, and outlives the endpoints.
std::vector<Endpoint> find_targets(const std::vector<Target>& targets, SSL_CTX* tls);

}  // namespace weir::load
