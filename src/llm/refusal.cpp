// Refusals by a limit: 429 with the exact time, 413 where waiting is of no use, 403 where a limit is 0.
#include <algorithm>

#include "llm/dialect.hpp"
#include "text/durations.hpp"

namespace weir::llm {

namespace {

// How clients wait, measured: a hint of 0 means "at once" to some and "own backoff" to others, and from 60 s
// on they diverge again. Hence 1 ms to 59.999 s, and 1 s to 59 s.
constexpr std::int64_t retry_after_s_max = 59;
constexpr std::int64_t retry_after_ms_max = 59'999;
// Beyond it a client would only sleep through the 59 s a few times before it fails all the same. A wait for a
// window of a minute is no longer than that and a 120th.
constexpr std::int64_t worth_retrying_us_max = 60'500'000;

constexpr std::int64_t divide_rounding_up(std::int64_t value, std::int64_t by) noexcept {
    return value <= 0 ? 0 : (value - 1) / by + 1;
}

struct DimensionWords {
    std::string_view words;       ///< in a message
    std::string_view per_minute;  ///< the usual short form, for windows of a minute
};

DimensionWords words_of(Dimension dimension) noexcept {
    switch (dimension) {
        case Dimension::requests:
            return {"requests", "RPM"};
        case Dimension::input_tokens:
            return {"input tokens", "ITPM"};
        case Dimension::output_tokens:
            return {"output tokens", "OTPM"};
        case Dimension::total_tokens:
            return {"tokens", "TPM"};
        case Dimension::in_flight:
            return {"requests in flight", ""};
    }
    return {"requests", "RPM"};
}

/// "group team", "upstream openai"; empty where the limit is the key's own.
std::string owner_in_words(const RefusalContext& context) {
    const bool is_shared = context.scope == Scope::group || context.scope == Scope::upstream;
    if (!is_shared || context.owner.empty()) return {};
    return std::string(to_string(context.scope)).append(" ").append(context.owner);
}

/// " for gpt-4o on output tokens per min (OTPM): Limit 30000", " for gpt-4o: too many requests in flight (8
/// at once)". A limit that is shared counts all models, so its owner stands in the model's place.
std::string limit_in_words(const RefusalContext& context) {
    const DimensionWords words = words_of(context.refusal.dimension);
    const std::string owner = owner_in_words(context);
    std::string text;
    if (!owner.empty()) {
        text.append(" for ").append(owner);
    } else if (!context.model.empty()) {
        text.append(" for ").append(context.model);
    }
    const std::string limit = std::to_string(context.refusal.limit);
    if (context.refusal.dimension == Dimension::in_flight)
        return text.append(": too many requests in flight (").append(limit).append(" at once)");
    text.append(" on ").append(words.words).append(" per ").append(text::window_in_words(context.window_us));
    if (context.window_us == 60'000'000) text.append(" (").append(words.per_minute).append(")");
    return text.append(": Limit ").append(limit);
}

ErrorDescription describe_refused(const RefusalContext& context) {
    const Refusal& refusal = context.refusal;
    ErrorDescription error;
    error.status = 429;
    const bool is_of_requests =
        refusal.dimension == Dimension::requests || refusal.dimension == Dimension::in_flight;
    error.type = is_of_requests ? "requests" : "tokens";
    error.code = "rate_limit_exceeded";
    error.retry_after_us = std::max<std::int64_t>(refusal.retry_after_us, 1);
    error.message = "Rate limit reached" + limit_in_words(context) + ", Used " +
                    std::to_string(refusal.used) + ", Requested " + std::to_string(refusal.requested) +
                    ". Please try again in " + text::go_duration(error.retry_after_us) + ".";
    return error;
}

std::string_view advice_on(Dimension dimension) noexcept {
    switch (dimension) {
        case Dimension::requests:
        case Dimension::in_flight:
            return "";
        case Dimension::input_tokens:
            return " Shorten the input.";
        case Dimension::output_tokens:
            return " Ask for a shorter output, for example with a lower max_tokens.";
        case Dimension::total_tokens:
            return " Shorten the input or ask for a shorter output.";
    }
    return "";
}

/// Not "Request too large": by these words LiteLLM takes an error for a rate limit, and its router tries
/// again.
ErrorDescription describe_never_fits(const RefusalContext& context) {
    ErrorDescription error;
    error.status = 413;
    error.type = "invalid_request_error";
    error.code = "request_too_large";
    error.message = "This request is too large" + limit_in_words(context) + ", Requested " +
                    std::to_string(context.refusal.requested) +
                    ". It exceeds the limit itself, so waiting won't help.";
    error.message += advice_on(context.refusal.dimension);
    return error;
}

/// What a limit of 0 means to the caller: "This key may not use model o1: group team is allowed no requests."
ErrorDescription describe_blocked(const RefusalContext& context) {
    ErrorDescription error;
    error.status = 403;
    error.type = "permission_denied";
    error.code = "permission_denied";
    error.message = "This key may not send requests";
    if (!context.model.empty()) error.message = "This key may not use model " + std::string(context.model);
    const std::string owner = owner_in_words(context);
    const Dimension dimension = context.refusal.dimension;
    const bool says_all = context.scope == Scope::key_on_model ||
                          (owner.empty() && context.model.empty() && dimension == Dimension::requests);
    if (!says_all) {
        error.message.append(": ").append(owner.empty() ? "it" : owner);
        error.message.append(" is allowed no ").append(words_of(dimension).words);
    }
    error.message.append(".");
    return error;
}

ErrorDescription describe(const RefusalContext& context) {
    switch (context.verdict) {
        case Verdict::never_fits:
            return describe_never_fits(context);
        case Verdict::blocked:
            return describe_blocked(context);
        case Verdict::admitted:
        case Verdict::refused:
            break;
    }
    return describe_refused(context);
}

}  // namespace

void append_retry_headers(Dialect dialect, std::int64_t wait_us, HeaderLines& headers) {
    const std::int64_t wait_s =
        std::clamp<std::int64_t>(divide_rounding_up(wait_us, 1'000'000), 1, retry_after_s_max);
    append_header(headers, "retry-after", std::to_string(wait_s));
    if (dialect == Dialect::anthropic) return;
    const std::int64_t wait_ms =
        std::clamp<std::int64_t>(divide_rounding_up(wait_us, 1000), 1, retry_after_ms_max);
    append_header(headers, "retry-after-ms", std::to_string(wait_ms));
}

std::string limit_name(Scope scope, Dimension dimension, std::int64_t window_us) {
    std::string name(to_string(scope));
    name.append("/").append(to_string(dimension));
    if (dimension == Dimension::in_flight) return name;
    return name.append("/").append(text::window_text(window_us));
}

Answer refusal_answer(Dialect dialect, const RefusalContext& context) {
    Answer answer = error_answer(dialect, describe(context), context.request_id);
    if (context.verdict == Verdict::refused)
        append_retry_headers(dialect, context.refusal.retry_after_us + context.spread_us, answer.headers);
    // Of a 413 the only thing that stops every client; on a 429 some ignore it.
    const bool is_no_use =
        context.verdict == Verdict::never_fits ||
        (context.verdict == Verdict::refused && context.refusal.retry_after_us > worth_retrying_us_max);
    if (is_no_use) append_header(answer.headers, "x-should-retry", "false");
    append_header(answer.headers, "x-weir-limit",
                  limit_name(context.scope, context.refusal.dimension, context.window_us));
    append_rate_limit_headers(dialect, context.tightest, context.now_us, answer.headers);
    return answer;
}

Answer pause_answer(Dialect dialect, std::int64_t wait_us, std::string_view request_id) {
    ErrorDescription error;
    error.status = 429;
    error.type = "requests";
    error.code = "rate_limit_exceeded";
    error.retry_after_us = std::max<std::int64_t>(wait_us, 1);
    error.message = "Every upstream that serves this has asked for a pause. Please try again in " +
                    text::go_duration(error.retry_after_us) + ".";
    Answer answer = error_answer(dialect, error, request_id);
    append_retry_headers(dialect, error.retry_after_us, answer.headers);
    append_header(answer.headers, "x-weir-limit", "upstream/asleep");
    return answer;
}

}  // namespace weir::llm
