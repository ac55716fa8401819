// What is known to mean nothing is listed; what is not known may mean something.
#include "llm/answer_substance.hpp"

#include <algorithm>
#include <array>

#include "llm/answer_key.hpp"

namespace weir::llm {

namespace {

/// A status like that of HTTP, or a provider's own number or name of an error.
bool is_error_code(dom::element value) noexcept {
    constexpr std::int64_t fine = 200;
    std::int64_t number = 0;
    if (!value.get(number)) return number != 0 && number != fine;
    return !text_of(value).empty();
}

}  // namespace

std::string_view text_of(dom::element value) noexcept {
    std::string_view text;
    if (value.get(text)) return {};
    return text;
}

bool is_blank(dom::element value) noexcept {
    std::string_view text;
    dom::array array;
    dom::object object;
    bool flag = false;
    if (!value.get(text)) return text.empty();
    if (!value.get(array)) return array.begin() == array.end();
    if (!value.get(object)) return object.begin() == object.end();
    if (!value.get(flag)) return !flag;
    return true;
}

bool is_neutral_name(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 20> neutral{"id",
                                                       "object",
                                                       "created",
                                                       "created_at",
                                                       "model",
                                                       "usage",
                                                       "system_fingerprint",
                                                       "type",
                                                       "timings",
                                                       "time_info",
                                                       "x_groq",
                                                       "provider",
                                                       "base_resp",
                                                       "service_tier",
                                                       "trace_id",
                                                       "event_type",
                                                       "obfuscation",
                                                       "request_id",
                                                       "p",
                                                       "perf_metrics"};
    return std::find(neutral.begin(), neutral.end(), name) != neutral.end();
}

bool is_bare_usage_chunk(dom::object document) noexcept {
    for (const dom::key_value_pair field : document) {
        const bool is_choices = field.key == "choices";
        if (is_choices && !field.value.is_null() && !field.value.is_array()) return false;
        if (!is_blank(field.value) && !is_neutral_name(field.key)) return false;
    }
    return true;
}

bool is_bare_error(dom::object document) noexcept {
    bool has_code = false;
    bool has_message = false;
    bool is_certain = false;
    for (const dom::key_value_pair field : document) {
        switch (answer_key(field.key)) {
            case AnswerKey::payload:
            case AnswerKey::result:
            case AnswerKey::results:
            case AnswerKey::output:
            case AnswerKey::choices:
            case AnswerKey::candidates:
                if (!is_blank(field.value)) return false;
                break;
            case AnswerKey::error_code:
                is_certain = is_certain || is_error_code(field.value);
                break;
            case AnswerKey::error:
            case AnswerKey::code:
                has_code = has_code || is_error_code(field.value);
                is_certain = is_certain || (field.key == "error" && has_code);
                break;
            case AnswerKey::status:
                has_code = has_code || text_of(field.value) == "error";
                break;
            case AnswerKey::detail:
                is_certain = is_certain || !is_blank(field.value);
                break;
            case AnswerKey::message:
            case AnswerKey::error_message:
                has_message = has_message || !text_of(field.value).empty();
                break;
            default:
                break;
        }
    }
    return is_certain || (has_code && has_message);
}

bool is_last_type(std::string_view type) noexcept {
    constexpr std::array<std::string_view, 13> last{
        "message_stop",         "response.completed", "response.incomplete",
        "response.failed",      "response.cancelled", "image_generation.completed",
        "transcript.text.done", "speech.audio.done",  "image_edit.completed",
        "message-end",          "stream-end",         "error",
        "response.done"};
    return std::find(last.begin(), last.end(), type) != last.end();
}

}  // namespace weir::llm
