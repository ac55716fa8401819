// SHA-256 by OpenSSL, which uses what the processor has for it: for what is hashed with every request.
#pragma once

#include <string_view>

#include "config/sha256.hpp"

namespace weir::app {

/// Any thread. Throws std::runtime_error where OpenSSL does not offer it.
config::Sha256 fast_sha256(std::string_view text);

}  // namespace weir::app
