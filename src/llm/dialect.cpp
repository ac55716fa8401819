// Errors of weir's own in either dialect: the shapes in which the SDKs look for a message, a type and a code.
#include "llm/dialect.hpp"

#include "llm/json_string.hpp"

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

void append_string_or_null(std::string& out, std::string_view text) {
    if (text.empty()) {
        out += "null";
    } else {
        append_json_string(out, text);
    }
}

std::string openai_body(const ErrorDescription& error) {
    std::string body = R"({"error":{"message":)";
    append_json_string(body, error.message);
    body += R"(,"type":)";
    append_json_string(body, error.type);
    body += R"(,"param":)";
    append_string_or_null(body, error.param);
    body += R"(,"code":)";
    append_string_or_null(body, error.code);
    return body += "}}";
}

std::string anthropic_body(const ErrorDescription& error, std::string_view request_id) {
    std::string message = error.message;
    // This dialect has no field for the parameter.
    if (!error.param.empty()) message = error.param + ": " + message;
    std::string body = R"({"type":"error","error":{"type":)";
    append_json_string(body, anthropic_type(error.status));
    body += R"(,"message":)";
    append_json_string(body, message);
    body += "}";
    if (!request_id.empty()) {
        body += R"(,"request_id":)";
        append_json_string(body, request_id);
    }
    return body += "}";
}

}  // namespace

Answer error_answer(Dialect dialect, const ErrorDescription& error, std::string_view request_id) {
    Answer answer;
    answer.status = error.status;
    append_header(answer.headers, "content-type", "application/json");
    if (dialect == Dialect::openai) {
        answer.body = openai_body(error);
        return answer;
    }
    if (!request_id.empty()) append_header(answer.headers, "request-id", request_id);
    answer.body = anthropic_body(error, request_id);
    return answer;
}

std::string error_event(Dialect dialect, const ErrorDescription& error) {
    std::string event = dialect == Dialect::anthropic ? "event: error\ndata: " : "data: ";
    event += dialect == Dialect::anthropic ? anthropic_body(error, {}) : openai_body(error);
    return event += "\n\n";
}

}  // namespace weir::llm
