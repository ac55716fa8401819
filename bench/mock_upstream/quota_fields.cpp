// One function for each provider's fields; the words of the bodies are as recorded of the real ones.
#include "mock_upstream/quota_fields.hpp"

#include <array>

#include "mock_upstream/json_text.hpp"
#include "mock_upstream/reply.hpp"
#include "text/durations.hpp"
#include "text/times.hpp"

namespace weir::mock {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr unsigned too_many_requests = 429;

std::int64_t rounded_up(std::int64_t duration_us, std::int64_t unit_us) {
    return (duration_us + unit_us - 1) / unit_us;
}

/// Anthropic rounds what remains to thousands, of limits that are tens of thousands.
std::uint64_t anthropic_remaining(const QuotaDimension& dimension) {
    constexpr std::uint64_t rounded_from = 10'000;
    if (dimension.what == Counted::requests || dimension.limit < rounded_from) return dimension.remaining();
    return (dimension.remaining() + 500) / 1000 * 1000;
}

void append_openai(const QuotaDimension& dimension, AnswerFields& out) {
    const std::string name(name_of(dimension.what));
    out.emplace_back("x-ratelimit-limit-" + name, std::to_string(dimension.limit));
    out.emplace_back("x-ratelimit-remaining-" + name, std::to_string(dimension.remaining()));
    out.emplace_back("x-ratelimit-reset-" + name, text::go_duration(dimension.reset_us));
}

void append_anthropic(const QuotaDimension& dimension, std::int64_t now_us, AnswerFields& out) {
    const std::string prefix = "anthropic-ratelimit-" + std::string(name_of(dimension.what));
    out.emplace_back(prefix + "-limit", std::to_string(dimension.limit));
    out.emplace_back(prefix + "-remaining", std::to_string(anthropic_remaining(dimension)));
    out.emplace_back(prefix + "-reset", text::rfc3339_seconds(now_us + dimension.reset_us));
}

void append_azure(const QuotaDimension& dimension, AnswerFields& out) {
    out.emplace_back("x-ratelimit-remaining-" + std::string(name_of(dimension.what)),
                     std::to_string(dimension.remaining()));
}

const QuotaDimension& refusing(const QuotaState& state) {
    for (const QuotaDimension& dimension : state.dimensions) {
        if (dimension.what == *state.refused_by) return dimension;
    }
    return state.dimensions.front();
}

std::string openai_body(const QuotaState& state, std::string_view model) {
    const QuotaDimension& dimension = refusing(state);
    std::string message;
    append(message, "Rate limit reached for ", model, " in organization org-mock on ",
           name_of(dimension.what), " per ", text::window_in_words(state.window_us), ": Limit ",
           dimension.limit, ", Used ", dimension.used, ", Requested ", state.asked, ". Please try again in ",
           text::go_duration(state.retry_after_us), ".");
    const bool by_requests = dimension.what == Counted::requests;
    std::string body = R"({"error":{"message":)";
    append_quoted_bytes(body, message);
    append(body, R"(,"type":")", by_requests ? "requests" : "tokens",
           R"(","param":null,"code":"rate_limit_exceeded"}})");
    return body;
}

std::string azure_body(const QuotaState& state) {
    std::string body;
    append(body, R"({"error":{"code":"429","message":"Requests have exceeded the )",
           refusing(state).what == Counted::requests ? "call" : "token",
           R"( rate limit of your current pricing tier. Please retry after )",
           rounded_up(state.retry_after_us, second_us), R"( seconds."}})");
    return body;
}

}  // namespace

std::optional<Style> parse_style(std::string_view text) {
    struct Name {
        std::string_view name;
        Style style;
    };
    constexpr std::array names{Name{"auto", Style::automatic}, Name{"openai", Style::openai},
                               Name{"anthropic", Style::anthropic}, Name{"azure", Style::azure}};
    for (const Name& known : names) {
        if (known.name == text) return known.style;
    }
    return std::nullopt;
}

Style style_for(Style style, std::string_view path) {
    if (style != Style::automatic) return style;
    return path.find("/v1/messages") == std::string_view::npos ? Style::openai : Style::anthropic;
}

void append_quota_fields(const QuotaState& state, Style style, std::int64_t now_us, AnswerFields& out) {
    for (const QuotaDimension& dimension : state.dimensions) {
        if (style == Style::anthropic) {
            append_anthropic(dimension, now_us, out);
        } else if (style == Style::azure) {
            append_azure(dimension, out);
        } else {
            append_openai(dimension, out);
        }
    }
    if (state.refused_by) append_retry_fields(state.retry_after_us, style, out);
}

void append_retry_fields(std::int64_t retry_after_us, Style style, AnswerFields& out) {
    out.emplace_back("retry-after", std::to_string(rounded_up(retry_after_us, second_us)));
    if (style == Style::anthropic) return;
    out.emplace_back("retry-after-ms", std::to_string(rounded_up(retry_after_us, 1000)));
}

std::string quota_refusal_body(const QuotaState& state, Style style, Kind kind, std::string_view model) {
    const QuotaDimension& dimension = refusing(state);
    if (has_openai_errors(kind)) return style == Style::azure ? azure_body(state) : openai_body(state, model);
    std::string message;
    append(message, "This request would exceed your organization's rate limit of ", dimension.limit, " ",
           name_of(dimension.what), " per ", text::window_in_words(state.window_us), ".");
    return error_body(kind, too_many_requests, message, {});
}

}  // namespace weir::mock
