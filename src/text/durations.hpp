// Windows and waiting times as they are written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace weir::text {

/// How long one "d", "h", "m" or "s" is; nullopt for any other letter.
std::optional<std::int64_t> unit_us(char letter) noexcept;

/// "1m", "1d", "7s": in the largest unit that divides the window.
std::string window_text(std::int64_t window_us);

/// "min", "day", "7 s", "5 min": what follows "per".
std::string window_in_words(std::int64_t window_us);

/// "1.78s", "6m0s", "120ms": a Go duration, rounded up to the millisecond.
std::string go_duration(std::int64_t duration_us);

}  // namespace weir::text
