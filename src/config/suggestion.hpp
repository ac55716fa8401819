// "Did you mean": the known name that is nearest to a mistyped one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

/// `; did you mean "limits"?`, or nothing where no name is near.
std::string suggestion_for(std::string_view name, const std::vector<std::string_view>& known);

/// Insertions, deletions, replacements and swaps of neighbours, letters' case aside.
std::size_t edit_distance(std::string_view left, std::string_view right);

}  // namespace weir::config
