// Errors of weir's own in each dialect: the shapes in which the SDKs look for a message, a type and a code.
#include "llm/dialect.hpp"

#include "text/json_text.hpp"

namespace weir::llm {

namespace {

/// https://docs.anthropic.com/en/api/errors
std::string_view anthropic_type(int status) noexcept {
    switch (status) {
        case 400:
            return "invalid_request_error";
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
        case 503:
            return "overloaded_error";
        default:  // "We may also use this error type for other 4XX status codes"
            return status < 500 ? "invalid_request_error" : "api_error";
    }
}

/// https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
std::string_view google_status(int status) noexcept {
    switch (status) {
        case 401:
            return "UNAUTHENTICATED";
        case 403:
            return "PERMISSION_DENIED";
        case 404:
            return "NOT_FOUND";
        case 429:
            return "RESOURCE_EXHAUSTED";
        case 500:
            return "INTERNAL";
        case 504:
            return "DEADLINE_EXCEEDED";
        default:
            return status < 500 ? "INVALID_ARGUMENT" : "UNAVAILABLE";
    }
}

void append_string_or_null(std::string& out, std::string_view text) {
    if (text.empty()) {
        out += "null";
    } else {
        text::append_json_string(out, text);
    }
}

std::string openai_body(const ErrorDescription& error) {
    std::string body = R"({"error":{"message":)";
    text::append_json_string(body, error.message);
    body += R"(,"type":)";
    text::append_json_string(body, error.type);
    body += R"(,"param":)";
    append_string_or_null(body, error.param);
    body += R"(,"code":)";
    append_string_or_null(body, error.code);
    return body += "}}";
}

/// The dialects other than OpenAI's have no field for the parameter.
std::string message_with_param(const ErrorDescription& error) {
    return error.param.empty() ? error.message : error.param + ": " + error.message;
}

std::string anthropic_body(const ErrorDescription& error, std::string_view request_id) {
    std::string body = R"({"type":"error","error":{"type":)";
    text::append_json_string(body, anthropic_type(error.status));
    body += R"(,"message":)";
    text::append_json_string(body, message_with_param(error));
    body += "}";
    if (!request_id.empty()) {
        body += R"(,"request_id":)";
        text::append_json_string(body, request_id);
    }
    return body += "}";
}

/// https://github.com/ollama/ollama/blob/main/docs/api.md: the error is a text, in streams a line of its own.
std::string ollama_body(const ErrorDescription& error) {
    std::string body = R"({"error":)";
    text::append_json_string(body, message_with_param(error));
    return body += "}";
}

/// https://cloud.google.com/apis/design/errors; @google/genai takes a stream's last event as an error where
/// it has a code from 400 to 599.
std::string gemini_body(const ErrorDescription& error) {
    std::string body = R"({"error":{"code":)" + std::to_string(error.status) + R"(,"message":)";
    text::append_json_string(body, message_with_param(error));
    body += R"(,"status":)";
    text::append_json_string(body, google_status(error.status));
    // google.protobuf.Duration.
    if (error.retry_after_us > 0) {
        const std::int64_t milliseconds = (error.retry_after_us - 1) / 1000 + 1;
        const std::string fraction = std::to_string(1000 + milliseconds % 1000).substr(1);
        body += R"(,"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")";
        body += std::to_string(milliseconds / 1000) + "." + fraction + R"(s"}])";
    }
    return body += "}}";
}

std::string body_of(Dialect dialect, const ErrorDescription& error, std::string_view request_id) {
    switch (dialect) {
        case Dialect::openai:
            break;
        case Dialect::anthropic:
            return anthropic_body(error, request_id);
        case Dialect::ollama:
            return ollama_body(error);
        case Dialect::gemini:
            return gemini_body(error);
    }
    return openai_body(error);
}

}  // namespace

Answer error_answer(Dialect dialect, const ErrorDescription& error, std::string_view request_id) {
    Answer answer;
    answer.status = error.status;
    append_header(answer.headers, "content-type", "application/json");
    // RFC 9110, 15.5.22: it says which protocol would do.
    if (error.status == 426) {  // RFC 9110 7.8, 15.5.22
        append_header(answer.headers, "upgrade", "HTTP/1.1");
        append_header(answer.headers, "connection", "upgrade");
    }
    const bool names_request = dialect == Dialect::anthropic && !request_id.empty();
    if (names_request) append_header(answer.headers, "request-id", request_id);
    answer.body = body_of(dialect, error, request_id);
    return answer;
}

std::string error_event(Dialect dialect, const ErrorDescription& error) {
    const std::string body = body_of(dialect, error, {});
    if (dialect == Dialect::ollama) return body + "\n";
    return (dialect == Dialect::anthropic ? "event: error\ndata: " : "data: ") + body + "\n\n";
}

}  // namespace weir::llm
