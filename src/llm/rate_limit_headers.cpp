// The two families of rate-limit headers.
#include <algorithm>
#include <array>

#include "llm/dialect.hpp"
#include "llm/durations.hpp"

namespace weir::llm {

namespace {

constexpr std::array<std::string_view, dimension_count> header_words{"requests", "input-tokens",
                                                                     "output-tokens", "tokens"};

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept {
    return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(),
                                                      [](char a, char b) { return a == lower(b); });
}

std::string header_name(Dialect dialect, std::string_view word, std::string_view part) {
    std::string name;
    if (dialect == Dialect::anthropic) {
        return name.append("anthropic-ratelimit-").append(word).append("-").append(part);
    }
    return name.append("x-ratelimit-").append(part).append("-").append(word);
}

}  // namespace

void append_rate_limit_headers(Dialect dialect,
                               const std::array<std::optional<Level>, dimension_count>& tightest,
                               std::int64_t now_us, HeaderList& headers) {
    for (std::size_t i = 0; i < dimension_count; ++i) {
        if (!tightest[i] || tightest[i]->limit == unlimited) continue;
        const Level& level = *tightest[i];
        const std::string_view word = header_words[i];
        headers.emplace_back(header_name(dialect, word, "limit"), std::to_string(level.limit));
        headers.emplace_back(header_name(dialect, word, "remaining"), std::to_string(level.remaining()));
        headers.emplace_back(header_name(dialect, word, "reset"), dialect == Dialect::anthropic
                                                                      ? rfc3339(now_us + level.reset_us)
                                                                      : go_duration(level.reset_us));
    }
}

bool is_rate_limit_header(std::string_view name) noexcept {
    // The last two are the IETF draft's: "RateLimit", "RateLimit-Policy", "RateLimit-Limit", …
    return starts_with_ignoring_case(name, "x-ratelimit-") ||
           starts_with_ignoring_case(name, "anthropic-ratelimit-") ||
           starts_with_ignoring_case(name, "ratelimit-") ||
           (name.size() == 9 && starts_with_ignoring_case(name, "ratelimit"));
}

}  // namespace weir::llm
