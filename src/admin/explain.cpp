// POST /admin/explain: how a request would be understood and decided. Charges nothing.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "admin/handlers.hpp"

namespace weir::admin {

namespace {

constexpr std::size_t id_bytes_max = 128;
constexpr std::size_t text_bytes_max = 8192;

/// Printable ASCII, as a header or a request line holds it; `usual` where it is absent.
std::string text_member(const Json& body, const char* name, std::size_t bytes_max, std::string usual) {
    const auto member = body.find(name);
    if (member == body.end() || member->is_null()) return usual;
    const auto is_printable = [](char c) { return c >= 0x20 && c < 0x7f; };
    if (member->is_string()) {
        std::string text = member->get<std::string>();
        if (text.size() <= bytes_max && std::all_of(text.begin(), text.end(), is_printable)) return text;
    }
    throw invalid_member(std::string("$.") + name, "expected a text of at most " + std::to_string(bytes_max) +
                                                       " printable ASCII characters");
}

void expect_known_members(const Json& body) {
    constexpr std::string_view known[] = {"key", "secret", "method", "path", "content_type", "body"};
    for (const auto& [name, value] : body.items()) {
        const auto is_name = [&, &member = name](std::string_view other) { return other == member; };
        if (std::none_of(std::begin(known), std::end(known), is_name)) {
            throw invalid_member("$." + std::string(name), "expected no such member");
        }
    }
}

ExplainQuestion read_question(const Json& body) {
    expect_known_members(body);
    ExplainQuestion question;
    question.key_id = text_member(body, "key", id_bytes_max, "");
    question.secret = text_member(body, "secret", text_bytes_max, "");
    if (!question.key_id.empty() && !question.secret.empty()) {
        throw invalid_member("$", "expected either key or secret");
    }
    question.method = text_member(body, "method", 32, question.method);
    question.content_type = text_member(body, "content_type", 256, question.content_type);
    question.path = text_member(body, "path", text_bytes_max, "");
    if (!question.path.starts_with('/')) {
        throw invalid_member("$.path", R"(expected a path such as "/v1/chat/completions")");
    }
    if (const auto given = body.find("body"); given != body.end() && !given->is_null()) {
        if (!given->is_string() && !given->is_object()) {
            throw invalid_member("$.body", "expected the request's body, as an object or as text");
        }
        question.body = given->is_string() ? given->get<std::string>() : to_text(*given);
    }
    return question;
}

}  // namespace

awaitable<Answer> explain(Call& call) {
    ExplainQuestion question = read_question(call.body);
    Answered<std::string> answered = co_await call.control().explain(std::move(question));
    co_return text_answer(value_of(std::move(answered)), 200, "application/json");
}

}  // namespace weir::admin
