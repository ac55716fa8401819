// What a request asks of the provider, and how many tokens its text counts here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simdjson::dom {
class parser;
}

namespace weir::mock {

enum class Kind : std::uint8_t {
    chat,
    completions,
    responses,
    embeddings,
    messages,
    models,
    ollama_chat,
    ollama_generate,
    ollama_embed,
    gemini_generate,
    gemini_stream,
    gemini_embed,
    rerank,
    images,
    transcription,
    stored_response,  ///< GET of a background response
    batches,
    unknown
};

/// By how the path ends, so that base paths of every kind are served.
Kind kind_of(std::string_view method, std::string_view target);
/// The deployment, engine or model that the path itself names; empty: none.
std::string_view model_in_path(std::string_view target);

struct Call {
    Kind kind = Kind::unknown;
    std::string model;
    bool stream = false;
    bool include_usage = false;  ///< stream_options.include_usage
    bool base64 = false;         ///< embeddings as base64
    bool background = false;     ///< Responses API
    bool as_array = false;       ///< Gemini: a stream as one JSON array, not as events
    std::uint64_t choices = 1;   ///< n, times the number of prompts of a completion
    std::uint64_t inputs = 1;    ///< texts to embed
    std::uint64_t input_tokens = 1;
    std::optional<std::uint64_t> dimensions;
    std::optional<std::uint64_t> tokens_max;
    std::string tool_name;        ///< of the first tool; empty: no tools
    std::string tool_argument;    ///< the first argument that this tool requires, or else has
    std::string schema_property;  ///< the first of the schema that the answer has to fit; empty: no schema
    std::string problem;          ///< empty: the call can be answered
};

/// Input tokens are the whitespace-separated words of the texts in messages, system, instructions, input,
/// prompt, suffix and what stands for these in the other APIs, and the numbers of token arrays; at least 1.
/// Roles, names, images and tool schemas are free. Never more than the UTF-8 bytes of those texts, unless
/// there are none.
Call parse_call(Kind kind, std::string_view target, std::string_view body, simdjson::dom::parser& parser);

/// The first of these members (names with commas between them) that the body's object has; empty: none.
std::string member_among(std::string_view names, std::string_view body, simdjson::dom::parser& parser);

}  // namespace weir::mock
