// Limits as they stand in tiers, models, groups, keys and upstreams.
#pragma once

#include <string>
#include <string_view>

#include "config/document.hpp"

namespace weir::config {

inline constexpr std::int64_t minute_us = 60'000'000;
inline constexpr std::int64_t in_flight_max = 1'000'000;

/// `rpm`, `itpm`, `otpm`, `tpm`, `max_in_flight` and `more`, ordered by dimension and window, and `enforce`.
/// Their origins are set at `limit_path`.
LimitSet read_limits(const Field& field);

/// Replaces the limit of the same dimension and window, or adds it.
void set_limit(LimitSet& limits, const LimitSpec& spec);

/// Of `limits`, those of dimensions that `own` names give way to `own`.
LimitSet replace_by_dimension(const LimitSet& limits, const LimitSet& own);

/// Each limit times `factor`, rounded, at most limit_max. What is not blocked does not become so.
LimitSet scaled(LimitSet limits, double factor);

/// "$.tiers.trial.limits.rpm", "$.tiers.trial.limits.requests/1d"
std::string limit_path(std::string_view parent, const LimitSpec& spec);

}  // namespace weir::config
