// What went wrong is said once, in the API's own words unless a command has better ones.
#include "cli/session.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/text.hpp"

namespace weir::cli {

namespace {

constexpr std::int64_t patience_ms = 30'000;

/// Errors of the client port and of providers have a type.
bool is_from_admin_api(const Json& error) {
    return !text_of(error, "code").empty() && !text_of(error, "message").empty() && !error.contains("type");
}

/// The token is not sent along.
bool is_client_port(const Place& place) {
    Place anonymous = place;
    anonymous.token.clear();
    try {
        return cli::ask(anonymous, {.target = "/"}, patience_ms).body.starts_with("weir limits LLM APIs");
    } catch (const Unreachable&) {
        return false;
    }
}

[[noreturn]] void refuse(const Place& place, const Answer& answer) {
    const Json document = Json::parse(answer.body, nullptr, false);
    const Json& error = member_of(document, "error");
    if (!is_from_admin_api(error) && is_client_port(place)) {
        throw Refused(answer.status, {},
                      place.url + " is weir's client port; the admin port is 9180 unless configured. " +
                          "--admin URL or WEIR_ADMIN_URL says where that is.",
                      {});
    }
    std::string message = printable(text_of(error, "message"));
    if (message.empty()) {
        message = place.url + " answered " + std::to_string(answer.status) +
                  ", and not as weir's admin API does. --admin URL or WEIR_ADMIN_URL says where that is.";
    }
    if (answer.status == 401) {
        message += " The token comes from WEIR_ADMIN_TOKEN, or from a file: --token-file FILE.";
    }
    std::vector<std::string> mistakes;
    for (const Json& mistake : member_of(error, "mistakes")) {
        mistakes.push_back(printable(text_of(mistake, "path") + ": " + text_of(mistake, "message")));
    }
    throw Refused(answer.status, text_of(error, "code"), message, std::move(mistakes));
}

Json parsed(const Place& place, const std::string& text) {
    Json document = Json::parse(text, nullptr, false);
    if (document.is_discarded()) {
        throw Unreachable(place.url + " answered something that is no JSON. Is it weir's admin port?");
    }
    return document;
}

std::string text_within(const Place& place, const Question& question, std::int64_t timeout_ms) {
    Answer answer = cli::ask(place, question, timeout_ms);
    if (answer.status < 200 || answer.status > 299) refuse(place, answer);
    return std::move(answer.body);
}

}  // namespace

std::string Session::ask_text(const Question& question) const {
    return text_within(place_, question, patience_ms);
}

Json Session::ask(const Question& question) const {
    return ask(question, patience_ms);
}

Json Session::ask(const Question& question, std::int64_t timeout_ms) const {
    const std::string text = text_within(place_, question, timeout_ms);
    if (text.empty()) return Json::object();
    return parsed(place_, text);
}

Json Session::change(const Question& question) const {
    Json answer = ask(question);
    const std::string warning = text_of(answer, "warning");
    if (!flag_of(answer, "durable", true)) {
        surroundings_.err << "weir: "
                          << (warning.empty() ? "this change ends with the process" : printable(warning))
                          << "\n";
    }
    return answer;
}

void Session::show(const Json& answer,
                   const std::function<std::string(const Json&, std::size_t)>& render) const {
    if (wants_json_) {
        surroundings_.out << answer.dump(2, ' ', true) << "\n";
    } else {
        surroundings_.out << render(answer, surroundings_.width);
    }
}

}  // namespace weir::cli
