// What an upstream's answer says of its provider's own limits, and how long it asks to be left alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "weir/limit.hpp"

namespace weir::llm {

// Who sends what, as documented or recorded (2023 to 2026):
//
//   OpenAI      x-ratelimit-{limit,remaining,reset}-{requests,tokens}; resets are Go durations ("6m0s").
//               https://platform.openai.com/docs/guides/rate-limits
//   Azure       the same names, resets in whole seconds, x-ratelimit-renewalperiod-{requests,tokens} (the
//               window in seconds); some endpoints send `remaining` alone, or -1, -1 and 0 for "not known";
//               429s have retry-after-ms and retry-after, older ones x-rate-limit-reset-tokens.
//               https://learn.microsoft.com/azure/ai-services/openai/how-to/quota,
//               github.com/openai/openai-dotnet/issues/838, github.com/openai/openai-python/issues/937
//   Anthropic   anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,reset};
//               resets are RFC 3339 times of the full limit, in whole seconds and at times just passed;
//               remaining tokens are rounded to thousands; `tokens` is whichever limit is the tightest.
//               retry-after in seconds on every 429, but not where the spending limit is reached.
//               https://docs.anthropic.com/en/api/rate-limits,
//               github.com/anthropics/anthropic-sdk-typescript/issues/357
//   Groq        OpenAI's names and Go durations ("2m59.56s"), but requests are those of a day, tokens of a
//               minute; retry-after in seconds on 429s. https://console.groq.com/docs/rate-limits
//   Mistral     x-ratelimit-{limit,remaining}-{req,tokens}-minute, no reset.
//               github.com/mistralai/client-ts/issues/169
//   OpenRouter  x-ratelimit-{limit,remaining,reset} of requests, the reset as a Unix time in milliseconds;
//               retry-after in seconds. github.com/everruns/everruns/pull/2280
//   Baidu       OpenAI's names with -input-tokens and -output-tokens, no reset (Qianfan's API reference).
//
// Not read: limits of a day or month beside those of a minute (Cerebras's `-day`, Mistral's `-month`), of
// one project (OpenAI's `-project-tokens`), of Anthropic's priority tier and subscriptions (`-unified-`):
// weir's ledgers of an upstream are none of these.

/// One dimension as the provider counts it, by its own rules. What it did not say, or said in a way that
/// cannot be (malformed, negative, above limit_max), is absent.
struct ProviderDimension {
    std::optional<std::int64_t> limit = {};      ///< 1 to limit_max
    std::optional<std::int64_t> remaining = {};  ///< 0 to limit_max; may exceed the limit
    /// From now until all of it remains again, as OpenAI and Anthropic document it; 0: that has passed.
    std::optional<std::int64_t> reset_us = {};
    std::optional<std::int64_t> window_us = {};  ///< over which it is counted; most do not say

    bool operator==(const ProviderDimension&) const noexcept = default;
};

struct ProviderLimits {
    std::array<ProviderDimension, dimension_count> by_dimension;
    /// retry-after-ms, or else Retry-After; above 0. "0" counts as absent, as for OpenAI's SDKs.
    std::optional<std::int64_t> retry_after_us;

    const ProviderDimension& of(Dimension dimension) const noexcept {
        return by_dimension[static_cast<std::size_t>(dimension)];
    }
    bool operator==(const ProviderLimits&) const noexcept = default;
};

/// Takes the fields of one answer, in any order. Of fields that say the same thing the first that can be read
/// counts. Thread safety: none needed, a value. Nothing throws or allocates.
class ProviderLimitsReader {
public:
    /// `now_us`: the wall clock when the answer came.
    explicit ProviderLimitsReader(std::int64_t now_us) noexcept : now_us_(now_us) {}

    /// `name` in any case. Most fields are dismissed by their first letters.
    void take(std::string_view name, std::string_view value) noexcept;
    ProviderLimits limits() const noexcept;

private:
    void take_limit(std::string_view name, std::string_view value) noexcept;

    std::int64_t now_us_;
    ProviderLimits limits_;
    std::array<bool, dimension_count> is_not_limited_{};  ///< "-1" or "0": what remains says nothing then
    std::optional<std::int64_t> retry_after_ms_us_;       ///< as said in milliseconds
};

/// `fields` has elements with a `name` and a `value`: http::Fields.
template <typename Fields>
ProviderLimits provider_limits(const Fields& fields, std::int64_t now_us) noexcept {
    ProviderLimitsReader reader(now_us);
    for (const auto& field : fields) reader.take(field.name, field.value);
    return reader.limits();
}

/// So long an upstream sleeps at the most, whatever its provider says: Azure has answered "retry after 86400
/// seconds" for limits of a minute.
inline constexpr std::int64_t sleep_max_us = 600LL * 1'000'000;

/// For how long the provider asks to be left alone: what it said itself; else until all dimensions of which
/// nothing remains are reset. From 1 to sleep_max_us; nullopt where it did not say, and for any status but
/// 429, 503 and 529 (Anthropic's "overloaded").
std::optional<std::int64_t> sleep_us(int status, const ProviderLimits& limits) noexcept;

}  // namespace weir::llm
