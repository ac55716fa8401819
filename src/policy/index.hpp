// What a policy looks up: keys by digest of their secrets and by id, and the ledgers made for them.
#pragma once

#include <cstring>
#include <map>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/policy.hpp"

namespace weir::policy {

struct DigestHash {
    std::size_t operator()(const config::Sha256& digest) const noexcept {
        std::size_t hash = 0;
        std::memcpy(&hash, digest.data(), sizeof hash);
        return hash;
    }
};

/// Limits that several keys share, cut to the ceiling of a tier.
struct SharedLedgers {
    std::unordered_map<std::string_view, std::vector<LedgerLimits>> groups;
    std::vector<std::vector<LedgerLimits>> upstreams;  ///< as the configuration's
};

struct Policy::Index {
    /// By digest of their secrets. How long a comparison takes tells of the digest alone, and nobody can
    /// choose a secret by its digest.
    std::unordered_map<config::Sha256, const config::Key*, DigestHash> keys;
    std::unordered_map<std::string_view, const config::Key*> keys_by_id;
    std::vector<CompiledKey> compiled;       ///< as the configuration's keys
    std::map<double, SharedLedgers> shared;  ///< by ceiling; there is always one of 1
    /// As the configuration's: it is a provider that is known not to be Azure.
    std::vector<bool> knows_no_deployments;
};

}  // namespace weir::policy
