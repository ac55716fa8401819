// The two families of rate-limit headers.
#include <array>
#include <charconv>

#include "llm/ascii_case.hpp"
#include "llm/dialect.hpp"
#include "llm/durations.hpp"

namespace weir::llm {

namespace {

struct Names {
    std::string_view limit;
    std::string_view remaining;
    std::string_view reset;
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
}};

void append_number(HeaderLines& headers, std::string_view name, std::int64_t value) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    append_header(headers, name, std::string_view(digits.data(), end));
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
        append_header(
            headers, family[i].reset,
            dialect == Dialect::anthropic ? rfc3339(now_us + level.reset_us) : go_duration(level.reset_us));
    }
}

bool is_rate_limit_header(std::string_view name) noexcept {
    // The last two are the IETF draft's: "RateLimit", "RateLimit-Policy", "RateLimit-Limit", …
    return begins_with(name, "x-ratelimit-") || begins_with(name, "anthropic-ratelimit-") ||
           begins_with(name, "ratelimit-") || (name.size() == 9 && begins_with(name, "ratelimit"));
}

}  // namespace weir::llm
