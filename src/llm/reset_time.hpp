// When a provider's limit resets, in whichever way it writes that. Inside the room alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::llm {

/// No provider's window is longer (Mistral's month is the longest): what is, is a mistake.
inline constexpr std::int64_t wait_max_us = 366LL * 86'400 * 1'000'000;

/// How long from `now_us` (wall clock) until then, from 0 to wait_max_us:
///
///     "6m0s", "2m59.56s", "120ms"        Go durations: OpenAI, Groq
///     "55", "33011.382867"               seconds: Azure, Cerebras, Retry-After
///     "1741305600", "1741305600000"      Unix time in seconds or milliseconds: OpenRouter
///     "2024-03-26T20:00:00Z"             RFC 3339: Anthropic
///     "Sun, 06 Nov 1994 08:49:37 GMT"    HTTP dates: Retry-After
///
/// A moment that has passed is 0 from now. nullopt for what is negative, longer than that, or none of these.
std::optional<std::int64_t> wait_us(std::string_view text, std::int64_t now_us) noexcept;

/// "1500", "577.5": nullopt where it is no such number, or longer than wait_max_us.
std::optional<std::int64_t> milliseconds_as_us(std::string_view text) noexcept;

}  // namespace weir::llm
