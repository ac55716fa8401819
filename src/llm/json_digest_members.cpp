// Which members of an answer are kept, watched or passed over, by where they stand.
#include "llm/answer_substance.hpp"
#include "llm/json_digest.hpp"

namespace weir::llm {

constexpr JsonDigest::Member JsonDigest::skip{};
constexpr JsonDigest::Member JsonDigest::copy{.action = Action::copy};
constexpr JsonDigest::Member JsonDigest::copy_short{.action = Action::copy_short};
constexpr JsonDigest::Member JsonDigest::mark{.action = Action::mark};
constexpr JsonDigest::Member JsonDigest::note{.action = Action::note_string, .string_is_text = true};
constexpr JsonDigest::Member JsonDigest::watch{.action = Action::watch, .string_is_text = true};

JsonDigest::Member JsonDigest::member_of(Context context, AnswerKey key) const noexcept {
    using Key = AnswerKey;
    switch (key) {
        case Key::other:
            return context == Context::document && marks_others_ && !is_marked_ && !is_neutral_name(key_)
                       ? mark
                       : skip;
        case Key::usage:
        case Key::error:
        case Key::stop_reason:
            return copy;
        case Key::tool_calls:
        case Key::function_call:
            return watch;
        default:
            break;
    }
    switch (context) {
        case Context::document:
            return member_of_document(key);
        case Context::choice:
            if (key == Key::index || key == Key::finish_reason)
                return keeps_choices_ || is_array_ ? copy : skip;
            return key == Key::message || key == Key::delta || key == Key::text || key == Key::content ? watch
                                                                                                       : skip;
        case Context::response:
            if (key == Key::id || key == Key::object || key == Key::status || key == Key::meta) return copy;
            return key == Key::usage_metadata ? copy : skip;
        case Context::message:
            return key == Key::content || key == Key::text ? watch : skip;
        case Context::delta:
            return key == Key::content || key == Key::text || key == Key::message ? watch : skip;
        case Context::counts:
            return key == Key::finish_reason ? copy : member_of_usage(key);
        case Context::result:
            return is_text_of_result(key) ? watch : skip;
        case Context::results:
            return is_text_of_result(key) ? watch : member_of_usage(key);
    }
    return skip;
}

/// Of a report that is not called `usage`. Where `tokens` is a list, as of what was generated (Text
/// Generation Inference), it is passed over: it may be long.
JsonDigest::Member JsonDigest::member_of_usage(AnswerKey key) const noexcept {
    if (key == AnswerKey::tokens || key == AnswerKey::billed_units)
        return {.action = Action::enter, .context = Context::counts};
    return is_part_of_usage(key) ? copy : skip;
}

JsonDigest::Member JsonDigest::member_of_document(AnswerKey key) const noexcept {
    using Key = AnswerKey;
    const auto enter = [](Context into, bool string_is_text) {
        return Member{.action = Action::enter, .context = into, .string_is_text = string_is_text};
    };
    switch (key) {
        case Key::id:
            return keeps_ids_ ? copy : skip;
        case Key::object:
            return copy_short;
        case Key::choices:
        case Key::candidates:
            return enter(Context::choice, false);
        case Key::message:
            return enter(Context::message, false);
        case Key::response:
            return enter(Context::response, true);
        case Key::delta:
            return enter(Context::delta, true);
        case Key::text:
            return note;
        case Key::generated_text:
            return {.action = Action::copy, .string_is_text = true};
        case Key::content:
        case Key::content_block:
        case Key::output:
        case Key::generations:
        case Key::token:
            return watch;
        case Key::details:
        case Key::meta_info:
        case Key::tokens:
            return enter(Context::counts, false);
        case Key::result:
            return enter(Context::result, true);
        case Key::results:
            return enter(Context::results, false);
        case Key::payload:
            return {.action = Action::mark, .is_payload = true};
        case Key::inner_text:
            return skip;
        default:
            return copy;
    }
}

}  // namespace weir::llm
