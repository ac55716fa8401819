// Where in the document something stands: $.tiers.trial.models["gpt-4o*"].otpm
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::config {

/// Names of other than letters, digits, `_` and `-` are put in brackets and quotes, and cut where very long.
std::string member_path(std::string_view parent, std::string_view name);
std::string item_path(std::string_view parent, std::size_t index);

}  // namespace weir::config
