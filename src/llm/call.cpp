// One body, read once: validate, take the outermost members, then what each API counts.
#include "llm/call.hpp"

#include <algorithm>

#include "llm/call_fields.hpp"
#include "llm/input_reader.hpp"
#include "llm/json_document.hpp"
#include "llm/json_scan.hpp"
#include "llm/usage_splice.hpp"
#include "weir/limit.hpp"

namespace weir::llm {

namespace {

constexpr std::size_t depth_max = 64;
/// A parsed value takes up to 24 bytes: with this many a body of any kind stays within some 50 MB.
constexpr std::size_t values_max = 2'000'000;
constexpr std::size_t model_bytes_max = 256;
constexpr std::int64_t choices_max = 128;

std::optional<CallError> parse(const std::string& body, JsonDocument& document) {
    const JsonShape shape = json_shape(body);
    if (shape.depth > depth_max) return CallError{"The body is nested too deeply (more than 64 levels).", ""};
    if (shape.values > values_max) return CallError{"The body holds too many values.", ""};
    switch (document.parse(body)) {
        case simdjson::SUCCESS:
            break;
        case simdjson::EMPTY:
            return CallError{"The body is empty; a JSON object is expected.", ""};
        case simdjson::UTF8_ERROR:
            return CallError{"The body is not valid UTF-8.", ""};
        case simdjson::NUMBER_ERROR:
            return CallError{"The body holds a number that is malformed or too large.", ""};
        case simdjson::STRING_ERROR:
            return CallError{"The body holds a malformed string.", ""};
        default:
            return CallError{"The body is not valid JSON.", ""};
    }
    if (!document.root().is_object()) return CallError{"The body must be a JSON object.", ""};
    return std::nullopt;
}

std::int64_t clamped_product(std::int64_t a, std::int64_t b) noexcept {
    if (a <= 0 || b <= 0) return 0;
    return a > amount_max / b ? amount_max : a * b;
}

void read_model(const TopLevel& fields, Call& call) {
    // A stored prompt of the Responses API names its own.
    const auto value = call.api == Api::responses ? fields.find("model") : fields.need("model");
    if (!value) return;
    const Where where("model");
    const std::string_view model = want_string(*value, where);
    if (model.empty() || model.size() > model_bytes_max) refuse(where, "a string of 1 to 256 bytes");
    call.model = model;
}

/// An object that describes the shape of the answer; the model gets to see it.
void read_schema(const TopLevel& fields, std::string_view name, InputReader& input) {
    const auto value = fields.find(name);
    if (!value) return;
    want_object(*value, Where(name));
    input.json(*value);
}

void read_chat(const TopLevel& fields, Call& call, InputReader& input) {
    input.messages(fields.need("messages"), Where("messages"));
    if (const auto tools = fields.find("tools")) input.tools(*tools, Where("tools"));
    if (const auto functions = fields.find("functions")) input.tools(*functions, Where("functions"));
    read_schema(fields, "response_format", input);
    const auto old_bound = fields.integer("max_tokens", 0, amount_max);
    const auto bound = fields.integer("max_completion_tokens", 0, amount_max);
    const std::int64_t choices = fields.integer("n", 1, choices_max).value_or(1);
    if (bound || old_bound) call.output_bound = clamped_product(choices, bound ? *bound : *old_bound);
}

void read_completions(const TopLevel& fields, Call& call, InputReader& input) {
    constexpr std::int64_t default_max_tokens = 16;
    std::int64_t prompts = 1;
    if (const auto prompt = fields.find("prompt")) prompts = input.texts_or_tokens(*prompt, Where("prompt"));
    if (const auto suffix = fields.find("suffix")) input.text(want_string(*suffix, Where("suffix")));
    const std::int64_t choices = std::max(fields.integer("n", 1, choices_max).value_or(1),
                                          fields.integer("best_of", 1, choices_max).value_or(1));
    const std::int64_t bound = fields.integer("max_tokens", 0, amount_max).value_or(default_max_tokens);
    call.output_bound = clamped_product(clamped_product(prompts, choices), bound);
}

void read_responses(const TopLevel& fields, Call& call, InputReader& input) {
    if (const auto instructions = fields.find("instructions"))
        input.items(*instructions, Where("instructions"));
    if (const auto value = fields.find("input")) input.items(*value, Where("input"));
    if (const auto tools = fields.find("tools")) input.tools(*tools, Where("tools"));
    read_schema(fields, "text", input);
    call.output_bound = fields.integer("max_output_tokens", 0, amount_max);
}

void read_embeddings(const TopLevel& fields, Call& call, InputReader& input) {
    input.texts_or_tokens(fields.need("input"), Where("input"));
    call.output_bound = 0;
}

void read_anthropic(const TopLevel& fields, Call& call, InputReader& input) {
    fields.need("max_tokens");
    call.output_bound = fields.integer("max_tokens", 0, amount_max);
    input.messages(fields.need("messages"), Where("messages"));
    if (const auto system = fields.find("system")) input.content(*system, Where("system"));
    if (const auto tools = fields.find("tools")) input.tools(*tools, Where("tools"));
    read_schema(fields, "output_config", input);
    read_schema(fields, "output_format", input);
}

void read_input_and_bound(const TopLevel& fields, Call& call) {
    InputReader input(call.api, call.model, call.input);
    switch (call.api) {
        case Api::chat_completions:
            return read_chat(fields, call, input);
        case Api::completions:
            return read_completions(fields, call, input);
        case Api::responses:
            return read_responses(fields, call, input);
        case Api::embeddings:
            return read_embeddings(fields, call, input);
        case Api::anthropic_messages:
            return read_anthropic(fields, call, input);
        case Api::unmetered:
            return;
    }
}

}  // namespace

std::variant<Call, CallError> read_call(Api api, const std::string& body) {
    JsonDocument document;
    if (auto error = parse(body, document)) return *std::move(error);
    try {
        dom::object members;
        if (document.root().get(members)) return CallError{"The body must be a JSON object.", ""};
        const TopLevel fields(members);
        Call call;
        call.api = api;
        read_model(fields, call);
        if (const auto stream = fields.find("stream")) call.stream = want_bool(*stream, Where("stream"));
        read_input_and_bound(fields, call);
        const bool may_ask = api == Api::chat_completions || api == Api::completions;
        if (may_ask) call.ask_for_usage = usage_splice(body, fields, call.stream);
        return call;
    } catch (CallError& error) {
        return std::move(error);
    }
}

}  // namespace weir::llm
