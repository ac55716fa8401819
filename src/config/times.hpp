// Points in time as documents and people write them.
#pragma once

#include <cstdint>
#include <string>

namespace weir::config {

/// RFC 3339, as microseconds of Unix time. Throws Unexpected.
std::int64_t parse_timestamp_us(const std::string& text);

/// The same, or "18:00" and "18:00:30": the next such time of day in UTC after `now_us`. Throws Unexpected.
std::int64_t parse_time_us(const std::string& text, std::int64_t now_us);

}  // namespace weir::config
