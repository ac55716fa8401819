// What all dialects share: tokens, tool arguments, errors; and the smallest dialect, the list of models.
#include "mock_upstream/reply.hpp"

#include <array>

#include "mock_upstream/json_text.hpp"
#include "text/json_text.hpp"

namespace weir::mock {
namespace {

std::string_view openai_error_type(unsigned status) {
    switch (status) {
        case 429:
            return "rate_limit_error";
        case 401:
            return "authentication_error";
        case 403:
            return "permission_error";
        default:
            return status >= 500 ? "server_error" : "invalid_request_error";
    }
}

std::string_view anthropic_error_type(unsigned status) {
    switch (status) {
        case 401:
            return "authentication_error";
        case 403:
            return "permission_error";
        case 404:
            return "not_found_error";
        case 413:
            return "request_too_large";
        case 429:
            return "rate_limit_error";
        case 529:
            return "overloaded_error";
        default:
            return status >= 500 ? "api_error" : "invalid_request_error";
    }
}

std::string_view google_status(unsigned status) {
    switch (status) {
        case 400:
            return "INVALID_ARGUMENT";
        case 401:
            return "UNAUTHENTICATED";
        case 403:
            return "PERMISSION_DENIED";
        case 404:
            return "NOT_FOUND";
        case 429:
            return "RESOURCE_EXHAUSTED";
        case 503:
            return "UNAVAILABLE";
        default:
            return status >= 500 ? "INTERNAL" : "FAILED_PRECONDITION";
    }
}

bool is_ollama(Kind kind) {
    return kind == Kind::ollama_chat || kind == Kind::ollama_generate || kind == Kind::ollama_embed;
}

bool is_gemini(Kind kind) {
    return kind == Kind::gemini_generate || kind == Kind::gemini_stream || kind == Kind::gemini_embed;
}

std::string object_open(std::string_view member) {
    std::string text = "{";
    text::append_json_string(text, member);
    return text + ":\"";
}

void models_plain(const Reply&, Body& body) {
    body.text += R"({"object":"list","data":[)";
    for (const std::string_view model :
         {"gpt-4o", "gpt-4o-mini", "text-embedding-3-small", "claude-sonnet-4-5"}) {
        if (body.text.back() == '}') body.text += ',';
        append(body.text, R"({"id":")", model,
               R"(","object":"model","created":1700000000,"owned_by":"weir-mock"})");
    }
    body.text += "]}";
    body.pad_at = body.text.size();
}

}  // namespace

const Dialect models_dialect{models_plain, nullptr, nullptr, nullptr};

const Dialect* dialect_of(const Call& call) {
    struct Row {
        Kind kind;
        const Dialect& dialect;
    };
    static const std::array rows{
        Row{Kind::chat, chat_dialect},
        Row{Kind::completions, completions_dialect},
        Row{Kind::responses, responses_dialect},
        Row{Kind::stored_response, responses_dialect},
        Row{Kind::embeddings, embeddings_dialect},
        Row{Kind::messages, messages_dialect},
        Row{Kind::models, models_dialect},
        Row{Kind::ollama_chat, ollama_chat_dialect},
        Row{Kind::ollama_generate, ollama_generate_dialect},
        Row{Kind::ollama_embed, ollama_embed_dialect},
        Row{Kind::gemini_generate, gemini_dialect},
        Row{Kind::gemini_embed, gemini_embed_dialect},
        Row{Kind::rerank, rerank_dialect},
        Row{Kind::images, images_dialect},
        Row{Kind::transcription, transcription_dialect},
        Row{Kind::batches, batches_dialect},
    };
    if (call.kind == Kind::gemini_stream) return call.as_array ? &gemini_array_dialect : &gemini_dialect;
    for (const Row& row : rows) {
        if (row.kind == call.kind) return &row.dialect;
    }
    return nullptr;
}

void append_tokens(std::string& out, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) out += " tok";
}

std::string tool_arguments_open(const Reply& reply) {
    return object_open(reply.call.tool_argument);
}

std::string text_open(const Reply& reply) {
    return reply.call.schema_property.empty() ? std::string() : object_open(reply.call.schema_property);
}

std::string_view text_close(const Reply& reply) {
    return reply.call.schema_property.empty() ? std::string_view() : tool_arguments_close;
}

std::size_t append_text(const Reply& reply, std::string& out) {
    out += '"';
    text::append_json_text(out, text_open(reply));
    append_tokens(out, reply.tokens);  // nothing in a token needs escaping
    const std::size_t end = out.size();
    text::append_json_text(out, text_close(reply));
    out += '"';
    return end;
}

bool has_openai_errors(Kind kind) {
    return kind != Kind::messages && !is_ollama(kind) && !is_gemini(kind);
}

std::string error_body(Kind kind, unsigned status, std::string_view message, std::string_view param) {
    std::string text;
    if (kind == Kind::messages) {
        append(text, R"({"type":"error","error":{"type":")", anthropic_error_type(status), R"(","message":)");
        append_quoted_bytes(text, message);
        text += R"(},"request_id":"req_mock"})";
        return text;
    }
    if (is_ollama(kind)) {
        text += "{\"error\":";
        append_quoted_bytes(text, message);
        return text + "}";
    }
    if (is_gemini(kind)) {
        append(text, R"({"error":{"code":)", status, R"(,"message":)");
        append_quoted_bytes(text, message);
        append(text, R"(,"status":")", google_status(status), "\"}}");
        return text;
    }
    text += R"({"error":{"message":)";
    append_quoted_bytes(text, message);
    append(text, R"(,"type":")", openai_error_type(status), R"(","param":)");
    if (param.empty()) {
        text += "null";
    } else {
        append_quoted_bytes(text, param);
    }
    text += status == 429 ? R"(,"code":"rate_limit_exceeded"}})" : R"(,"code":null}})";
    return text;
}

std::string error_event(const Call& call, unsigned status, std::string_view message) {
    const std::string body = error_body(call.kind, status, message, {});
    if (is_ollama(call.kind)) return body + "\n";
    if (call.kind == Kind::gemini_stream && call.as_array) return "[" + body + "]";
    if (call.kind == Kind::messages) return "event: error\ndata: " + body + "\n\n";
    if (call.kind == Kind::responses) {
        return "event: error\ndata: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"" +
               std::string(message) + "\",\"param\":null,\"sequence_number\":0}\n\n";
    }
    return "data: " + body + "\n\n";
}

}  // namespace weir::mock
