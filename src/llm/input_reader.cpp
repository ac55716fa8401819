// Outermost members, messages, items, tools and tokens; what stands inside a message is in input_parts.cpp.
#include "llm/input_reader.hpp"

#include <algorithm>

#include "llm/call_fields.hpp"
#include "text/ascii.hpp"

namespace weir::llm {

void InputReader::member(Member member, std::string_view name, dom::element value) {
    switch (member) {
        case Member::messages:
            count_conversations(value);
            return messages(value);
        case Member::items_or_texts:
            if (api_ == Api::responses) return items(value);
            [[fallthrough]];
        case Member::texts:
            prompts_ = std::max(prompts_, texts(value));
            return;
        case Member::text:
            // SGLang's prompts; the Responses API's format of the answer.
            if (value.is_object()) return json(value);
            prompts_ = std::max(prompts_, texts(value));
            return;
        case Member::content:
            return content(value);
        case Member::tools:
            return tools(value);
        case Member::json:
            return json(value);
        case Member::images:
            return images(value);
        case Member::documents:
            return documents(value);
        case Member::generation_config:
        case Member::generation_config_snake:
            return generation_config(value);
        case Member::embeddings: {
            dom::array entries;
            embedded_prompts_ += value.get(entries) ? 1 : static_cast<std::int64_t>(entries.size());
            return unread(value);
        }
        default:
            return unread_member(name, value);
    }
}

void InputReader::messages(dom::element value) {
    dom::array entries;
    dom::object one;
    if (!value.get(entries)) {
        for (const dom::element entry : entries) messages(entry);
    } else if (!value.get(one)) {
        message(one);
    } else if (!value.is_null()) {
        ++size_.messages;
        content(value);
    }
}

void InputReader::count_conversations(dom::element value) noexcept {
    dom::array entries;
    if (value.get(entries)) return;
    std::int64_t conversations = 0;
    for (const dom::element entry : entries) {
        if (!entry.is_array()) break;
        ++conversations;
    }
    conversations_ = std::max(conversations_, conversations);
}

void InputReader::message(dom::object members) {
    ++size_.messages;
    for (const auto [name, member] : members) {
        if (member.is_null()) continue;
        std::string_view role;
        if (name == "content" || name == "parts") {
            content(member);
        } else if (name == "role" && !member.get(role)) {
            size_.text.add_unread(static_cast<std::int64_t>(role.size()));
        } else if (name == "name") {
            ++size_.names;
            content(member);
        } else if (name == "tool_calls" || name == "refusal" || name == "reasoning_content" ||
                   name == "reasoning" || name == "thinking" || name == "function_call" || name == "text" ||
                   name == "message" || name == "documents") {
            json(member);
        } else if (name == "images") {
            images(member);
        } else {
            other_member(name, member);
        }
    }
}

void InputReader::items(dom::element value) {
    dom::array entries;
    dom::object one;
    if (!value.get(entries)) {
        for (const dom::element entry : entries) items(entry);
    } else if (!value.get(one)) {
        item(one);
    } else if (!value.is_null()) {
        ++size_.messages;
        content(value);
    }
}

void InputReader::item(dom::object members) {
    ++size_.messages;
    for (const auto [name, member] : members) {
        if (member.is_null()) continue;
        if (name == "content" || name == "output" || name == "text") {
            content(member);
        } else if (name == "arguments" || name == "name" || name == "summary" || name == "input" ||
                   name == "action") {
            json(member);
        } else if (name == "result" && find_string(members, "type") == "image_generation_call") {
            images(member);
        } else if (name == "role") {
            unread(member);
        } else {
            other_member(name, member);
        }
    }
}

void InputReader::tools(dom::element value) {
    dom::array entries;
    if (!value.get(entries)) {
        for (const dom::element entry : entries) {
            ++size_.tools;
            json(entry);
        }
    } else if (!value.is_null()) {
        ++size_.tools;
        json(value);
    }
}

void InputReader::documents(dom::element value) {
    dom::array entries;
    if (value.get(entries)) return content(value);
    for (const dom::element entry : entries) {
        ++documents_;
        if (entry.is_string()) {
            content(entry);
        } else {
            json(entry);
        }
    }
}

std::int64_t InputReader::texts(dom::element value) {
    dom::array entries;
    if (value.get(entries)) {
        if (value.is_null()) return 0;
        content(value);
        return 1;
    }
    std::int64_t texts = 0;
    std::int64_t tokens = 0;
    for (const dom::element entry : entries) {
        dom::array inner;
        if (entry.is_number()) {
            ++tokens;
        } else if (!entry.get(inner)) {
            texts += std::max<std::int64_t>(this->texts(entry), 1);
        } else if (!entry.is_null()) {
            content(entry);
            ++texts;
        }
    }
    size_.exact_tokens += tokens;
    // Tokens among texts are one prompt (llama.cpp).
    return tokens > 0 ? 1 : texts;
}

void InputReader::repeat_query(dom::object body) {
    constexpr std::int64_t documents_max = 100'000;
    auto query = find_string(body, "query");
    for (const std::string_view name : {"text_1", "data_1"}) {
        if (!query) query = find_string(body, name);
    }
    if (!query || documents_ < 2) return;
    TextProfile once;
    once.add(*query);
    size_.text.add(once, std::min(documents_, documents_max) - 1);
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

void InputReader::generation_config(dom::element value) {
    dom::object members;
    if (value.get(members)) return unread(value);
    for (const auto [name, member] : members) {
        if (text::equals_ignoring_case(name, "responseSchema") ||
            text::equals_ignoring_case(name, "responseJsonSchema") ||
            text::equals_ignoring_case(name, "response_schema") ||
            text::equals_ignoring_case(name, "response_json_schema")) {
            json(member);
        } else {
            unread_member(name, member);
        }
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

void InputReader::unread_member(std::string_view name, dom::element value) noexcept {
    size_.text.add_unread(static_cast<std::int64_t>(name.size()));
    const bool holds_text = value.is_string() || value.is_object() || value.is_array();
    if (holds_text) unread(value);
}

void InputReader::add(const MediaCost& cost) noexcept {
    size_.media_tokens += cost.likely;
    size_.media_tokens_max += cost.most;
    if (cost.is_guess) size_.media_tokens_guessed += cost.likely;
}

}  // namespace weir::llm
