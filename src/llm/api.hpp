// Which API a request speaks, judged by method and path alone.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::llm {

enum class Api : std::uint8_t {
    chat_completions,  ///< and what takes messages in much the same form: Mistral's agents, Cohere's chat
    completions,
    responses,
    embeddings,  ///< and what else turns texts into vectors or classes: pooling, encode, classify
    anthropic_messages,
    ollama_chat,
    ollama_generate,
    ollama_embed,
    llama_completion,  ///< a prompt in, text out, no OpenAI form: llama.cpp, TGI, SGLang, Anthropic's first
                       ///< API
    gemini_generate,
    gemini_embed,
    rerank,
    images,
    audio_transcription,
    audio_speech,
    moderations,
    unmetered  ///< anything else: one request, and whatever usage its answer reports
};

/// Whose error shapes and header names a client on this path understands.
enum class Dialect : std::uint8_t { openai, anthropic, ollama, gemini };

/// `path` is the target without its query, in normal form (http_guard refuses others). POSTs are judged by
/// how the path ends, whatever stands before, and where models of all kinds are called alike, by the model;
/// words that other services use too count only below a version such as /v1 or at the root. As servers do, it
/// ignores case, `;parameters`, and white space and slashes at the end.
Api api_of(std::string_view method, std::string_view path) noexcept;

/// Judged by path, for any method: what lies at or below <version>/messages, or ends with messages that no
/// thread owns, is Anthropic's, <…>/api/chat and
/// its siblings are Ollama's, <…>/models/{model}:{verb} and what lies below /v1beta is Gemini's.
Dialect dialect_of(std::string_view path) noexcept;

/// The model that the path itself names: deployments/{d}, engines/{e}, models/{m}:verb, {m}/invocations,
/// model/{m}/invoke, models/{m}/generate; empty where none does. A part of `path`, as it stands there.
std::string_view model_in_path(std::string_view path) noexcept;

/// The member by which clients of this API bound an answer: "max_tokens", "generationConfig.maxOutputTokens".
std::string_view output_bound_name(Api api) noexcept;

/// The path itself asks for a stream: Gemini's and Vertex's :stream… verbs, TGI's generate_stream.
bool is_stream_path(std::string_view path) noexcept;

/// Vertex's :predict, whose bounds stand beside each prompt.
bool is_prediction_path(std::string_view path) noexcept;

/// The body stands in a member `request` of what is sent: Gemini's v1internal, Perplexity's async.
bool wraps_its_body(std::string_view path) noexcept;

/// Servers of this path know OpenAI's `stream_options`. Mistral's FIM and agents, Cohere and Vertex do not,
/// and report usage by themselves.
bool takes_stream_options(std::string_view path) noexcept;

}  // namespace weir::llm
