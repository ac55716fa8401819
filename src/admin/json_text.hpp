// JSON in and out of the admin API: bounded, without duplicate members, and text that is always valid.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace weir::admin {

using Json = nlohmann::ordered_json;

/// ASCII alone, so that no name in it steers a terminal. Bytes that are no UTF-8 are replaced.
std::string to_text(const Json& value);

/// A body that has to be one object, nested no deeper than a configuration. Throws Refused with 400.
Json parse_object(std::string_view text);

/// A document of the layer, which others may have written. None where it is no object within the bounds of a
/// configuration.
std::optional<Json> read_kept(std::string_view text);
/// An empty object instead of none.
Json parse_kept(std::string_view text);

/// RFC 3339, UTC; null for 0.
Json time_json(std::int64_t time_us);

}  // namespace weir::admin
