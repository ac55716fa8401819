// Heads of answers, and the one shape of errors.
#include "admin/answer.hpp"

#include <nlohmann/json.hpp>

#include "http/reason.hpp"

namespace weir::admin {

namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

Answer json_answer(const Json& body, int status) {
    return {.status = status, .body = to_text(body) + "\n", .fields = {}, .next_event = nullptr};
}

Answer text_answer(std::string body, int status, std::string content_type) {
    return {.status = status,
            .content_type = std::move(content_type),
            .body = std::move(body),
            .fields = {},
            .next_event = nullptr};
}

Answer problem_answer(const Problem& problem) {
    Json error{{"code", problem.code}, {"message", problem.message}};
    if (!problem.mistakes.empty()) {
        Json& mistakes = error["mistakes"] = Json::array();
        for (const config::Mistake& mistake : problem.mistakes) {
            mistakes.push_back({{"path", mistake.where}, {"message", mistake.message}});
        }
    }
    return json_answer({{"error", std::move(error)}}, problem.status);
}

Answer Refused::answer() const {
    Answer answer = problem_answer(problem_);
    answer.fields = fields_;
    return answer;
}

Refused invalid_member(std::string where, std::string message) {
    return Refused(Problem{.status = 422,
                           .code = "invalid_document",
                           .message = "The document can't be used: see the mistakes.",
                           .mistakes = {{std::move(where), std::move(message)}}});
}

std::string make_head(const Answer& answer, bool keep_alive) {
    std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " ";
    out.append(http::reason_of(answer.status)).append("\r\n");
    append_field(out, "content-type", answer.content_type);
    if (answer.next_event) {
        keep_alive = false;  // its end is that of the connection
    } else {
        append_field(out, "content-length", std::to_string(answer.body.size()));
    }
    append_field(out, "cache-control", "no-store");
    append_field(out, "x-content-type-options", "nosniff");
    append_field(out, "referrer-policy", "no-referrer");
    append_field(
        out, "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    for (const auto& [name, value] : answer.fields) append_field(out, name, value);
    if (!keep_alive) append_field(out, "connection", "close");
    return out.append("\r\n");
}

}  // namespace weir::admin
