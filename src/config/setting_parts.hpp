// The parts of documents that are more than scalars: their readers, and how they are shown. Rows of
// setting_tables.cpp refer to them.
#pragma once

#include <string>
#include <vector>

#include "config/document.hpp"
#include "config/draft.hpp"
#include "config/settings.hpp"

namespace weir::config {

// Readers of members of one object; each looks for its fields itself.
void read_token_secret(ObjectReader& object, AdminToken& token, Draft* draft);
void read_api_key(ObjectReader& object, Upstream& upstream, Draft* draft);
void read_headers(ObjectReader& object, Upstream& upstream, Draft* draft);
void read_served_models(ObjectReader& object, Upstream& upstream, Draft* draft);
void read_serves(ObjectReader& object, Upstream& upstream, Draft* draft);
void read_models(ObjectReader& object, Tier& tier, Draft* draft);

using Settings = std::vector<Setting>;

// `parent`: the path of the object that they are members of.
void show_admin_tokens(Settings& settings, const std::string& parent, const Config& config);
void show_upstreams(Settings& settings, const std::string& parent, const Config& config);
void show_tiers(Settings& settings, const std::string& parent, const Config& config);
void show_groups(Settings& settings, const std::string& parent, const Config& config);
void show_keys(Settings& settings, const std::string& parent, const Config& config);
void show_unknown_keys(Settings& settings, const std::string& parent, const Config& config);
void show_other_paths(Settings& settings, const std::string& parent, const Config& config);
void show_token(Settings& settings, const std::string& parent, const AdminToken& token);
void show_api_key(Settings& settings, const std::string& parent, const Upstream& upstream);
void show_upstream_limits(Settings& settings, const std::string& parent, const Upstream& upstream);
void show_headers(Settings& settings, const std::string& parent, const Upstream& upstream);
void show_served_models(Settings& settings, const std::string& parent, const Upstream& upstream);
void show_serves(Settings& settings, const std::string& parent, const Upstream& upstream);
void show_tier_limits(Settings& settings, const std::string& parent, const Tier& tier);
void show_models(Settings& settings, const std::string& parent, const Tier& tier);
void show_group_limits(Settings& settings, const std::string& parent, const Group& group);

}  // namespace weir::config
