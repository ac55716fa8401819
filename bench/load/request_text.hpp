// The request as bytes: a head for each target and key, a body for all.
#pragma once

#include <string>

#include "load/options.hpp"

namespace weir::load {

std::string make_body(const LoadOptions& options);
std::string make_head(const LoadOptions& options, const Target& target, const std::string& key,
                      std::size_t body_bytes);

}  // namespace weir::load
