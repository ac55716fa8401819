// Which API a request speaks, judged by method and path alone.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::llm {

enum class Api : std::uint8_t {
    chat_completions,
    completions,
    responses,
    embeddings,
    anthropic_messages,
    unmetered  ///< anything else: one request, and whatever usage its answer reports
};

/// Whose error shapes and header names a client on this path understands.
enum class Dialect : std::uint8_t { openai, anthropic, ollama, gemini };

/// `path` is the target without its query, in normal form (http_guard refuses others). POSTs to
/// <prefix>/chat/completions, /completions, /responses, /embeddings and /messages are metered, where <prefix>
/// is empty or ends in a version segment such as /v1; one trailing slash makes no difference.
Api api_of(std::string_view method, std::string_view path) noexcept;

/// Judged by path, for any method: what lies at or below <prefix>/messages is Anthropic's.
Dialect dialect_of(std::string_view path) noexcept;

}  // namespace weir::llm
