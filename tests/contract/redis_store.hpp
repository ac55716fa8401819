// The Redis that the suites' shared store keeps its ledgers in.
#pragma once

#include "support/redis_server.hpp"

namespace weir::testing {

/// One for the whole process; each new store begins with nothing in it.
RedisServer& redis_under_test();

}  // namespace weir::testing
