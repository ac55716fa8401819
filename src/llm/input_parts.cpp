// What a message's content may hold: text, images, audio, files, and what tools were asked and answered.
#include "llm/input_reader.hpp"

namespace weir::llm {

void InputReader::content(dom::element value, const Where& where) {
    if (value.is_string()) return text(want_string(value, where));
    dom::array parts;
    if (value.get(parts)) refuse(where, "a string or an array");
    std::size_t index = 0;
    for (const dom::element entry : parts) part(entry, Where(where, index++));
}

void InputReader::part(dom::element value, const Where& where) {
    if (value.is_string()) return text(want_string(value, where));
    const dom::object members = want_object(value, where);
    const std::string_view type = find_string(members, "type", where).value_or("");
    const bool is_text = type == "text" || type == "input_text" || type == "output_text";
    if (is_text && !find_member(members, "text")) refuse_missing(Where(where, "text"));
    bool has_image = false;
    for (const auto [name, member] : members) {
        if (member.is_null()) continue;
        if (name == "image_url") {
            image_url(members, member, Where(where, "image_url"));
            has_image = true;
        } else {
            part_member(type, name, member, where);
        }
    }
    if (type == "input_image" && !has_image) add(openai_image_cost(model_, std::nullopt, false));
}

void InputReader::part_member(std::string_view type, std::string_view name, dom::element value,
                              const Where& where) {
    if (name == "text" || name == "refusal" || name == "thinking") {
        text(want_string(value, Where(where, name == "text"      ? "text"
                                             : name == "refusal" ? "refusal"
                                                                 : "thinking")));
    } else if (name == "input_audio") {
        input_audio(value, Where(where, "input_audio"));
    } else if (name == "file") {
        file(value, Where(where, "file"));
    } else if (name == "file_data") {
        file_data(want_string(value, Where(where, "file_data")));
    } else if (name == "file_url" || (name == "file_id" && type != "input_image")) {
        add(unseen_file_cost());
    } else if (name == "source" && value.is_object()) {
        anthropic_source(type, value, Where(where, "source"));
    } else if (name == "content" && (value.is_string() || value.is_array())) {
        content(value, Where(where, "content"));
    } else if (name == "name" || name == "input" || name == "title" || name == "context" ||
               name == "content") {
        json(value);
    } else {
        // Types, ids, signatures, encrypted reasoning, cache hints.
        unread(value);
    }
}

void InputReader::image_url(dom::object part, dom::element value, const Where& where) {
    std::string_view url;
    std::string_view detail = find_string(part, "detail", where).value_or("");
    dom::object object;
    if (!value.get(object)) {
        const auto inner = find_string(object, "url", where);
        if (!inner) refuse_missing(Where(where, "url"));
        url = *inner;
        detail = find_string(object, "detail", where).value_or(detail);
    } else if (value.get(url)) {
        refuse(where, "an object or a string");
    }
    std::optional<ImageSize> size;
    if (const auto data = data_url_base64(url)) size = image_size(*data);
    add(openai_image_cost(model_, size, detail == "low"));
}

void InputReader::input_audio(dom::element value, const Where& where) {
    const dom::object audio = want_object(value, where);
    const auto data = find_string(audio, "data", where);
    if (!data) refuse_missing(Where(where, "data"));
    add(audio_cost(data->size(), find_string(audio, "format", where).value_or("")));
}

void InputReader::file(dom::element value, const Where& where) {
    const dom::object members = want_object(value, where);
    if (const auto data = find_string(members, "file_data", where)) {
        file_data(*data);
    } else {
        add(unseen_file_cost());
    }
    if (const auto name = find_string(members, "filename", where)) text(*name);
}

void InputReader::file_data(std::string_view data) {
    add(file_cost(data_url_base64(data).value_or(data).size()));
}

void InputReader::anthropic_source(std::string_view type, dom::element value, const Where& where) {
    const dom::object source = want_object(value, where);
    const auto data = find_string(source, "data", where);
    const std::string_view source_type = find_string(source, "type", where).value_or("");
    if (type == "image") {
        add(anthropic_image_cost(data ? image_size(*data) : std::nullopt));
    } else if (source_type == "text" && data) {
        text(*data);
    } else if (source_type == "base64" && data) {
        add(file_cost(data->size()));
    } else if (const auto inner = find_member(source, "content")) {
        content(*inner, Where(where, "content"));
    } else {
        add(unseen_file_cost());
    }
}

}  // namespace weir::llm
