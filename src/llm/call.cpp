// One body, read once: validate, take the members that decide, then count what is input.
#include "llm/call.hpp"

#include "llm/call_fields.hpp"
#include "llm/form_call.hpp"
#include "llm/input_reader.hpp"
#include "llm/json_document.hpp"
#include "llm/json_repair.hpp"
#include "llm/json_scan.hpp"
#include "llm/output_bound.hpp"
#include "llm/usage_splice.hpp"

namespace weir::llm {

namespace {

constexpr std::size_t depth_max = 64;
/// A parsed value takes up to 24 bytes: with this many a body of any kind stays within some 50 MB.
constexpr std::size_t values_max = 2'000'000;

constexpr std::string_view wrapped_name = "request";

std::size_t byte_order_mark_size(std::string_view text) noexcept {
    constexpr std::string_view mark = "\xef\xbb\xbf";
    return text.starts_with(mark) ? mark.size() : 0;
}

simdjson::error_code parse_leniently(const std::string& body, std::size_t offset, JsonDocument& document) {
    const auto error = document.parse(body, offset);
    const bool may_be_sound = error == simdjson::NUMBER_ERROR || error == simdjson::STRING_ERROR;
    return may_be_sound ? document.parse(repaired_json(std::string_view(body).substr(offset))) : error;
}

/// The outermost object. Throws a CallError for a text that has none.
dom::object parse(const std::string& body, std::size_t offset, JsonDocument& document) {
    const JsonShape shape = json_shape(body);
    if (shape.depth > depth_max) throw CallError{"The body is nested too deeply (more than 64 levels).", ""};
    if (shape.values > values_max) throw CallError{"The body holds too many values.", ""};
    switch (parse_leniently(body, offset, document)) {
        case simdjson::SUCCESS:
            break;
        case simdjson::EMPTY:
            throw CallError{"The body is empty; a JSON object is expected.", ""};
        case simdjson::UTF8_ERROR:
            throw CallError{"The body is not valid UTF-8.", ""};
        case simdjson::NUMBER_ERROR:
            throw CallError{"The body holds a malformed number.", ""};
        case simdjson::STRING_ERROR:
            throw CallError{"The body holds a malformed string.", ""};
        default:
            throw CallError{"The body is not valid JSON.", ""};
    }
    dom::object members;
    if (document.root().get(members)) throw CallError{"The body must be a JSON object.", ""};
    return members;
}

/// watsonx and Bedrock call it model_id, Ollama once called it name.
std::string_view model_by_another_name(Api api, dom::object body) noexcept {
    const bool is_ollama = api == Api::ollama_chat || api == Api::ollama_generate || api == Api::ollama_embed;
    for (const std::string_view name : {"model_id", "modelId", "name"}) {
        if (name == "name" && !is_ollama) continue;
        const auto model = find_string(body, name);
        if (model && model->size() <= model_bytes_max) return *model;
    }
    return {};
}

/// A missing or empty one is the provider's to judge: the path may name it, a server may have but one.
void read_model(const CallText& text, const TopLevel& fields, Call& call) {
    constexpr std::string_view expected = "a string of at most 256 bytes";
    const Where where{{}, "model"};
    if (const auto value = fields.find(Member::model)) {
        const std::string_view model = want_string(*value, where);
        if (model.size() > model_bytes_max) refuse(where, expected);
        if (!model.empty()) call.model = model;
    }
    const std::string_view from_path = model_in_path(text.path);
    if (from_path.size() > model_bytes_max) refuse(where, expected);
    if (!from_path.empty()) call.model = from_path;
    if (call.model.empty()) call.model = model_by_another_name(text.api, fields.body());
}

bool read_stream(const CallText& text, const TopLevel& fields) {
    const bool streams_by_default = text.api == Api::ollama_chat || text.api == Api::ollama_generate;
    const auto asked = fields.flag(Member::stream);
    return asked.value_or(streams_by_default) || is_stream_path(text.path);
}

void read_further_models(dom::element value, Call& call) {
    dom::array models;
    if (value.get(models)) return;
    for (const dom::element entry : models) {
        const std::string_view model = find_text(entry);
        if (model.empty() || model.size() > model_bytes_max) continue;
        if (call.further_models.size() == further_models_max) return;
        call.further_models.emplace_back(model);
    }
}

void read_input(const TopLevel& fields, InputReader& input, Call& call) {
    fields.for_each([&](Member member, std::string_view name, dom::element value) {
        if (member == Member::models) read_further_models(value, call);
        const bool is_scalar = member < Member::options && member != Member::stream_options;
        const bool is_counted = !is_scalar || !fields.decides(member);
        if (is_counted) input.member(member, name, value);
    });
}

std::optional<std::int64_t> read_output_bound(const CallText& text, const TopLevel& fields, const Call& call,
                                              const InputReader& input) {
    switch (call.api) {
        case Api::completions:
            return output_bound(text, fields, input.prompts());
        case Api::llama_completion:
            return is_prediction_path(text.path) ? output_bound_of_predictions(text, fields)
                                                 : output_bound(text, fields, input.prompts());
        case Api::chat_completions:
            return output_bound(text, fields, input.conversations());
        case Api::responses:
        case Api::anthropic_messages:
        case Api::ollama_chat:
        case Api::ollama_generate:
        case Api::gemini_generate:
            return output_bound(text, fields, 1);
        case Api::images:
            return output_bound_of_images(call.model, fields.integer(Member::n, 1, choices_max).value_or(1));
        case Api::audio_speech:
            // Some tokens of sound for each letter.
            return clamped_product(call.input.text.bytes, 4);
        case Api::audio_transcription:
        case Api::unmetered:
            return std::nullopt;
        case Api::embeddings:
        case Api::ollama_embed:
        case Api::gemini_embed:
        case Api::rerank:
        case Api::moderations:
            return 0;
    }
    return std::nullopt;
}

/// What stands around the body, where it is wrapped: the model, and text that a server may read after all.
void read_wrapping(const CallText& text, dom::object members, Call& call) {
    const TopLevel fields(text.api, members);
    read_model(text, fields, call);
    InputReader input(call.api, call.model, call.input);
    bool seen = false;
    fields.for_each([&](Member member, std::string_view name, dom::element value) {
        if (name == wrapped_name) {
            if (seen) refuse({{}, wrapped_name}, "it to be given once");
            seen = true;
        } else if (member != Member::model) {
            input.member(member, name, value);
        }
    });
}

Call read_json_call(const CallText& text) {
    JsonDocument document;
    const std::size_t offset = byte_order_mark_size(text.body);
    const dom::object members = parse(text.body, offset, document);
    dom::object body = members;
    const bool is_wrapped = wraps_its_body(text.path) && !members.at_key(wrapped_name).get(body);
    Call call;
    call.api = text.api;
    if (is_wrapped) read_wrapping(text, members, call);
    const TopLevel fields(text.api, body);
    read_model(text, fields, call);
    call.stream = read_stream(text, fields);
    call.background = text.api == Api::responses && fields.flag(Member::background).value_or(false);
    InputReader input(call.api, call.model, call.input);
    read_input(fields, input, call);
    if (call.api == Api::rerank) input.repeat_query(fields.body());
    call.output_bound = read_output_bound(text, fields, call, input);
    call.output_bound_is_guessed = call.api == Api::images || call.api == Api::audio_speech;
    const bool knows_options = call.api == Api::chat_completions || call.api == Api::completions;
    if (knows_options && !is_wrapped) {
        auto splice = usage_splice(text.body, offset, fields, call.stream);
        if (splice && takes_stream_options(text.path)) call.ask_for_usage = std::move(splice);
    }
    return call;
}

}  // namespace

std::variant<Call, CallError> read_call(const CallText& text) {
    try {
        return is_form_call(text) ? read_form_call(text) : read_json_call(text);
    } catch (CallError& error) {
        return std::move(error);
    }
}

}  // namespace weir::llm
