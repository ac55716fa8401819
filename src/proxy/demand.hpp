// What a request is taken for: so much input, so much output to keep free. Pure.
#pragma once

#include "config/config.hpp"
#include "llm/call.hpp"
#include "policy/policy.hpp"
#include "weir/limit.hpp"

namespace weir::proxy {

/// Of a call that is not metered: one request.
Demand make_demand(const llm::Call& call, const config::Tier& tier, const policy::Applicable& applicable);

}  // namespace weir::proxy
