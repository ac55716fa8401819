// What a request is taken for: so much input, so much output to keep free. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "config/config.hpp"
#include "llm/call.hpp"
#include "policy/policy.hpp"
#include "weir/limit.hpp"

namespace weir::proxy {

/// What earlier answers teach about a call.
struct Experience {
    double input_factor = 1.0;                    ///< of the estimate of its text
    std::optional<std::int64_t> output_tokens{};  ///< few answers like its take more; none: nobody knows
};

/// Of a call that is not metered: one request. Estimate `bound` heeds no experience.
Demand make_demand(const llm::Call& call, const config::Tier& tier, const policy::Applicable& applicable,
                   const Experience& experience = {});

}  // namespace weir::proxy
