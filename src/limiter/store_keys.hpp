// The keys in Redis that are no ledgers: what nodes tell each other. Ledgers: weir/ledger_name.hpp.
#pragma once

#include <string_view>

namespace weir::store_keys {

// 1 is the version of the stored shape; what stands in braces decides the slot on Redis Cluster.

/// Where there is one server. A cluster has these once for each master, under other tags:
/// heartbeat_place.hpp.
inline constexpr std::string_view epoch = "weir:1:{nodes}:epoch";
inline constexpr std::string_view nodes = "weir:1:{nodes}:heartbeats";

}  // namespace weir::store_keys
