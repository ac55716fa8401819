// Limits, times and targets as one types them on a command line. Pure. Throws config::Unexpected.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/fields.hpp"

namespace weir::cli {

/// "rpm=100", "otpm=5k", "max_in_flight=8", "requests/1d=2000" as the limits of a document.
Json parse_limits(const std::vector<std::string>& words);

/// The limits of `given`, and those of `before` of another dimension or window.
Json merged_limits(const Json& before, const Json& given);

/// "2h" becomes the time it is then; "18:00" and RFC 3339 stay: the node reads them.
std::string parse_until(const std::string& text, std::int64_t now_us);

/// "acme-web" is a key; "tier/trial", "group/acme" and "upstream/openai" are what they say.
std::string parse_target(const std::string& text);

/// "86400" and "24h" in seconds, up to 31 days.
std::int64_t parse_seconds(const std::string& text);

}  // namespace weir::cli
