// Providers are not told apart: each member means the same wherever it stands, and no two use one name for
// two things.
#include "llm/answer_facts.hpp"

#include <algorithm>

#include "llm/answer_substance.hpp"
#include "llm/fact_reader.hpp"
#include "llm/generated_text.hpp"

namespace weir::llm {

using Key = AnswerKey;

namespace {

/// An object with an error in it.
bool has_error(dom::element value) noexcept {
    dom::element error;
    return !value.at_key("error").get(error) && !is_blank(error);
}

bool is_true(dom::element value) noexcept {
    bool flag = false;
    return !value.get(flag) && flag;
}

}  // namespace

void FactReader::read(bool is_plain, bool has_more_text) noexcept {
    for (const dom::key_value_pair field : document_) {
        const AnswerKey key = answer_key(field.key);
        if (key != Key::other) take(key, field.value);
    }
    if (has_more_text) facts_.texts = std::max<std::int64_t>(facts_.texts, 1);
    judge(is_plain);
}

void FactReader::take(AnswerKey key, dom::element value) noexcept {
    std::string_view text;
    switch (key) {
        case Key::choices:
        case Key::candidates:
            return take_choices(value);
        case Key::usage:
            has_usage_ = value.is_object();
            return take_usage(value);
        case Key::x_groq:
            facts_.is_error = facts_.is_error || has_error(value);
            return take_usage(value);
        case Key::usage_metadata:
        case Key::meta:
        case Key::tokens:
            return take_usage(value);
        case Key::meta_info:
            return take_meta_info(value);
        case Key::result:
            return take_result(value);
        case Key::results:
            return take_results(value);
        case Key::timings:
        case Key::prompt_eval_count:
        case Key::eval_count:
        case Key::tokens_evaluated:
        case Key::tokens_predicted:
        case Key::prompt_token_count:
        case Key::candidates_token_count:
            has_counts_ = true;
            return;
        case Key::details:
            return take_details(value);
        case Key::type:
        case Key::event_type:
            type_ = text_of(value);
            return;
        case Key::object:
            text = text_of(value);
            is_object_response_ = text == "response";
            facts_.is_error = facts_.is_error || text == "error";
            return;
        case Key::id:
            facts_.response_id = text_of(value);
            return;
        case Key::status:
            facts_.response_status = text_of(value);
            may_be_error_ = may_be_error_ || facts_.response_status == "error";
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
    std::uint64_t index = 0;
    switch (key) {
        case Key::error:
            facts_.is_error = facts_.is_error || !is_blank(value);
            may_be_error_ = true;
            return;
        case Key::error_code:
        case Key::code:
        case Key::detail:
            may_be_error_ = true;
            return;
        case Key::index:
            if (!value.get_uint64().get(index)) facts_.index = index;
            return;
        case Key::stop_reason:
            is_last_ = is_last_ || !text_of(value).empty();
            return;
        case Key::base_resp:
            // MiniMax.
            facts_.is_error = facts_.is_error || (!value.at_key("status_code").get(code) && code != 0);
            return;
        case Key::stop:
            names_stop_ = value.is_bool();
            [[fallthrough]];
        case Key::done:
        case Key::is_finished:
            is_last_ = is_last_ || is_true(value);
            return;
        case Key::prompt_feedback:
            is_last_ = is_last_ || !value.at_key("blockReason").error();
            return;
        case Key::generated_text:
            is_last_ = is_last_ || value.is_string();
            return note_text(value);
        default:
            return;
    }
}

/// Several prompts in one request: each has its counts and its end, and in a stream they may take turns.
void FactReader::judge_index(bool is_plain) noexcept {
    const bool is_llama = facts_.index && (names_stop_ || (has_counts_ && facts_.usage));
    const bool is_part = facts_.is_one_of_several || is_llama;
    if (!is_part || is_plain || names_choices_) {
        facts_.is_one_of_several = false;
        return;
    }
    facts_.is_one_of_several = true;
    if (!facts_.index) return;
    const std::uint64_t bit = std::uint64_t{1} << (*facts_.index % choice_places);
    facts_.choices |= bit;
    const bool has_ended = is_last_ || (!is_llama && !is_running_);
    if (has_ended) facts_.finished_choices |= bit;
    is_last_ = false;
}

void FactReader::judge_error() noexcept {
    const bool is_typed_error = type_ == "error" || type_ == "response.failed";
    facts_.is_error = facts_.is_error || is_typed_error || facts_.response_status == "failed";
    const bool has_nothing = facts_.texts == 0 && !has_choices_ && !facts_.usage;
    if (may_be_error_ && !facts_.is_error && has_nothing) facts_.is_error = is_bare_error(document_);
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
    judge_error();
    // Ollama leaves out a count that is zero.
    const bool is_ollama = api_ == Api::ollama_chat || api_ == Api::ollama_generate;
    if (is_ollama && is_last_ && !facts_.is_error) {
        if (!facts_.usage) facts_.usage.emplace();
        if (!facts_.usage->output) facts_.usage->output = 0;
    }
    const bool is_typed = !type_.empty();  // OpenAI's chunks are not, and they are many
    const bool is_typed_end = is_typed && is_last_type(type_);
    // Only deltas are new text: what is done repeats it.
    const bool is_typed_text = is_typed && (type_.ends_with("delta") || type_.ends_with(".partial_image") ||
                                            type_ == "content_block_start" || type_ == "text-generation" ||
                                            type_ == "message" || type_ == "completion");
    const bool may_hold_text = is_plain || !is_typed || names_choices_ || is_typed_text;
    if (!may_hold_text) facts_.texts = 0;
    if (is_plain) facts_.texts = std::min<std::int64_t>(facts_.texts, 1);

    facts_.usage_is_first = type_ == "message_start";
    facts_.usage_is_running = facts_.usage_is_first || is_running_ ||
                              (type_ == "message_delta" && !has_stopped_) ||
                              (has_counts_ && !has_usage_ && !is_last_);
    if (facts_.index || facts_.is_one_of_several) judge_index(is_plain);
    facts_.ends = is_last_ || is_typed_end || has_stopped_ || facts_.is_error;
    facts_.is_usage_alone = has_usage_ && !has_choices_ && !facts_.is_error && facts_.texts == 0 &&
                            (type_.empty() || names_choices_);
    facts_.is_usage_chunk = facts_.is_usage_alone && !is_plain && is_bare_usage_chunk(document_);
}

AnswerFacts read_answer_facts(dom::object document, Api api, bool is_plain, bool has_more_text) noexcept {
    AnswerFacts facts;
    FactReader(document, api, facts).read(is_plain, has_more_text);
    return facts;
}

}  // namespace weir::llm
