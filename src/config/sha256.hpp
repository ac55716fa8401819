// SHA-256 (FIPS 180-4): what stands in the configuration for a secret, and in logs for a whole configuration.
#pragma once

#include <array>
#include <string_view>

namespace weir::config {

using Sha256 = std::array<unsigned char, 32>;

/// Any thread.
Sha256 sha256(std::string_view text);

}  // namespace weir::config
