// Days and times of the UTC calendar, from microseconds since 1970-01-01. Years of four digits: what lies
// beyond is shown as the last day of 9999.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::text {

/// Days since 1970-01-01; those before it are negative.
std::int64_t day_of(std::int64_t time_us) noexcept;
/// "2026-11-26"; 1970-01-01 for what is before it.
std::string day_text(std::int64_t day);
/// Only what `day_text` writes.
std::optional<std::int64_t> parse_day(std::string_view text);

/// "2026-11-26T18:00:00Z" (RFC 3339): what is finer than a second is left out.
std::string rfc3339_seconds(std::int64_t time_us);
/// "2026-11-26T18:00:00Z", "2026-11-26T18:00:00.000001Z": with microseconds where there are any.
std::string rfc3339(std::int64_t time_us);
/// "2026-11-26T03:16:46.123456Z": always with them. Times before 1970 are shown as its beginning.
void append_timestamp(std::string& out, std::int64_t time_us);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7), in English whatever the locale.
std::string http_date(std::int64_t time_us);

}  // namespace weir::text
