// The ledgers of one key, group, upstream: made when a configuration is published, and for unknown keys.
#pragma once

#include <vector>

#include "policy/policy.hpp"

namespace weir::policy {

std::vector<LedgerLimits> ledgers_of_key(const Subject& subject);
/// `ceiling`: the part of the limits that whoever asks may fill; a limit of 0 stays, no other becomes 0.
std::vector<LedgerLimits> ledgers_of_group(const config::Group& group, double ceiling);
std::vector<LedgerLimits> ledgers_of_upstream(const config::Upstream& upstream, double ceiling);
/// Of the key, where a model matches the pattern.
std::vector<LedgerLimits> ledgers_on_model(const Subject& subject, const config::ModelLimits& model);

}  // namespace weir::policy
