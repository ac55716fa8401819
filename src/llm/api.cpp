// One table of endings; what a path says beside that (whose dialect, which model) is found by its segments.
#include "llm/api.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "llm/path_segments.hpp"
#include "text/ascii.hpp"

namespace weir::llm {

namespace {

std::string_view without_digits(std::string_view text) noexcept {
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
    return text;
}

/// "v1", "v2", "v1beta", "v1alpha2".
bool is_version(std::string_view segment) noexcept {
    if (segment.empty() || text::lower(segment.front()) != 'v') return false;
    const std::string_view number = segment.substr(1);
    const std::string_view rest = without_digits(number);
    if (rest.size() == number.size()) return false;
    for (const std::string_view stage : {"alpha", "beta"}) {
        if (text::equals_ignoring_case(rest.substr(0, stage.size()), stage))
            return without_digits(rest.substr(stage.size())).empty();
    }
    return rest.empty();
}

/// What must stand before an ending.
enum class Below : std::uint8_t {
    anything,
    version,    ///< a version, or nothing at all: the word alone says too little
    anthropic,  ///< anything but what has messages of its own: threads, conversations
    model,      ///< the same as `version`, or /models/{m}, /models/{m}/versions/{v}
    bedrock,    ///< /model/{m}
    threads     ///< /threads, /threads/{t}
};

struct Ending {
    std::string_view last;
    std::string_view before;  ///< empty: see `below`
    Below below;
    Api api;
};

// The first match counts, so two segments stand before one.
constexpr std::array<Ending, 61> endings{{
    {"completions", "chat", Below::anything, Api::chat_completions},
    {"batch", "completions", Below::anything, Api::chat_completions},  // vLLM
    {"messages", "", Below::anthropic, Api::anthropic_messages},
    {"responses", "", Below::anything, Api::responses},
    {"embeddings", "api", Below::anything, Api::ollama_embed},
    {"embeddings", "", Below::anything, Api::embeddings},
    {"completions", "agents", Below::anything, Api::chat_completions},  // Mistral
    {"completions", "", Below::anything, Api::completions},
    {"compact", "responses", Below::anything, Api::responses},
    {"chat", "api", Below::anything, Api::ollama_chat},
    {"generate", "api", Below::anything, Api::ollama_generate},
    {"embed", "api", Below::anything, Api::ollama_embed},
    {"completion", "", Below::anything, Api::llama_completion},      // llama.cpp
    {"infill", "", Below::anything, Api::llama_completion},          // llama.cpp
    {"generate", "", Below::model, Api::llama_completion},           // TGI, SGLang, KoboldCpp, Cohere, Triton
    {"stream", "generate", Below::anything, Api::llama_completion},  // KoboldCpp
    {"vertex_generate", "", Below::anything, Api::llama_completion},  // SGLang
    {"generate_stream", "", Below::anything, Api::llama_completion},  // TGI
    {"generation", "text", Below::anything, Api::llama_completion},   // watsonx
    {"generation_stream", "text", Below::anything, Api::llama_completion},
    {"complete", "", Below::version, Api::llama_completion},  // Anthropic, before messages
    {"chat", "", Below::version, Api::chat_completions},      // Cohere, LM Studio
    {"chat", "text", Below::anything, Api::chat_completions},
    {"chat_stream", "text", Below::anything, Api::chat_completions},
    {"chatcompletion_v2", "text", Below::anything, Api::chat_completions},  // MiniMax
    {"invocations", "", Below::anything, Api::chat_completions},            // SageMaker, Databricks
    {"invocations-response-stream", "", Below::anything, Api::chat_completions},
    {"generation", "text-generation", Below::anything, Api::chat_completions},  // DashScope
    {"generation", "multimodal-generation", Below::anything, Api::chat_completions},
    {"invoke", "", Below::bedrock, Api::chat_completions},
    {"invoke-with-response-stream", "", Below::bedrock, Api::chat_completions},
    {"converse", "", Below::bedrock, Api::chat_completions},
    {"converse-stream", "", Below::bedrock, Api::chat_completions},
    {"runs", "", Below::threads, Api::chat_completions},  // OpenAI's assistants
    {"ocr", "", Below::version, Api::chat_completions},   // Mistral
    {"embed", "", Below::version, Api::embeddings},       // Cohere, TEI
    {"embed_all", "", Below::anything, Api::embeddings},
    {"embed_sparse", "", Below::anything, Api::embeddings},
    {"embedding", "", Below::anything, Api::embeddings},             // llama.cpp
    {"multimodalembeddings", "", Below::anything, Api::embeddings},  // Voyage
    {"contextualizedembeddings", "", Below::anything, Api::embeddings},
    {"multimodal", "embeddings", Below::anything, Api::embeddings},  // Volcengine
    {"predict", "", Below::version, Api::embeddings},                // TEI
    {"similarity", "", Below::version, Api::embeddings},
    {"pooling", "", Below::anything, Api::embeddings},  // vLLM
    {"encode", "", Below::version, Api::embeddings},    // SGLang
    {"classify", "", Below::version, Api::embeddings},
    {"rerank", "", Below::anything, Api::rerank},
    {"reranking", "", Below::anything, Api::rerank},
    {"ranking", "", Below::version, Api::rerank},  // NVIDIA
    {"score", "", Below::version, Api::rerank},    // vLLM, SGLang
    {"generations", "images", Below::anything, Api::images},
    {"generations", "image", Below::anything, Api::images},
    {"edits", "images", Below::anything, Api::images},
    {"edits", "", Below::version, Api::completions},  // OpenAI, long ago
    {"variations", "images", Below::anything, Api::images},
    {"transcriptions", "audio", Below::anything, Api::audio_transcription},
    {"translations", "audio", Below::anything, Api::audio_transcription},
    {"speech", "audio", Below::anything, Api::audio_speech},
    {"moderations", "", Below::anything, Api::moderations},
    {"classifications", "", Below::version, Api::moderations},  // Mistral
}};

/// What nearly everybody asks for, found without taking the path apart.
struct UsualPath {
    std::string_view path;
    Api api;
    Dialect dialect;
};
constexpr std::array<UsualPath, 5> usual_paths{{
    {"/v1/chat/completions", Api::chat_completions, Dialect::openai},
    {"/v1/messages", Api::anthropic_messages, Dialect::anthropic},
    {"/v1/responses", Api::responses, Dialect::openai},
    {"/v1/embeddings", Api::embeddings, Dialect::openai},
    {"/v1/completions", Api::completions, Dialect::openai},
}};

const UsualPath* usual_path(std::string_view path) noexcept {
    for (const UsualPath& usual : usual_paths) {
        if (path == usual.path) return &usual;
    }
    return nullptr;
}

struct Verb {
    std::string_view name;
    Api api;
};
constexpr std::array<Verb, 9> verbs{{
    {"generateContent", Api::gemini_generate},
    {"streamGenerateContent", Api::gemini_generate},
    {"embedContent", Api::gemini_embed},
    {"batchEmbedContents", Api::gemini_embed},
    {"predict", Api::gemini_embed},  // Vertex; text, if the model makes no embeddings
    {"countTokens", Api::unmetered},
    {"batchGenerateContent", Api::unmetered},
    {"rawPredict", Api::chat_completions},  // Vertex hands on the body of whoever made the model
    {"streamRawPredict", Api::chat_completions},
}};

constexpr std::array<std::string_view, 14> ollama_names{"chat",   "generate", "embed",   "embeddings", "tags",
                                                        "show",   "pull",     "push",    "create",     "copy",
                                                        "delete", "ps",       "version", "me"};

constexpr std::array<std::string_view, 7> gemini_names{
    "models", "tunedModels", "files", "cachedContents", "operations", "batches", "interactions"};

constexpr std::array<std::string_view, 4> bedrock_names{"invoke", "invoke-with-response-stream", "converse",
                                                        "converse-stream"};

template <std::size_t count>
bool is_any_of(std::string_view segment, const std::array<std::string_view, count>& names) noexcept {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return text::equals_ignoring_case(segment, name); });
}

// Who has messages that no model answers.
constexpr std::array<std::string_view, 8> message_owners{"threads", "conversations", "chats",  "channels",
                                                         "rooms",   "sessions",      "queues", "topics"};

bool has_own_messages(std::string_view segment) noexcept {
    return is_any_of(segment, message_owners);
}

bool stands_below(Below below, const PathTail& tail) noexcept {
    const std::string_view before = tail.from_end(1);
    const std::string_view further = tail.from_end(2);
    const bool is_newest = text::equals_ignoring_case(before, "latest") &&
                           text::equals_ignoring_case(further, "api");  // KoboldCpp
    const bool is_below_version = before.empty() || is_version(before) || is_newest;
    switch (below) {
        case Below::anything:
            return true;
        case Below::version:
            return is_below_version;
        case Below::anthropic:
            return !has_own_messages(before) && !has_own_messages(further);
        case Below::model:
            return is_below_version || text::equals_ignoring_case(further, "models") ||
                   text::equals_ignoring_case(further, "versions");
        case Below::bedrock:
            return text::equals_ignoring_case(further, "model");
        case Below::threads:
            return text::equals_ignoring_case(before, "threads") ||
                   text::equals_ignoring_case(further, "threads");
    }
    return false;
}

struct VerbCall {
    std::string_view model;
    Verb verb;
    bool is_raw;
};

/// nullopt where the last segment has no verb that is known: names of models hold colons, too.
std::optional<VerbCall> verb_call(std::string_view last) noexcept {
    const auto split = split_verb(last);
    if (!split) return std::nullopt;
    for (const Verb& known : verbs) {
        if (!text::equals_ignoring_case(split->verb, known.name)) continue;
        return VerbCall{split->name, known, known.name.ends_with("awPredict")};
    }
    return std::nullopt;
}

/// Where models of all kinds are called alike: what is no model for embeddings produces text.
bool makes_embeddings(std::string_view model) noexcept {
    constexpr std::array<std::string_view, 2> names{"embed", "gecko"};
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return text::contains_ignoring_case(model, name); });
}

bool is_made_by_anthropic(std::string_view path) noexcept {
    return has_segments(path, "publishers", "anthropic");
}

}  // namespace

Api api_of(std::string_view method, std::string_view path) noexcept {
    if (method != "POST") return Api::unmetered;
    if (const UsualPath* usual = usual_path(path)) return usual->api;
    const PathTail tail(path);
    const std::string_view last = tail.from_end(0);
    if (const auto call = verb_call(last)) {
        if (call->is_raw && is_made_by_anthropic(path)) return Api::anthropic_messages;
        const bool is_text = call->verb.name == "predict" && !makes_embeddings(call->model);
        return is_text ? Api::llama_completion : call->verb.api;
    }
    for (const Ending& ending : endings) {
        if (!text::equals_ignoring_case(last, ending.last)) continue;
        const bool fits = ending.before.empty() ? stands_below(ending.below, tail)
                                                : text::equals_ignoring_case(tail.from_end(1), ending.before);
        if (!fits) continue;
        const bool is_embedding = ending.below == Below::bedrock && makes_embeddings(tail.from_end(1));
        return is_embedding ? Api::embeddings : ending.api;
    }
    return Api::unmetered;
}

Dialect dialect_of(std::string_view path) noexcept {
    if (const UsualPath* usual = usual_path(path)) return usual->dialect;
    const PathTail tail(path);
    if (const auto call = verb_call(tail.from_end(0))) {
        if (!call->is_raw) return Dialect::gemini;
        return is_made_by_anthropic(path) ? Dialect::anthropic : Dialect::openai;
    }
    const auto is_last = [&](std::string_view name) {
        return text::equals_ignoring_case(tail.from_end(0), name);
    };
    const bool is_ollama =
        (text::equals_ignoring_case(tail.from_end(1), "api") && is_any_of(tail.from_end(0), ollama_names)) ||
        (text::equals_ignoring_case(tail.from_end(2), "api") &&
         text::equals_ignoring_case(tail.from_end(1), "blobs"));
    if (is_ollama) return Dialect::ollama;
    if (is_last("complete") && is_version(tail.from_end(1))) return Dialect::anthropic;
    if (is_last("messages") && stands_below(Below::anthropic, tail)) return Dialect::anthropic;

    std::string_view before;
    for (PathSegments segments(path); segments.next(); before = segments.current()) {
        const std::string_view name = segments.current();
        const bool is_below_version =
            before.empty() || is_version(before) || text::equals_ignoring_case(before, "anthropic");
        if (is_below_version && text::equals_ignoring_case(name, "messages")) return Dialect::anthropic;
        const bool is_beta = before.size() > 2 && is_version(before);
        if (is_beta && is_any_of(name, gemini_names)) return Dialect::gemini;
    }
    return Dialect::openai;
}

std::string_view model_in_path(std::string_view path) noexcept {
    if (usual_path(path) != nullptr) return {};
    const PathTail tail(path);
    const bool is_bedrock = is_any_of(tail.from_end(0), bedrock_names) && stands_below(Below::bedrock, tail);
    if (is_bedrock) return tail.from_end(1);
    const bool is_triton = text::equals_ignoring_case(tail.from_end(0), "generate") ||
                           text::equals_ignoring_case(tail.from_end(0), "generate_stream");
    std::string_view before;
    for (PathSegments segments(path); segments.next(); before = segments.current()) {
        const bool names_next = text::equals_ignoring_case(before, "deployments") ||
                                text::equals_ignoring_case(before, "engines") ||
                                (is_triton && text::equals_ignoring_case(before, "models"));
        if (names_next && !segments.is_last()) return segments.current();
    }
    const std::string_view parent = tail.from_end(1);
    if (const auto call = verb_call(tail.from_end(0))) {
        const bool names_one = text::equals_ignoring_case(parent, "models") ||
                               text::equals_ignoring_case(parent, "tunedModels") ||
                               text::equals_ignoring_case(parent, "endpoints");
        return names_one ? call->model : std::string_view();
    }
    const bool is_invocation = text::equals_ignoring_case(tail.from_end(0), "invocations") ||
                               text::equals_ignoring_case(tail.from_end(0), "invocations-response-stream");
    const std::string_view kind = tail.from_end(2);
    const bool is_named = text::equals_ignoring_case(kind, "serving-endpoints") ||
                          text::equals_ignoring_case(kind, "endpoints");
    return is_invocation && is_named ? parent : std::string_view();
}

bool is_stream_path(std::string_view path) noexcept {
    if (usual_path(path) != nullptr) return false;
    const std::string_view last = PathTail(path).from_end(0);
    if (const auto call = verb_call(last)) return call->verb.name.starts_with("stream");
    constexpr std::string_view ending = "stream";
    return last.size() >= ending.size() &&
           text::equals_ignoring_case(last.substr(last.size() - ending.size()), ending);
}

bool is_prediction_path(std::string_view path) noexcept {
    const auto call = verb_call(PathTail(path).from_end(0));
    return call && call->verb.name == "predict";
}

bool wraps_its_body(std::string_view path) noexcept {
    if (usual_path(path) != nullptr) return false;
    const PathTail tail(path);
    if (const auto call = verb_call(tail.from_end(0)))
        return text::equals_ignoring_case(call->model, "v1internal");
    return text::equals_ignoring_case(tail.from_end(2), "async") &&
           text::equals_ignoring_case(tail.from_end(0), "completions");
}

bool takes_stream_options(std::string_view path) noexcept {
    if (path.empty() || path.ends_with("/chat/completions")) return true;
    const PathTail tail(path);
    if (!text::equals_ignoring_case(tail.from_end(0), "completions")) return false;
    return !text::equals_ignoring_case(tail.from_end(1), "fim") &&
           !text::equals_ignoring_case(tail.from_end(1), "agents");
}

std::string_view output_bound_name(Api api) noexcept {
    switch (api) {
        case Api::responses:
            return "max_output_tokens";
        case Api::ollama_chat:
        case Api::ollama_generate:
            return "options.num_predict";
        case Api::gemini_generate:
            return "generationConfig.maxOutputTokens";
        case Api::llama_completion:
            return "n_predict";
        default:
            return "max_tokens";
    }
}

}  // namespace weir::llm
