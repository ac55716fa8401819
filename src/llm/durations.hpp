// Windows and waiting times as the dialects write them.
#pragma once

#include <cstdint>
#include <string>

namespace weir::llm {

/// "1m", "1d", "7s": the largest unit that divides the window.
std::string short_window(std::int64_t window_us);

/// "min", "day", "7 s", "5 min": what follows "per".
std::string window_in_words(std::int64_t window_us);

/// "2026-08-01T12:00:00Z", rounded up to the second.
std::string rfc3339(std::int64_t time_us);

}  // namespace weir::llm
