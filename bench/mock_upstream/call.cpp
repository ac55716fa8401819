// From a JSON body to a Call. Wrong types are refused as a real provider refuses them: with the field's name.
#include "mock_upstream/call.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>

namespace weir::mock {
namespace {

namespace dom = simdjson::dom;

constexpr std::uint64_t choices_max = 128;
constexpr std::uint64_t inputs_max = 2048;

void read_count(const dom::object& object, const char* name, std::optional<std::uint64_t>& out, Call& call) {
    dom::element element;
    if (object[name].get(element) != simdjson::SUCCESS || element.is_null()) return;
    std::uint64_t value = 0;
    if (element.get(value) == simdjson::SUCCESS) {
        out = value;
    } else {
        call.problem = name;
    }
}

void read_flag(const dom::object& object, const char* name, bool& out, Call& call) {
    dom::element element;
    if (object[name].get(element) != simdjson::SUCCESS || element.is_null()) return;
    if (element.get(out) != simdjson::SUCCESS) call.problem = name;
}

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

std::uint64_t words_of(std::string_view text) {
    std::uint64_t words = 0;
    bool in_word = false;
    for (const char c : text) {
        const bool starts = !is_space(c);
        words += starts && !in_word ? 1 : 0;
        in_word = starts;
    }
    return words;
}

/// Which object members hold text that a model reads.
bool holds_text(std::string_view name) {
    constexpr std::array names{"content", "text", "refusal", "arguments", "output", "input"};
    for (const std::string_view known : names) {
        if (name == known) return true;
    }
    return false;
}

std::uint64_t count_tokens(const dom::element& element, bool is_text) {
    std::uint64_t tokens = 0;
    switch (element.type()) {
        case dom::element_type::STRING: {
            std::string_view text;
            if (is_text && element.get(text) == simdjson::SUCCESS) tokens = words_of(text);
            break;
        }
        case dom::element_type::INT64:
        case dom::element_type::UINT64:
            tokens = is_text ? 1 : 0;
            break;
        case dom::element_type::ARRAY:
            for (const dom::element item : dom::array(element)) tokens += count_tokens(item, is_text);
            break;
        case dom::element_type::OBJECT:
            for (const auto field : dom::object(element))
                tokens += count_tokens(field.value, holds_text(field.key));
            break;
        default:
            break;
    }
    return tokens;
}

std::uint64_t count_input(const dom::object& object) {
    std::uint64_t tokens = 0;
    for (const char* name : {"messages", "system", "instructions", "input", "prompt", "suffix", "contents",
                             "systemInstruction", "query", "documents", "requests"}) {
        dom::element element;
        if (object[name].get(element) == simdjson::SUCCESS) tokens += count_tokens(element, true);
    }
    return tokens == 0 ? 1 : tokens;
}

/// How many texts `prompt` or `input` holds: a string or one token array is one, an array of them several.
std::uint64_t texts_in(const dom::object& object, const char* name) {
    dom::array array;
    if (object[name].get(array) != simdjson::SUCCESS || array.size() == 0) return 1;
    const dom::element first = array.at(0);
    return first.is_string() || first.is_array() || first.is_object() ? array.size() : 1;
}

/// The first property that a schema requires, or else has; empty: none.
std::string first_property(const dom::object& schema) {
    dom::array required;
    dom::object properties;
    std::string_view name;
    if (schema["required"].get(required) == simdjson::SUCCESS &&
        required.at(0).get(name) == simdjson::SUCCESS) {
        return std::string(name);
    }
    if (schema["properties"].get(properties) == simdjson::SUCCESS && properties.size() > 0) {
        return std::string((*properties.begin()).key);
    }
    return {};
}

/// Structured output: of chat completions, of the Responses API, of Anthropic's.
void read_schema(const dom::object& object, Call& call) {
    for (const char* path :
         {"/response_format/json_schema/schema", "/text/format/schema", "/output_config/format/schema"}) {
        dom::object schema;
        if (object.at_pointer(path).get(schema) == simdjson::SUCCESS)
            call.schema_property = first_property(schema);
    }
}

void read_tool(const dom::object& object, Call& call) {
    dom::array tools;
    dom::object tool;
    if (object["tools"].get(tools) != simdjson::SUCCESS || tools.at(0).get(tool) != simdjson::SUCCESS) return;
    dom::object function;
    if (tool["function"].get(function) == simdjson::SUCCESS)
        tool = function;  // the shape of chat completions
    std::string_view name;
    if (tool["name"].get(name) != simdjson::SUCCESS) return;
    call.tool_name = name;
    call.tool_argument = "text";
    dom::object schema;
    if (tool["parameters"].get(schema) != simdjson::SUCCESS &&
        tool["input_schema"].get(schema) != simdjson::SUCCESS) {
        return;
    }
    std::string property = first_property(schema);
    if (!property.empty()) call.tool_argument = std::move(property);
}

void read_count_in(const dom::object& object, const char* outer, const char* name, Call& call) {
    dom::object inner;
    if (object[outer].get(inner) == simdjson::SUCCESS) read_count(inner, name, call.tokens_max, call);
}

void read_bounds(const dom::object& object, Call& call) {
    std::optional<std::uint64_t> n;
    switch (call.kind) {
        case Kind::chat:
            read_count(object, "max_tokens", call.tokens_max, call);
            read_count(object, "max_completion_tokens", call.tokens_max, call);
            read_count(object, "n", n, call);
            break;
        case Kind::completions:
            read_count(object, "max_tokens", call.tokens_max, call);
            if (!call.tokens_max) call.tokens_max = 16;  // OpenAI's documented default
            read_count(object, "n", n, call);
            break;
        case Kind::responses:
            read_count(object, "max_output_tokens", call.tokens_max, call);
            break;
        case Kind::messages:
            read_count(object, "max_tokens", call.tokens_max, call);
            if (!call.tokens_max) call.problem = "max_tokens";
            break;
        case Kind::ollama_chat:
        case Kind::ollama_generate:
            read_count_in(object, "options", "num_predict", call);
            break;
        case Kind::gemini_generate:
        case Kind::gemini_stream:
            read_count_in(object, "generationConfig", "maxOutputTokens", call);
            break;
        case Kind::images:
            read_count(object, "n", n, call);
            break;
        default:
            break;
    }
    call.choices = n.value_or(1);
    if (call.choices < 1 || call.choices > choices_max) call.problem = "n";
    if (call.kind == Kind::completions) call.choices *= texts_in(object, "prompt");
    if (call.choices > choices_max) call.problem = "prompt";
}

void read_stream_options(const dom::object& object, Call& call) {
    dom::object options;
    if (object["stream_options"].get(options) != simdjson::SUCCESS) return;
    read_flag(options, "include_usage", call.include_usage, call);
    if (!call.stream) call.problem = "stream_options";  // OpenAI refuses it without stream
}

void read_embedding(const dom::object& object, Call& call) {
    std::string_view format;
    call.base64 = object["encoding_format"].get(format) == simdjson::SUCCESS && format == "base64";
    call.inputs = texts_in(object, "input");
    read_count(object, "dimensions", call.dimensions, call);
    if (call.inputs > inputs_max) call.problem = "input";
    if (call.dimensions && (*call.dimensions < 1 || *call.dimensions > 4096)) call.problem = "dimensions";
}

/// A form: only its model is looked at.
void read_form(std::string_view body, Call& call) {
    constexpr std::string_view name = "name=\"model\"\r\n\r\n";
    const std::size_t at = body.find(name);
    if (at == std::string_view::npos) {
        call.problem = "model";
        return;
    }
    const std::string_view rest = body.substr(at + name.size());
    call.model = rest.substr(0, rest.find('\r'));
}

bool names_its_model(Kind kind) {
    return kind == Kind::gemini_generate || kind == Kind::gemini_stream || kind == Kind::gemini_embed;
}

bool streams_unless_told(Kind kind) {
    return kind == Kind::ollama_chat || kind == Kind::ollama_generate || kind == Kind::gemini_stream;
}

bool has_body(Kind kind) {
    return kind != Kind::models && kind != Kind::stored_response && kind != Kind::batches &&
           kind != Kind::unknown;
}

void read_object(const dom::object& object, Call& call) {
    std::string_view model;
    const bool named = object["model"].get(model) == simdjson::SUCCESS;
    if (named) call.model = model;
    if (!named && call.model.empty() && !names_its_model(call.kind)) call.problem = "model";
    read_flag(object, "stream", call.stream, call);
    read_flag(object, "background", call.background, call);
    if (call.kind == Kind::chat || call.kind == Kind::completions) read_stream_options(object, call);
    read_bounds(object, call);
    if (call.kind == Kind::embeddings || call.kind == Kind::ollama_embed) read_embedding(object, call);
    if (call.kind == Kind::gemini_embed) call.inputs = texts_in(object, "requests");
    read_tool(object, call);
    read_schema(object, call);
    call.input_tokens = count_input(object);
}

}  // namespace

Call parse_call(Kind kind, std::string_view target, std::string_view body, dom::parser& parser) {
    Call call;
    call.kind = kind;
    call.model = model_in_path(target);
    call.stream = streams_unless_told(kind);
    call.as_array = target.find("alt=sse") == std::string_view::npos;
    if (!has_body(kind)) return call;
    if (kind == Kind::transcription) {
        read_form(body, call);
        return call;
    }
    dom::object object;
    if (parser.parse(body.data(), body.size()).get(object) != simdjson::SUCCESS) {
        call.problem = "body";
        return call;
    }
    read_object(object, call);
    return call;
}

std::string member_among(std::string_view names, std::string_view body, dom::parser& parser) {
    dom::object object;
    if (parser.parse(body.data(), body.size()).get(object) != simdjson::SUCCESS) return {};
    while (!names.empty()) {
        const std::string_view name = names.substr(0, names.find(','));
        names.remove_prefix(std::min(names.size(), name.size() + 1));
        if (object[name].error() == simdjson::SUCCESS) return std::string(name);
    }
    return {};
}

}  // namespace weir::mock
