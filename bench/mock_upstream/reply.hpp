// What the provider says to one call, and how each kind of API puts it into JSON and into stream events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mock_upstream/call.hpp"
#include "mock_upstream/knobs.hpp"

namespace weir::mock {

/// Of a background response.
enum class Progress : std::uint8_t { queued, in_progress, done };

struct Reply {
    const Call& call;
    std::uint64_t number = 0;  ///< makes the ids
    std::int64_t created_s = 0;
    std::uint64_t input_tokens = 0;
    std::uint64_t tokens = 0;      ///< of each choice
    std::uint64_t dimensions = 0;  ///< of an embedding
    bool cut_by_limit = false;     ///< the request's bound ended it
    bool calls_tool = false;
    bool reports_usage = true;
    UsageForm usage_form = UsageForm::usual;
    Progress progress = Progress::done;
    std::string stored_id{};          ///< of a background response; empty: an ordinary one
    std::uint64_t next_sequence = 0;  ///< of stream events, in the Responses API

    std::uint64_t output_tokens() const { return tokens * call.choices; }
};

/// A whole answer. Any number of spaces may be put in at `pad_at`: inside of the first choice's text, or at
/// the end.
struct Body {
    std::string text;
    std::size_t pad_at = 0;
};

/// How one API says things. stream_* are null where there are no streams.
struct Dialect {
    void (*plain)(const Reply& reply, Body& body);
    void (*stream_open)(Reply& reply, std::string& out);
    void (*stream_delta)(Reply& reply, std::string& out, std::uint64_t choice, std::string_view text);
    void (*stream_close)(Reply& reply, std::string& out);
    std::string_view stream_type = "text/event-stream; charset=utf-8";
    bool has_end_mark = false;  ///< the last event says nothing but that it is the last
};

extern const Dialect chat_dialect;
extern const Dialect completions_dialect;
extern const Dialect responses_dialect;
extern const Dialect embeddings_dialect;
extern const Dialect messages_dialect;
extern const Dialect models_dialect;
extern const Dialect ollama_chat_dialect;
extern const Dialect ollama_generate_dialect;
extern const Dialect ollama_embed_dialect;
extern const Dialect gemini_dialect;
extern const Dialect gemini_array_dialect;
extern const Dialect gemini_embed_dialect;
extern const Dialect rerank_dialect;
extern const Dialect images_dialect;
extern const Dialect transcription_dialect;
extern const Dialect batches_dialect;

/// Null for Kind::unknown.
const Dialect* dialect_of(const Call& call);

/// One token is the word " tok".
void append_tokens(std::string& out, std::uint64_t count);

/// The arguments of a tool call are {"<argument>":" tok tok"}; this is what stands before and after the
/// tokens.
std::string tool_arguments_open(const Reply& reply);
inline constexpr std::string_view tool_arguments_close = "\"}";

/// The same around the tokens of a text that has to fit a schema; else nothing.
std::string text_open(const Reply& reply);
std::string_view text_close(const Reply& reply);

/// Appends the whole text as a JSON string. Returns where the last token ends.
std::size_t append_text(const Reply& reply, std::string& out);

/// "[0.001, …]": numbers that depend on nothing but their place.
void append_vector(std::string& out, std::uint64_t input, std::uint64_t count);

/// Whether errors of that API have OpenAI's shape.
bool has_openai_errors(Kind kind);
/// An error in the shape of the API's provider.
std::string error_body(Kind kind, unsigned status, std::string_view message, std::string_view param);
/// The same in a stream of that API.
std::string error_event(const Call& call, unsigned status, std::string_view message);

}  // namespace weir::mock
