// What a policy looks up: keys by digest of their secrets and by id, and the ledgers made for them.
#pragma once

#include <openssl/crypto.h>

#include <array>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/policy.hpp"

namespace weir::policy {

using Digest = std::array<unsigned char, 32>;

struct DigestHash {
    std::size_t operator()(const Digest& digest) const noexcept {
        std::size_t hash = 0;
        std::memcpy(&hash, digest.data(), sizeof hash);
        return hash;
    }
};

struct DigestEqual {
    bool operator()(const Digest& left, const Digest& right) const noexcept {
        return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
    }
};

struct Policy::Index {
    std::unordered_map<Digest, const config::Key*, DigestHash, DigestEqual> keys;
    std::unordered_map<std::string_view, const config::Key*> keys_by_id;
    std::vector<CompiledKey> compiled;  ///< as the configuration's keys
    std::unordered_map<std::string_view, std::vector<LedgerLimits>> groups;
    std::vector<std::vector<LedgerLimits>> upstreams;  ///< as the configuration's
};

}  // namespace weir::policy
