// Messages, items, tools and token arrays; what stands inside a message is in input_parts.cpp.
#include "llm/input_reader.hpp"

#include "weir/limit.hpp"

namespace weir::llm {

void InputReader::messages(dom::element value, const Where& where) {
    std::size_t index = 0;
    for (const dom::element entry : want_array(value, where)) {
        message(entry, Where(where, index));
        ++index;
    }
    if (index == 0) refuse(where, "at least one message");
}

void InputReader::message(dom::element value, const Where& where) {
    ++size_.messages;
    for (const auto [name, member] : want_object(value, where)) {
        if (member.is_null()) continue;
        if (name == "content") {
            content(member, Where(where, "content"));
        } else if (name == "role") {
            size_.text.add_unread(
                static_cast<std::int64_t>(want_string(member, Where(where, "role")).size()));
        } else if (name == "name") {
            ++size_.names;
            text(want_string(member, Where(where, "name")));
        } else if (name == "tool_calls") {
            for (const dom::element call : want_array(member, Where(where, "tool_calls"))) json(call);
        } else if (name == "refusal" || name == "reasoning_content" || name == "reasoning") {
            json(member);
        } else if (name == "function_call") {
            want_object(member, Where(where, "function_call"));
            json(member);
        } else {
            unread(member);
        }
    }
}

void InputReader::items(dom::element value, const Where& where) {
    if (value.is_string()) {
        ++size_.messages;
        return text(want_string(value, where));
    }
    dom::array entries;
    if (value.get(entries)) refuse(where, "a string or an array");
    std::size_t index = 0;
    for (const dom::element entry : entries) {
        const Where place(where, index++);
        ++size_.messages;
        for (const auto [name, member] : want_object(entry, place)) {
            if (member.is_null()) continue;
            if (name == "content") {
                content(member, Where(place, "content"));
            } else if (name == "output" && (member.is_string() || member.is_array())) {
                content(member, Where(place, "output"));
            } else if (name == "arguments" || name == "name" || name == "summary" || name == "input" ||
                       name == "output" || name == "action") {
                json(member);
            } else {
                unread(member);
            }
        }
    }
}

void InputReader::tools(dom::element value, const Where& where) {
    std::size_t index = 0;
    for (const dom::element tool : want_array(value, where)) {
        ++size_.tools;
        want_object(tool, Where(where, index++));
        json(tool);
    }
}

std::int64_t InputReader::texts_or_tokens(dom::element value, const Where& where) {
    if (value.is_string()) {
        text(want_string(value, where));
        return 1;
    }
    dom::array entries;
    if (value.get(entries)) refuse(where, "a string or an array");
    std::int64_t texts = 0;
    std::int64_t tokens = 0;
    std::size_t index = 0;
    for (const dom::element entry : entries) {
        const Where place(where, index++);
        dom::array inner;
        if (entry.is_string()) {
            text(want_string(entry, place));
            ++texts;
        } else if (!entry.get(inner)) {
            size_.exact_tokens += token_array(inner, place);
            ++texts;
        } else {
            want_integer(entry, place, 0, amount_max);
            ++tokens;
        }
    }
    if (index == 0) refuse(where, "at least one entry");
    if (tokens > 0 && texts > 0) refuse(where, "either texts or tokens, not both");
    size_.exact_tokens += tokens;
    return tokens > 0 ? 1 : texts;
}

std::int64_t InputReader::token_array(dom::array values, const Where& where) {
    std::int64_t tokens = 0;
    for (const dom::element value : values) {
        want_integer(value, Where(where, static_cast<std::size_t>(tokens)), 0, amount_max);
        ++tokens;
    }
    if (tokens == 0) refuse(where, "at least one token");
    return tokens;
}

void InputReader::json(dom::element value) {
    // Depth is bounded by read_call.
    dom::array array;
    dom::object object;
    std::string_view string;
    if (!value.get(array)) {
        for (const dom::element entry : array) json(entry);
    } else if (!value.get(object)) {
        for (const auto [name, member] : object) {
            text(name);
            json(member);
        }
        size_.text.add_json_marks(static_cast<std::int64_t>(object.size()));
    } else if (!value.get(string)) {
        if (const auto data = data_url_base64(string)) return add(file_cost(data->size()));
        text(string);
        size_.text.add_json_marks(1);
    } else {
        text("0.00");  // a number, true, false: a token or two
        size_.text.add_unread(20);
    }
}

void InputReader::unread(dom::element value) noexcept {
    constexpr std::int64_t marks = 8;
    dom::array array;
    dom::object object;
    std::string_view string;
    size_.text.add_unread(marks);
    if (!value.get(array)) {
        for (const dom::element entry : array) unread(entry);
    } else if (!value.get(object)) {
        for (const auto [name, member] : object) {
            size_.text.add_unread(static_cast<std::int64_t>(name.size()));
            unread(member);
        }
    } else if (!value.get(string)) {
        size_.text.add_unread(static_cast<std::int64_t>(string.size()));
    } else {
        size_.text.add_unread(20);
    }
}

void InputReader::add(const MediaCost& cost) noexcept {
    size_.media_tokens += cost.likely;
    size_.media_tokens_max += cost.most;
}

}  // namespace weir::llm
