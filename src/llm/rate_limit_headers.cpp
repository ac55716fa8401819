// The two families of rate-limit headers.
#include <algorithm>
#include <array>
#include <charconv>

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

class Lines {
public:
    Lines(Dialect dialect, HeaderLines& lines) : dialect_(dialect), lines_(lines) {}

    void append(std::string_view word, std::string_view part, std::string_view value) {
        if (dialect_ == Dialect::anthropic) {
            lines_.append("anthropic-ratelimit-").append(word).append("-").append(part);
        } else {
            lines_.append("x-ratelimit-").append(part).append("-").append(word);
        }
        lines_.append(": ").append(value).append("\r\n");
    }
    void append(std::string_view word, std::string_view part, std::int64_t value) {
        std::array<char, 20> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
        append(word, part, std::string_view(digits.data(), end));
    }

private:
    Dialect dialect_;
    HeaderLines& lines_;
};

}  // namespace

void append_rate_limit_headers(Dialect dialect,
                               const std::array<std::optional<Level>, dimension_count>& tightest,
                               std::int64_t now_us, HeaderLines& headers) {
    constexpr std::size_t usual_bytes = 512;  // more than three dimensions take
    headers.reserve(headers.size() + usual_bytes);
    Lines lines(dialect, headers);
    for (std::size_t i = 0; i < dimension_count; ++i) {
        if (!tightest[i] || tightest[i]->limit == unlimited) continue;
        const Level& level = *tightest[i];
        const std::string_view word = header_words[i];
        lines.append(word, "limit", level.limit);
        lines.append(word, "remaining", level.remaining());
        lines.append(
            word, "reset",
            dialect == Dialect::anthropic ? rfc3339(now_us + level.reset_us) : go_duration(level.reset_us));
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
