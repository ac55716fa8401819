// Texts and numbers as people read them on a terminal. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::cli {

/// What others chose (models, paths, reasons) must not steer a terminal: each byte of what is not printable
/// (text/characters), or no UTF-8, becomes a question mark.
std::string printable(std::string_view shown);

/// Columns that it takes: one for each code point.
std::size_t width_of(std::string_view text) noexcept;
/// At most so many columns, the last one "…" where something is missing. `width` 0: as it is.
std::string cut(std::string_view text, std::size_t width);

/// "0.4", "12.0", "1,234": fewer digits where they say nothing.
std::string rate_text(double per_second);
/// "0.12 ms", "1.5 s".
std::string milliseconds_text(double milliseconds);
/// "900 ms", "42 s", "12 min", "5 h", "3 d".
std::string duration_text(std::int64_t milliseconds);
/// The same until a limit is empty by itself; "-" where nothing is used (0), or nobody knows (in flight).
std::string empty_in_text(std::int64_t reset_ms);
/// "2026-11-26T18:00:00.5Z" as "18:00:05"; what is no such time as it is.
std::string time_of_day(std::string_view rfc3339);
/// "2026-11-26T18:00:00.5Z" as "2026-11-26 18:00:00"; what is no such time as it is.
std::string date_and_time(std::string_view rfc3339);

/// "########....": so much of `limit`, in so many columns. Full only from the limit on.
std::string bar(std::int64_t used, std::int64_t limit, std::size_t width);
/// "45%"; "-" where nothing may be used.
std::string share_text(std::int64_t used, std::int64_t limit);

}  // namespace weir::cli
