// A configuration as a flat list of settings: what describe prints and config_hash hashes.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace weir::config {

struct Setting {
    std::string path;    ///< as in Origins: "$.tiers.trial.limits.rpm"
    std::string shown;   ///< secrets masked
    std::string secret;  ///< what was masked, else empty
};

/// In the order of the sections; all of the effective values, none twice.
std::vector<Setting> settings_of(const Config& config);

}  // namespace weir::config
