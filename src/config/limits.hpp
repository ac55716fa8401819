// Limits as they stand in tiers, models, groups, keys and upstreams.
#pragma once

#include <string>
#include <string_view>

#include "config/document.hpp"

namespace weir::config {

inline constexpr std::int64_t minute_us = 60'000'000;

/// `rpm`, `itpm`, `otpm`, `tpm` and `more`, ordered by dimension and window. Their origins are set at
/// `limit_path`.
LimitSet read_limits(const Field& field);

/// Replaces the limit of the same dimension and window, or adds it.
void set_limit(LimitSet& limits, const LimitSpec& spec);

/// "$.tiers.trial.limits.rpm", "$.tiers.trial.limits.requests/1d"
std::string limit_path(std::string_view parent, const LimitSpec& spec);

}  // namespace weir::config
