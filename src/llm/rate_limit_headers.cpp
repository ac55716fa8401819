// The two families of rate-limit headers.
#include <algorithm>
#include <array>
#include <charconv>

#include "llm/dialect.hpp"
#include "text/ascii.hpp"
#include "text/durations.hpp"
#include "text/times.hpp"

namespace weir::llm {

namespace {

struct Names {
    std::string_view limit;
    std::string_view remaining;
    std::string_view reset;  ///< empty: nobody knows when
};
/// By dimension.
using Family = std::array<Names, dimension_count>;

constexpr Family openai_family{{
    {"x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"},
    {"x-ratelimit-limit-input-tokens", "x-ratelimit-remaining-input-tokens",
     "x-ratelimit-reset-input-tokens"},
    {"x-ratelimit-limit-output-tokens", "x-ratelimit-remaining-output-tokens",
     "x-ratelimit-reset-output-tokens"},
    {"x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
    {"x-ratelimit-limit-in-flight", "x-ratelimit-remaining-in-flight", ""},
}};
constexpr Family anthropic_family{{
    {"anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining",
     "anthropic-ratelimit-requests-reset"},
    {"anthropic-ratelimit-input-tokens-limit", "anthropic-ratelimit-input-tokens-remaining",
     "anthropic-ratelimit-input-tokens-reset"},
    {"anthropic-ratelimit-output-tokens-limit", "anthropic-ratelimit-output-tokens-remaining",
     "anthropic-ratelimit-output-tokens-reset"},
    {"anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining",
     "anthropic-ratelimit-tokens-reset"},
    {"anthropic-ratelimit-in-flight-limit", "anthropic-ratelimit-in-flight-remaining", ""},
}};

void append_number(HeaderLines& headers, std::string_view name, std::int64_t value) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    append_header(headers, name, std::string_view(digits.data(), end));
}

/// Rounded up to the second: no earlier than the reset.
std::string reset_time(std::int64_t time_us) {
    constexpr std::int64_t second_us = 1'000'000;
    return text::rfc3339_seconds(std::max<std::int64_t>(time_us, 0) + second_us - 1);
}

}  // namespace

void append_rate_limit_headers(Dialect dialect,
                               const std::array<std::optional<Level>, dimension_count>& tightest,
                               std::int64_t now_us, HeaderLines& headers) {
    constexpr std::size_t usual_bytes = 512;  // more than three dimensions take
    headers.reserve(headers.size() + usual_bytes);
    const Family& family = dialect == Dialect::anthropic ? anthropic_family : openai_family;
    for (std::size_t i = 0; i < dimension_count; ++i) {
        if (!tightest[i] || tightest[i]->limit == unlimited) continue;
        const Level& level = *tightest[i];
        append_number(headers, family[i].limit, level.limit);
        append_number(headers, family[i].remaining, level.remaining());
        if (family[i].reset.empty()) continue;
        append_header(headers, family[i].reset,
                      dialect == Dialect::anthropic ? reset_time(now_us + level.reset_us)
                                                    : text::go_duration(level.reset_us));
    }
}

bool is_rate_limit_header(std::string_view name) noexcept {
    // The last two are the IETF draft's: "RateLimit", "RateLimit-Policy", "RateLimit-Limit", …
    return text::starts_with_ignoring_case(name, "x-ratelimit-") ||
           text::starts_with_ignoring_case(name, "anthropic-ratelimit-") ||
           text::starts_with_ignoring_case(name, "ratelimit-") ||
           (name.size() == 9 && text::starts_with_ignoring_case(name, "ratelimit"));
}

}  // namespace weir::llm
