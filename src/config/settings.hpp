// A configuration as a flat list of settings: what is shown and what is hashed, but for
// keys, of which there may be too many to be hashed as text.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace weir::config {

struct Setting {
    std::string path = {};    ///< as in Origins: "$.tiers.trial.limits.rpm"
    std::string shown = {};   ///< secrets masked
    std::string secret = {};  ///< what was masked, else empty
    bool each_nodes = false;  ///< nodes with the same configuration may differ in it
};

/// The name of the token that `admin.token_env` gives; no other has it.
inline constexpr const char* admin_token_name = "admin";

enum class Keys : std::uint8_t { with, without };
/// In the order of the sections; all of the effective values, none twice.
std::vector<Setting> settings_of(const Config& config, Keys keys = Keys::with);

}  // namespace weir::config
