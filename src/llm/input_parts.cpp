// What a message's content may hold: text, images, audio, files, and what tools were asked and answered.
#include <algorithm>
#include <array>

#include "llm/call_fields.hpp"
#include "llm/input_reader.hpp"

namespace weir::llm {

namespace {

template <std::size_t count>
bool is_one_of(std::string_view name, const std::array<std::string_view, count>& names) noexcept {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Types, ids, signatures, encrypted reasoning, cache hints: no text for the model, in whatever part they
// stand.
constexpr std::array<std::string_view, 20> bookkeeping{
    "id",     "signature",    "encrypted_content", "cache_control", "tool_use_id",  "call_id",     "detail",
    "status", "tool_call_id", "thoughtSignature",  "media_type",    "mime_type",    "mimeType",    "index",
    "type",   "annotations",  "citations",         "logprobs",      "server_label", "container_id"};

// JSON of tools, whoever's spelling.
constexpr std::array<std::string_view, 12> shown_as_json{"name",
                                                         "input",
                                                         "title",
                                                         "context",
                                                         "arguments",
                                                         "output",
                                                         "function_call",
                                                         "functionCall",
                                                         "functionResponse",
                                                         "function_response",
                                                         "executableCode",
                                                         "codeExecutionResult"};

/// An address, or base64 in either alphabet: no text that a model reads.
bool is_encoded(std::string_view text) noexcept {
    constexpr std::size_t base64_bytes_least = 64;
    const std::size_t scheme = text.substr(0, 16).find("://");
    if (scheme != std::string_view::npos && text.find_first_of(" \n\t") == std::string_view::npos)
        return true;
    return text.size() >= base64_bytes_least && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '+' || c == '/' || c == '=' || c == '-' || c == '_';
           });
}

constexpr std::array<std::string_view, 7> text_names{"refusal",  "thinking",      "content",   "parts",
                                                     "document", "prompt_string", "transcript"};

}  // namespace

void InputReader::content(dom::element value) {
    std::string_view string;
    dom::array parts;
    dom::object members;
    if (!value.get(string)) {
        text(string);
    } else if (!value.get(parts)) {
        for (const dom::element entry : parts) content(entry);
    } else if (!value.get(members)) {
        part(members);
    } else if (!value.is_null()) {
        json(value);
    }
}

void InputReader::part(dom::object members) {
    const std::string_view type = find_string(members, "type").value_or("");
    bool has_image = false;
    for (const auto [name, member] : members) {
        if (member.is_null()) continue;
        if (name == "image_url") {
            image_url(members, member);
            has_image = true;
        } else {
            part_member(type, name, member);
        }
    }
    if (type == "input_image" && !has_image) add(openai_image_cost(model_, std::nullopt, false));
}

void InputReader::part_member(std::string_view type, std::string_view name, dom::element value) {
    if (name == "text") return content(value);
    if (is_one_of(name, bookkeeping)) return unread(value);
    if (is_one_of(name, text_names)) return content(value);
    if (media_member(type, name, value)) return;
    // A part with a type of its own keeps texts for the model under known names; one without has no form at
    // all.
    const bool is_shown = type.empty() || is_one_of(name, shown_as_json);
    if (is_shown) {
        json(value);
    } else {
        other_member(name, value);
    }
}

void InputReader::other_member(std::string_view name, dom::element value) {
    dom::array array;
    dom::object object;
    std::string_view string;
    if (is_one_of(name, bookkeeping)) return unread(value);
    if (!value.get(array)) {
        for (const dom::element entry : array) other_member({}, entry);
    } else if (!value.get(object)) {
        for (const auto [inner, member] : object) {
            text(inner);
            other_member(inner, member);
        }
        size_.text.add_json_marks(static_cast<std::int64_t>(object.size()));
    } else if (!value.get(string)) {
        if (const auto data = data_url_base64(string)) return add(file_cost(data->size()));
        if (is_encoded(string)) return unread(value);
        text(string);
        size_.text.add_json_marks(1);
    } else {
        unread(value);
    }
}

bool InputReader::media_member(std::string_view type, std::string_view name, dom::element value) {
    dom::object object;
    const bool is_object = !value.get(object);
    if (name == "input_audio" || name == "audio_url" || name == "audio") {
        audio(value);
    } else if (name == "image" || name == "multimodal_data") {
        images(value);
    } else if (name == "file") {
        file(value);
    } else if (name == "file_data" && value.is_string()) {
        file_data(find_text(value));
    } else if (name == "inlineData" || name == "inline_data") {
        inline_data(value);
    } else if (name == "file_url" || name == "fileData" || name == "file_data" || name == "video_url" ||
               name == "video" || (name == "file_id" && type != "input_image")) {
        add(unseen_file_cost());
    } else if (name == "source" && is_object) {
        anthropic_source(type, object);
    } else {
        return false;
    }
    return true;
}

void InputReader::image_url(dom::object part, dom::element value) {
    std::string_view url = find_text(value);
    std::string_view detail = find_string(part, "detail").value_or("");
    dom::object object;
    if (!value.get(object)) {
        url = find_string(object, "url").value_or("");
        detail = find_string(object, "detail").value_or(detail);
    }
    std::optional<ImageSize> size;
    if (const auto data = data_url_base64(url)) size = image_size(*data);
    add(openai_image_cost(model_, size, detail == "low"));
}

void InputReader::images(dom::element value) {
    dom::array entries;
    dom::object object;
    std::string_view string;
    if (!value.get(entries)) {
        for (const dom::element entry : entries) images(entry);
    } else if (!value.get(string)) {
        image(string);
    } else if (!value.get(object)) {
        for (const std::string_view name : {"url", "data", "image_url", "image"}) {
            if (const auto inner = find_string(object, name)) return image(*inner);
        }
        image({});
    }
}

void InputReader::image(std::string_view text) {
    const std::string_view base64 = data_url_base64(text).value_or(text);
    add(openai_image_cost(model_, image_size(base64), false));
}

void InputReader::audio(dom::element value) {
    std::string_view data = find_text(value);
    std::string_view format;
    dom::object object;
    if (!value.get(object)) {
        data = find_string(object, "data").value_or(find_string(object, "url").value_or(""));
        format = find_string(object, "format").value_or("");
    }
    const auto inside = data_url_base64(data);
    const bool is_elsewhere = data.empty() || (!inside && data.find("://") != std::string_view::npos);
    if (is_elsewhere) return add(unseen_audio_cost());
    const std::size_t bytes = inside.value_or(data).size();
    const bool is_gemini = model_.find("gemini") != std::string_view::npos;
    add(is_gemini ? gemini_audio_cost(bytes, format) : audio_cost(bytes, format));
}

void InputReader::file(dom::element value) {
    dom::object members;
    if (value.get(members)) return add(unseen_file_cost());
    if (const auto data = find_string(members, "file_data")) {
        file_data(*data);
    } else {
        add(unseen_file_cost());
    }
    if (const auto name = find_string(members, "filename")) text(*name);
}

void InputReader::file_data(std::string_view data) {
    add(file_cost(data_url_base64(data).value_or(data).size()));
}

void InputReader::inline_data(dom::element value) {
    dom::object members;
    if (value.get(members)) return json(value);
    const auto data = find_string(members, "data");
    const std::string_view type =
        find_string(members, "mimeType").value_or(find_string(members, "mime_type").value_or(""));
    if (!data) {
        add(unseen_file_cost());
    } else if (type.starts_with("image/")) {
        add(gemini_image_cost());
    } else if (type.starts_with("audio/")) {
        add(gemini_audio_cost(data->size(), type.substr(6)));
    } else {
        file_data(*data);
    }
}

void InputReader::anthropic_source(std::string_view type, dom::object source) {
    const auto data = find_string(source, "data");
    const std::string_view source_type = find_string(source, "type").value_or("");
    dom::element inner;
    if (type == "image") {
        add(anthropic_image_cost(data ? image_size(*data) : std::nullopt));
    } else if (source_type == "text" && data) {
        text(*data);
    } else if (data) {
        add(file_cost(data->size()));
    } else if (!source.at_key("content").get(inner)) {
        content(inner);
    } else {
        add(unseen_file_cost());
    }
}

}  // namespace weir::llm
