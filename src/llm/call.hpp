// A request body understood: which model, how much text, how long an answer it allows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "llm/api.hpp"
#include "llm/text_profile.hpp"

namespace weir::llm {

/// Why a body was refused; answered with 400 in the dialect's shape.
struct CallError {
    std::string message;  ///< never quotes prompt text
    std::string param;    ///< the field at fault, "messages[2].content"; empty for the whole body
};

/// A change of the original text: `erase` bytes at `offset` give way to `insert`. Nothing is re-serialised.
struct Splice {
    std::size_t offset = 0;
    std::size_t erase = 0;
    std::string insert;
};

/// What the input consists of, as the estimators need it: what the body holds. What only the provider sees
/// (previous_response_id, cachedContent, conversations, stored prompts, the length of files and videos given
/// by id or URL) is no part of it, not in the bound either, but for what is usual of a file.
struct InputSize {
    /// All text together, JSON escapes resolved. Its `bytes` include what is sent along but seldom counted.
    TextProfile text;
    std::int64_t exact_tokens = 0;  ///< given as token arrays
    std::int64_t messages = 0;
    std::int64_t names = 0;
    std::int64_t tools = 0;                 ///< tools and functions offered to the model
    std::int64_t media_tokens = 0;          ///< images, audio, files: likely
    std::int64_t media_tokens_guessed = 0;  ///< of these: what is usual where size or price can't be seen
    std::int64_t media_tokens_max = 0;      ///< the same media: what they can cost at the most
};

struct Call {
    Api api = Api::unmetered;
    /// As the path or else the body names it, at most 256 bytes; empty where neither does.
    std::string model;
    /// Any of which may serve instead (OpenRouter's `models`): the first further_models_max of them, each of
    /// at most 256 bytes.
    std::vector<std::string> further_models;
    bool stream = false;      ///< asked for, or the API's default (Ollama)
    bool background = false;  ///< Responses API: answered at once, worked on later
    /// Of all choices together, the largest of all the names that servers read; 0 where nothing is produced
    /// (embeddings) or Anthropic is told so; none: unbounded.
    std::optional<std::int64_t> output_bound;
    /// The bound is what such answers take at the most (sound, images), and nothing that the request says.
    bool output_bound_is_guessed = false;
    InputSize input;
    /// Set where usage must be asked for on the client's behalf; the tap then drops the chunk it adds.
    std::optional<Splice> ask_for_usage;
};

/// What a request says.
struct CallText {
    Api api = Api::unmetered;
    const std::string& body;             ///< decoded
    std::string_view path = {};          ///< without query, as sent
    std::string_view content_type = {};  ///< multipart/form-data is read for its fields (audio, images)
};

inline constexpr std::size_t model_bytes_max = 256;
inline constexpr std::size_t further_models_max = 16;

/// Reads a body of a metered API. A body whose capacity exceeds its size by 64 bytes is parsed in place;
/// others are copied first, since the parser reads beyond the end. Refuses what can't be metered safely: no
/// JSON, nesting above 64 (an empty object or array at the end is no level), more than two million values,
/// and wrong or repeated values of the members that decide a charge or a route (call_fields.hpp). Null counts
/// as absent. Any other shape is read for the text in it. Thread safety: keeps one parser per thread; a body
/// above 1 MiB brings its own, given back after use.
std::variant<Call, CallError> read_call(const CallText& text);

}  // namespace weir::llm
