// No parser takes what has no end: this one follows strings and depth alone.
#include "llm/cut_answer.hpp"

#include <cstddef>

namespace weir::llm {

namespace {

/// Where the string that begins at `begin`, behind its quote, has its closing one.
std::size_t end_of_string(std::string_view json, std::size_t begin) noexcept {
    for (std::size_t i = begin; i < json.size(); ++i) {
        if (json[i] == '"') return i;
        if (json[i] == '\\') ++i;
    }
    return json.size();
}

}  // namespace

std::string_view id_of_cut_response(std::string_view json) noexcept {
    std::string_view own_id, key, parent;
    std::size_t depth = 0;
    bool is_value = false;  // a colon stands before it
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (c == '{' || c == '[') {
            if (++depth == 2) parent = is_value && c == '{' ? key : std::string_view();
            is_value = false;
        } else if (c == '}' || c == ']') {
            depth -= depth > 0 ? 1 : 0;
        } else if (c == ',' || c == ':') {
            is_value = c == ':';
        } else if (c == '"') {
            const std::size_t end = end_of_string(json, i + 1);
            if (end >= json.size()) return own_id;
            const std::string_view text = json.substr(i + 1, end - i - 1);
            const bool is_id = is_value && key == "id" && text.find('\\') == std::string_view::npos;
            if (is_id && depth == 2 && parent == "response") return text;
            if (is_id && depth == 1) own_id = text;
            if (!is_value) key = text;
            i = end;
        }
    }
    return own_id;
}

}  // namespace weir::llm
