// Providers are not told apart: each member means the same wherever it stands, and no two use one name for
// two things.
#include "llm/answer_facts.hpp"

#include <algorithm>
#include <array>

#include "llm/answer_key.hpp"
#include "llm/generated_text.hpp"

namespace weir::llm {

namespace {

using Key = AnswerKey;

std::string_view text_of(dom::element value) noexcept {
    std::string_view text;
    if (value.get(text)) return {};
    return text;
}

bool is_true(dom::element value) noexcept {
    bool flag = false;
    return !value.get(flag) && flag;
}

/// null, false, "", 0, [] and {} say nothing.
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

/// Types that end a stream.
bool is_last_type(std::string_view type) noexcept {
    constexpr std::array<std::string_view, 12> last{
        "message_stop",         "response.completed", "response.incomplete",
        "response.failed",      "response.cancelled", "image_generation.completed",
        "transcript.text.done", "speech.audio.done",  "image_edit.completed",
        "message-end",          "stream-end",         "error"};
    for (const std::string_view name : last) {
        if (type == name) return true;
    }
    return false;
}

/// The members that occur, by their keys.
class FactReader {
public:
    FactReader(dom::object document, Api api, AnswerFacts& facts) noexcept
        : document_(document), api_(api), facts_(facts) {}
    void read(bool is_plain) noexcept;

private:
    void take(AnswerKey key, dom::element value) noexcept;
    void take_sign(AnswerKey key, dom::element value) noexcept;
    void take_choices(dom::element value) noexcept;
    void take_usage(dom::element value) noexcept;
    void take_message(dom::element value) noexcept;
    void take_delta(dom::element value) noexcept;
    void take_response(dom::element value) noexcept;
    void take_details(dom::element value) noexcept;
    void note_text(dom::element value) noexcept;
    void judge(bool is_plain) noexcept;

    dom::object document_;
    Api api_;
    AnswerFacts& facts_;
    std::string_view type_;
    bool has_counts_ = false;  ///< among its own members: Ollama, llama.cpp
    bool names_choices_ = false;
    bool has_choices_ = false;    ///< at least one
    bool has_usage_ = false;      ///< `usage` is an object
    bool has_substance_ = false;  ///< a client could miss it, usage chunk or not
    bool is_object_response_ = false;
    bool is_last_ = false;
    bool has_stopped_ = false;
    std::optional<std::int64_t> from_cache_;
};

void FactReader::read(bool is_plain) noexcept {
    for (const dom::key_value_pair field : document_) {
        const AnswerKey key = answer_key(field.key);
        if (key != Key::other) take(key, field.value);
    }
    judge(is_plain);
}

void FactReader::take(AnswerKey key, dom::element value) noexcept {
    switch (key) {
        case Key::choices:
        case Key::candidates:
            return take_choices(value);
        case Key::usage:
            has_usage_ = value.is_object();
            return take_usage(value);
        case Key::usage_metadata:
        case Key::x_groq:
        case Key::meta:
            return take_usage(value);
        case Key::timings:
        case Key::prompt_eval_count:
        case Key::eval_count:
        case Key::tokens_evaluated:
        case Key::tokens_predicted:
            has_counts_ = true;
            return;
        case Key::details:
            return take_details(value);
        case Key::type:
        case Key::event_type:
            type_ = text_of(value);
            return;
        case Key::object:
            is_object_response_ = text_of(value) == "response";
            facts_.is_error = facts_.is_error || text_of(value) == "error";
            return;
        case Key::id:
            facts_.response_id = text_of(value);
            return;
        case Key::status:
            facts_.response_status = text_of(value);
            return;
        case Key::message:
            return take_message(value);
        case Key::delta:
            return take_delta(value);
        case Key::response:
            return take_response(value);
        case Key::text:
            if (value.is_string()) note_text(value);
            return;
        case Key::content:
        case Key::content_block:
        case Key::output:
        case Key::generations:
        case Key::token:
        case Key::tool_calls:
        case Key::function_call:
            return note_text(value);
        default:
            return take_sign(key, value);
    }
}

/// Of an end, of an error, or of something that a client could miss.
void FactReader::take_sign(AnswerKey key, dom::element value) noexcept {
    std::int64_t code = 0;
    switch (key) {
        case Key::error:
            facts_.is_error = facts_.is_error || !is_blank(value);
            return;
        case Key::base_resp:
            // MiniMax.
            facts_.is_error = facts_.is_error || (!value.at_key("status_code").get(code) && code != 0);
            return;
        case Key::done:
        case Key::stop:
        case Key::is_finished:
            is_last_ = is_last_ || is_true(value);
            return;
        case Key::prompt_feedback:
            is_last_ = is_last_ || !value.at_key("blockReason").error();
            return;
        case Key::generated_text:
            is_last_ = is_last_ || value.is_string();
            return note_text(value);
        case Key::moderation:
        case Key::prompt_filter_results:
            has_substance_ = has_substance_ || !is_blank(value);
            return;
        default:
            return;
    }
}

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

void FactReader::judge(bool is_plain) noexcept {
    if (is_object_response_) facts_.is_response = true;
    if (!facts_.is_response) facts_.response_id = facts_.response_status = {};
    if (has_counts_) {
        const UsageReport own = read_usage_report(document_, api_);
        if (!facts_.usage || !facts_.usage->says_something()) {
            facts_.usage = own;
        } else if (!facts_.usage->cached) {
            facts_.usage->cached = own.cached;
        }
    }
    // Ollama leaves out a count that is zero.
    const bool is_ollama = api_ == Api::ollama_chat || api_ == Api::ollama_generate;
    if (is_ollama && is_last_ && !facts_.is_error) {
        if (!facts_.usage) facts_.usage.emplace();
        if (!facts_.usage->output) facts_.usage->output = 0;
    }
    const bool is_typed_end = is_last_type(type_);
    facts_.is_error = facts_.is_error || type_ == "error" || type_ == "response.failed" ||
                      facts_.response_status == "failed";
    // Only deltas are new text: what is done repeats it.
    const bool is_typed_text = type_.ends_with("delta") || type_.ends_with(".partial_image") ||
                               type_ == "content_block_start" || type_ == "text-generation" ||
                               type_ == "message";
    facts_.may_hold_text = is_plain || type_.empty() || names_choices_ || is_typed_text;
    if (!facts_.may_hold_text) facts_.texts = 0;
    if (is_plain) facts_.texts = std::min<std::int64_t>(facts_.texts, 1);

    facts_.ends = is_last_ || is_typed_end || has_stopped_ || facts_.is_error;
    facts_.usage_is_first = type_ == "message_start";
    facts_.usage_is_running = facts_.usage_is_first || (type_ == "message_delta" && !has_stopped_) ||
                              (has_counts_ && !has_usage_ && !is_last_);
    facts_.is_usage_chunk = has_usage_ && !has_choices_ && !facts_.is_error && !has_substance_ &&
                            facts_.texts == 0 && (type_.empty() || names_choices_);
}

}  // namespace

AnswerFacts read_answer_facts(dom::object document, Api api, bool is_plain) noexcept {
    AnswerFacts facts;
    FactReader(document, api, facts).read(is_plain);
    return facts;
}

}  // namespace weir::llm
