// What stands deeper in a document: choices, messages, deltas, answers within answers.
#include "llm/answer_substance.hpp"
#include "llm/fact_reader.hpp"
#include "llm/generated_text.hpp"

namespace weir::llm {

using Key = AnswerKey;

void FactReader::note_text(dom::element value) noexcept {
    if (has_generated_text(value)) ++facts_.texts;
}

/// An object of counts, or one that holds it as its own `usage`. The last that says something counts.
void FactReader::take_usage(dom::element value) noexcept {
    dom::object object;
    dom::object inner;
    if (value.get(object)) return;
    if (!object.at_key("usage").get(inner)) object = inner;
    const UsageReport report = read_usage_report(object, api_);
    if (report.is_empty()) return;
    if (!facts_.usage || report.says_something()) facts_.usage = report;
}

/// OpenAI's choices and Gemini's candidates.
void FactReader::take_choices(dom::element value) noexcept {
    names_choices_ = true;
    dom::array entries;
    if (value.get(entries)) return;
    std::uint64_t position = 0;
    for (const dom::element entry : entries) {
        dom::object choice;
        if (entry.get(choice)) continue;
        has_choices_ = true;
        std::uint64_t index = position++;
        std::uint64_t given = 0;
        bool is_finished = false;
        bool has_text = false;
        for (const dom::key_value_pair field : choice) {
            switch (answer_key(field.key)) {
                case Key::index:
                    if (field.value.get_uint64().get(given) == simdjson::SUCCESS) index = given;
                    break;
                case Key::finish_reason:
                    is_finished = !text_of(field.value).empty();
                    break;
                case Key::usage:
                    take_usage(field.value);
                    break;
                case Key::error:
                    facts_.is_error = facts_.is_error || !is_blank(field.value);
                    break;
                case Key::delta:
                case Key::message:
                case Key::content:
                case Key::text:
                case Key::tool_calls:
                case Key::function_call:
                    has_text = has_text || has_generated_text(field.value);
                    break;
                default:
                    break;
            }
        }
        const std::uint64_t bit = std::uint64_t{1} << (index % choice_places);
        facts_.choices |= bit;
        if (is_finished) facts_.finished_choices |= bit;
        if (has_text) ++facts_.texts;
    }
}

/// Anthropic's message_start, Ollama's and Cohere's message.
void FactReader::take_message(dom::element value) noexcept {
    dom::object message;
    if (value.get(message)) return;
    bool has_text = false;
    for (const dom::key_value_pair field : message) {
        const AnswerKey key = answer_key(field.key);
        if (key == Key::usage) take_usage(field.value);
        const bool may_hold =
            key == Key::content || key == Key::text || key == Key::tool_calls || key == Key::function_call;
        if (may_hold) has_text = has_text || has_generated_text(field.value);
    }
    if (has_text) ++facts_.texts;
}

/// A string, or an object of a provider's own.
void FactReader::take_delta(dom::element value) noexcept {
    dom::object delta;
    if (value.is_string()) return note_text(value);
    if (value.get(delta)) return;
    bool has_text = false;
    for (const dom::key_value_pair field : delta) {
        const AnswerKey key = answer_key(field.key);
        if (key == Key::usage) take_usage(field.value);
        if (key == Key::stop_reason) has_stopped_ = !text_of(field.value).empty();
        const bool may_hold = key == Key::content || key == Key::text || key == Key::message ||
                              key == Key::tool_calls || key == Key::function_call;
        if (may_hold) has_text = has_text || has_generated_text(field.value);
    }
    if (has_text) ++facts_.texts;
}

/// The Responses API's object within an event, or Ollama's text, or Cohere's whole answer at its end.
void FactReader::take_response(dom::element value) noexcept {
    dom::object response;
    if (value.is_string()) return note_text(value);
    if (value.get(response)) return;
    facts_.is_response = true;
    for (const dom::key_value_pair field : response) {
        switch (answer_key(field.key)) {
            case Key::usage:
            case Key::meta:
            case Key::usage_metadata:
                take_usage(field.value);
                break;
            case Key::id:
                facts_.response_id = text_of(field.value);
                break;
            case Key::status:
                facts_.response_status = text_of(field.value);
                break;
            case Key::error:
                facts_.is_error = facts_.is_error || !is_blank(field.value);
                break;
            default:
                break;
        }
    }
}

/// Text Generation Inference.
void FactReader::take_details(dom::element value) noexcept {
    dom::object details;
    dom::element count;
    if (value.get(details) || details.at_key("generated_tokens").get(count)) return;
    take_usage(value);
}

/// Cloudflare's answer within the answer, or Baidu's text.
void FactReader::take_result(dom::element value) noexcept {
    dom::object result;
    if (value.is_string()) return note_text(value);
    if (value.get(result)) return;
    bool has_text = false;
    for (const dom::key_value_pair field : result) {
        const AnswerKey key = answer_key(field.key);
        if (key == Key::usage) take_usage(field.value);
        if (is_text_of_result(key)) has_text = has_text || has_generated_text(field.value);
    }
    if (has_text) ++facts_.texts;
}

/// watsonx: each with its own counts, which add up.
void FactReader::take_results(dom::element value) noexcept {
    dom::array results;
    dom::object result;
    if (value.get(results)) return;
    UsageReport sum;
    bool all_stopped = results.begin() != results.end();
    for (const dom::element element : results) {
        if (element.get(result)) continue;
        sum.add(read_usage_report(result, api_));
        std::string_view reason;
        const bool has_stopped = !result.at_key("stop_reason").get(reason) && reason != "not_finished";
        all_stopped = all_stopped && has_stopped;
        bool has_text = false;
        for (const dom::key_value_pair field : result) {
            const bool may_hold = is_text_of_result(answer_key(field.key));
            if (may_hold) has_text = has_text || has_generated_text(field.value);
        }
        if (has_text) ++facts_.texts;
    }
    is_last_ = is_last_ || all_stopped;
    is_running_ = is_running_ || !all_stopped;
    if (!sum.is_empty() && (!facts_.usage || sum.says_something())) facts_.usage = sum;
}

/// SGLang's own API: counts so far, and at the end a reason for it.
void FactReader::take_meta_info(dom::element value) noexcept {
    dom::object info;
    dom::element reason;
    if (value.get(info)) return;
    take_usage(value);
    facts_.is_one_of_several = true;
    is_running_ = info.at_key("finish_reason").get(reason) != simdjson::SUCCESS || reason.is_null();
}

}  // namespace weir::llm
