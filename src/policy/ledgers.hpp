// The ledgers of one key, group, upstream: made when a configuration is published, and for unknown keys.
#pragma once

#include <vector>

#include "policy/policy.hpp"

namespace weir::policy {

std::vector<LedgerLimits> ledgers_of_key(const Subject& subject);
std::vector<LedgerLimits> ledgers_of_group(const config::Group& group);
std::vector<LedgerLimits> ledgers_of_upstream(const config::Upstream& upstream);
/// Of the key, where a model matches the pattern.
std::vector<LedgerLimits> ledgers_on_model(const Subject& subject, const config::ModelLimits& model);

}  // namespace weir::policy
