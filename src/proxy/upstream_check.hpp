// Asks upstreams that were ejected whether they are back, where a path for that is configured, so that no
// client's request has to be the probe.
#pragma once

#include <memory>

#include "policy/policy.hpp"
#include "weir/awaitable.hpp"

namespace weir::proxy {

struct Worker;

/// Looks after the upstreams of one thread's configuration until its context ends; to be spawned once. A
/// check is a GET of `check_path` with the upstream's own key, and any 2xx is well. Of all threads one makes
/// it.
awaitable<void> check_upstreams(Worker& worker);

}  // namespace weir::proxy
