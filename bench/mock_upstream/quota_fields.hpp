// How real providers tell of their limits: in the header of every answer, and in a 429. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mock_upstream/call.hpp"
#include "mock_upstream/quota.hpp"

namespace weir::mock {

/// Whose header fields (src/llm/provider_limits.hpp has the sources).
enum class Style : std::uint8_t {
    automatic,  ///< Anthropic's on Anthropic's paths, else OpenAI's
    openai,     ///< x-ratelimit-{limit,remaining,reset}-…, resets as Go durations
    anthropic,  ///< anthropic-ratelimit-…-{limit,remaining,reset}, resets as RFC 3339 times
    azure       ///< x-ratelimit-remaining-… alone
};

std::optional<Style> parse_style(std::string_view text);
/// The style of an answer to that path: never automatic.
Style style_for(Style style, std::string_view path);

using AnswerFields = std::vector<std::pair<std::string, std::string>>;

/// What remains, and what a 429 says of coming back.
void append_quota_fields(const QuotaState& state, Style style, std::int64_t now_us, AnswerFields& out);
/// OpenAI and Azure send retry-after and retry-after-ms, Anthropic whole seconds alone.
void append_retry_fields(std::int64_t retry_after_us, Style style, AnswerFields& out);

/// The body of a 429 in the words of the provider. `state` is a refusal.
std::string quota_refusal_body(const QuotaState& state, Style style, Kind kind, std::string_view model);

}  // namespace weir::mock
