// Fixed lists of fields: what the SDKs send, and what weir and the providers answer with.
#include "proxy/cors.hpp"

#include <algorithm>

namespace weir::proxy {

namespace {

constexpr std::string_view methods = "GET, HEAD, POST, PUT, PATCH, DELETE";
/// What openai-node, @anthropic-ai/sdk, @google/genai, ollama and the Vercel AI SDK send.
constexpr std::string_view request_fields =
    "authorization, content-type, content-encoding, accept, user-agent, x-api-key, api-key, x-goog-api-key, "
    "x-goog-api-client, anthropic-version, anthropic-beta, anthropic-dangerous-direct-browser-access, "
    "openai-organization, openai-project, openai-beta, idempotency-key, x-request-id, traceparent, "
    "tracestate, "
    "http-referer, x-title, x-stainless-arch, x-stainless-lang, x-stainless-os, "
    "x-stainless-package-version, x-stainless-retry-count, x-stainless-runtime, x-stainless-runtime-version, "
    "x-stainless-timeout, x-stainless-helper-method, x-stainless-poll-helper, "
    "x-stainless-custom-poll-interval";
constexpr std::string_view answer_fields =
    "retry-after, retry-after-ms, x-should-retry, x-request-id, request-id, x-weir-limit, "
    "x-weir-shadow, x-weir-waited-ms, "
    "x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests, "
    "x-ratelimit-limit-input-tokens, x-ratelimit-remaining-input-tokens, x-ratelimit-reset-input-tokens, "
    "x-ratelimit-limit-output-tokens, x-ratelimit-remaining-output-tokens, x-ratelimit-reset-output-tokens, "
    "x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, "
    "anthropic-ratelimit-requests-limit, anthropic-ratelimit-requests-remaining, "
    "anthropic-ratelimit-requests-reset, anthropic-ratelimit-input-tokens-limit, "
    "anthropic-ratelimit-input-tokens-remaining, anthropic-ratelimit-input-tokens-reset, "
    "anthropic-ratelimit-output-tokens-limit, anthropic-ratelimit-output-tokens-remaining, "
    "anthropic-ratelimit-output-tokens-reset, anthropic-ratelimit-tokens-limit, "
    "anthropic-ratelimit-tokens-remaining, anthropic-ratelimit-tokens-reset, "
    "openai-organization, openai-processing-ms, openai-version, anthropic-organization-id";

/// Of what the browser asks for, names by which Stainless SDKs describe themselves: each release knows
/// further ones.
void append_stainless_fields(std::string& list, std::string_view asked) {
    constexpr std::string_view prefix = "x-stainless-";
    constexpr std::size_t name_bytes_max = 64;
    while (!asked.empty()) {
        const std::size_t comma = std::min(asked.find(','), asked.size());
        std::string_view name = asked.substr(0, comma);
        name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
        if (starts_with_ignoring_case(name, prefix) && name.size() <= name_bytes_max) {
            list.append(", ").append(name);
        }
        asked.remove_prefix(std::min(comma + 1, asked.size()));
    }
}

}  // namespace

bool is_preflight(const RequestHead& head) noexcept {
    return head.method == "OPTIONS" && head.fields.find("access-control-request-method").has_value();
}

std::string_view allowed_origin(const config::Cors& cors, const Fields& fields) noexcept {
    if (cors.allowed_origins.empty()) return {};
    const std::string_view origin = fields.value("origin");
    const bool allowed =
        std::any_of(cors.allowed_origins.begin(), cors.allowed_origins.end(),
                    [&](const std::string& one) { return one == "*" || equals_ignoring_case(one, origin); });
    return allowed ? origin : std::string_view();
}

llm::HeaderLines cors_lines(const config::Cors& cors, const Fields& fields) {
    llm::HeaderLines lines;
    if (cors.allowed_origins.empty()) return lines;
    // Also where nothing is allowed: a cache must not hand one origin's answer to another.
    llm::append_header(lines, "vary", "origin");
    const std::string_view origin = allowed_origin(cors, fields);
    if (origin.empty()) return lines;
    llm::append_header(lines, "access-control-allow-origin", origin);
    llm::append_header(lines, "access-control-expose-headers", answer_fields);
    return lines;
}

llm::Answer preflight_answer(const config::Cors& cors, const Fields& fields) {
    llm::Answer answer;
    answer.status = 204;
    if (allowed_origin(cors, fields).empty()) return answer;
    llm::append_header(answer.headers, "access-control-allow-methods", methods);
    std::string allowed(request_fields);
    append_stainless_fields(allowed, fields.value("access-control-request-headers"));
    for (const std::string& more : cors.allowed_headers_more) allowed.append(", ").append(more);
    llm::append_header(answer.headers, "access-control-allow-headers", allowed);
    llm::append_header(answer.headers, "access-control-max-age", std::to_string(cors.max_age_s));
    return answer;
}

bool is_cors_field(std::string_view name) noexcept {
    return starts_with_ignoring_case(name, "access-control-");
}

}  // namespace weir::proxy
