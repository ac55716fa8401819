// Secrets: made from the system's randomness, kept and compared by their hashes alone.
#pragma once

#include <string>

#include "config/sha256.hpp"

namespace weir::admin {

/// In constant time.
bool is_same(const config::Sha256& left, const config::Sha256& right) noexcept;

/// `weir-` and 32 random bytes in base64url. Throws runtime_error where the system has no randomness.
std::string make_secret();

}  // namespace weir::admin
