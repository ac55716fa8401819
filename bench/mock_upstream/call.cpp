// From a JSON body to a Call. Wrong types are refused as a real provider refuses them: with the field's name.
#include "mock_upstream/call.hpp"

#include <simdjson.h>

#include <array>

namespace weir::mock {
namespace {

namespace dom = simdjson::dom;

constexpr std::uint64_t choices_max = 128;
constexpr std::uint64_t inputs_max = 2048;

struct Path {
    std::string_view path;
    Kind kind;
};
constexpr std::array post_paths{
    Path{"/v1/chat/completions", Kind::chat}, Path{"/v1/completions", Kind::completions},
    Path{"/v1/responses", Kind::responses},   Path{"/v1/embeddings", Kind::embeddings},
    Path{"/v1/messages", Kind::messages},
};

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
    for (const char* name : {"messages", "system", "instructions", "input", "prompt", "suffix"}) {
        dom::element element;
        if (object[name].get(element) == simdjson::SUCCESS) tokens += count_tokens(element, true);
    }
    return tokens == 0 ? 1 : tokens;
}

/// How many texts `prompt` or `input` holds: a string or one token array is one, an array of them several.
std::uint64_t texts_in(const dom::object& object, const char* name) {
    dom::array array;
    if (object[name].get(array) != simdjson::SUCCESS || array.size() == 0) return 1;
    return array.at(0).is_string() || array.at(0).is_array() ? array.size() : 1;
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
    dom::array required;
    dom::object properties;
    std::string_view argument;
    if (schema["required"].get(required) == simdjson::SUCCESS &&
        required.at(0).get(argument) == simdjson::SUCCESS) {
        call.tool_argument = argument;
    } else if (schema["properties"].get(properties) == simdjson::SUCCESS && properties.size() > 0) {
        call.tool_argument = (*properties.begin()).key;
    }
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

}  // namespace

Kind kind_of(std::string_view method, std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    if (method == "GET" && path == "/v1/models") return Kind::models;
    if (method != "POST") return Kind::unknown;
    for (const Path& known : post_paths) {
        if (path == known.path) return known.kind;
    }
    return Kind::unknown;
}

Call parse_call(Kind kind, std::string_view body, dom::parser& parser) {
    Call call;
    call.kind = kind;
    if (kind == Kind::models || kind == Kind::unknown) return call;
    dom::object object;
    if (parser.parse(body.data(), body.size()).get(object) != simdjson::SUCCESS) {
        call.problem = "body";
        return call;
    }
    std::string_view model;
    if (object["model"].get(model) != simdjson::SUCCESS) call.problem = "model";
    call.model = model;
    read_flag(object, "stream", call.stream, call);
    if (kind == Kind::chat || kind == Kind::completions) read_stream_options(object, call);
    read_bounds(object, call);
    if (kind == Kind::embeddings) read_embedding(object, call);
    read_tool(object, call);
    call.input_tokens = count_input(object);
    return call;
}

}  // namespace weir::mock
