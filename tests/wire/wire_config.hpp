// The configuration of a row, by way of the same text that an operator writes.
#pragma once

#include <cstdint>
#include <string>

#include "config/config.hpp"

namespace weir::testing {

/// The usual document (limits too large to matter over an hour, any key served) with `patch` (JSON merge
/// patch,
/// "$URL" standing for the upstream's address) put over it. Fails the test where that has mistakes. The
/// environment holds WIRE_KEY=injected-key.
config::Config wire_config(const std::string& patch, std::uint16_t upstream_port);

/// A patch: keys are required, and only "test-key" and "other-key" are known.
extern const std::string keys_required;
/// A patch: the same, and the key of $WIRE_KEY goes to the upstream.
extern const std::string key_injected;
/// A patch: the default tier has this limit, "itpm": 10000, beside the usual ones, and `more` members.
std::string tier_with(const std::string& limit, const std::string& more = {});

}  // namespace weir::testing
