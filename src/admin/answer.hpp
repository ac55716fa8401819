// What the admin port answers, as values; and how anything on the way to an answer says no.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/control.hpp"
#include "admin/json_text.hpp"

namespace weir::admin {

struct Answer {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> fields;  ///< beside those that every answer has
    /// Set: the body is a stream of events, of which this makes one a second; an empty one ends it.
    std::function<std::string()> next_event;
};

Answer json_answer(const Json& body, int status = 200);
Answer text_answer(std::string body, int status = 200,
                   std::string content_type = "text/plain; charset=utf-8");
/// {"error": {…}}
Answer problem_answer(const Problem& problem);

/// Thrown by whatever finds that a request can't be granted; ends as its problem's answer.
class Refused : public std::exception {
public:
    explicit Refused(Problem problem) : problem_(std::move(problem)) {}
    Refused(int status, std::string code, std::string message)
        : problem_{.status = status, .code = std::move(code), .message = std::move(message), .mistakes = {}} {
    }

    /// One more header field of the answer.
    Refused with(std::string name, std::string value) && {
        fields_.emplace_back(std::move(name), std::move(value));
        return std::move(*this);
    }

    Answer answer() const;
    const Problem& problem() const noexcept { return problem_; }
    const char* what() const noexcept override { return problem_.message.c_str(); }

private:
    Problem problem_;
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// 422 with one mistake.
Refused invalid_member(std::string where, std::string message);

/// The value, or its problem thrown.
template <typename Value>
Value value_of(Answered<Value> answered) {
    if (Problem* problem = std::get_if<Problem>(&answered)) throw Refused(std::move(*problem));
    return std::get<Value>(std::move(answered));
}

/// The whole head of an answer. Those of streams end the connection, whatever `keep_alive` says.
std::string make_head(const Answer& answer, bool keep_alive);

}  // namespace weir::admin
