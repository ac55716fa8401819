// What all dialects share: tokens, tool arguments, errors; and the smallest dialect, the list of models.
#include "mock_upstream/reply.hpp"

#include "mock_upstream/json_text.hpp"

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

const Dialect* dialect_of(Kind kind) {
    switch (kind) {
        case Kind::chat:
            return &chat_dialect;
        case Kind::completions:
            return &completions_dialect;
        case Kind::responses:
            return &responses_dialect;
        case Kind::embeddings:
            return &embeddings_dialect;
        case Kind::messages:
            return &messages_dialect;
        case Kind::models:
            return &models_dialect;
        case Kind::unknown:
            break;
    }
    return nullptr;
}

void append_tokens(std::string& out, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) out += " tok";
}

std::string tool_arguments_open(const Reply& reply) {
    std::string text = "{";
    append_quoted(text, reply.call.tool_argument);
    return text + ":\"";
}

std::string error_body(Kind kind, unsigned status, std::string_view message, std::string_view param) {
    std::string text;
    if (kind == Kind::messages) {
        append(text, R"({"type":"error","error":{"type":")", anthropic_error_type(status), R"(","message":)");
        append_quoted_bytes(text, message);
        text += R"(},"request_id":"req_mock"})";
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

}  // namespace weir::mock
