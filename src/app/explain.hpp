// What weir would make of a request: who asks, how much it is taken for, which limits apply, and what they
// say.
#pragma once

#include <string>

#include "admin/control.hpp"
#include "policy/policy.hpp"
#include "proxy/learned.hpp"
#include "weir/awaitable.hpp"
#include "weir/limiter.hpp"

namespace weir::app {

/// The JSON of POST /admin/explain. Charges nothing: the ledgers are read, and only where they have no room
/// is the store asked for the exact time, which it tells by refusing. Should room have come meanwhile, what
/// the store then took is given back at once. Problems: 404 for an id that no key has, 503 where the store
/// can't be asked.
awaitable<admin::Answered<std::string>> explain(const policy::Policy& policy, const proxy::Learned& learned,
                                                Limiter& limiter, admin::ExplainQuestion question);

}  // namespace weir::app
