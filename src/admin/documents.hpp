// Configured objects as the documents that a configuration writes them in.
#pragma once

#include <string>
#include <string_view>

#include "admin/json_text.hpp"
#include "config/config.hpp"

namespace weir::admin {

/// {"rpm":20,"more":[…]}
Json limits_json(const config::LimitSet& limits);
Json tier_json(const config::Tier& tier);
Json group_json(const config::Group& group);

/// The members of a key as configured: the layer's over the file's, limits dimension by dimension. Either may
/// be absent (nullptr).
Json key_document(const config::Key* in_file, const std::string* in_layer);

/// A document of the layer without what could be used to guess a secret.
Json masked(Json document);

}  // namespace weir::admin
