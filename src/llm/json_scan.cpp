// No recursion and no allocation; long strings are crossed with memchr.
#include "llm/json_scan.hpp"

#include <algorithm>
#include <cstring>

#include "text/hex.hpp"

namespace weir::llm {

namespace {

/// `at` is behind an opening quote; returns the offset behind the closing one, or the size of the text.
std::size_t skip_string(std::string_view text, std::size_t at) noexcept {
    const std::size_t begin = at;
    while (at < text.size()) {
        const void* found = std::memchr(text.data() + at, '"', text.size() - at);
        if (found == nullptr) return text.size();
        const auto quote = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
        std::size_t backslashes = 0;
        while (quote - backslashes > begin && text[quote - backslashes - 1] == '\\') ++backslashes;
        at = quote + 1;
        if (backslashes % 2 == 0) return at;
    }
    return text.size();
}

std::size_t skip_value(std::string_view text, std::size_t at) noexcept {
    std::size_t depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = skip_string(text, at + 1);
            if (depth == 0) return at;
            continue;
        }
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') {
            if (depth == 0) return at;  // behind a scalar
            --depth;
            if (depth == 0) return at + 1;
        }
        const bool ends_scalar = c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (depth == 0 && ends_scalar) return at;
        ++at;
    }
    return at;
}

/// Takes one character, escaped or not, off the front of `raw`; -1 for what no ASCII key holds.
int take_character(std::string_view& raw) noexcept {
    const char c = raw.front();
    raw.remove_prefix(1);
    if (c != '\\' || raw.empty()) return static_cast<unsigned char>(c);
    const char escape = raw.front();
    raw.remove_prefix(1);
    if (escape != 'u') return escape == '"' || escape == '\\' || escape == '/' ? escape : -1;
    if (raw.size() < 4) return -1;
    int unit = 0;
    for (std::size_t i = 0; i < 4; ++i) unit = unit * 16 + std::max(text::hex_value(raw[i]), 0);
    raw.remove_prefix(4);
    return unit;
}

}  // namespace

JsonShape json_shape(std::string_view text) noexcept {
    JsonShape shape;
    std::size_t depth = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        switch (text[at]) {
            case '"':
                at = skip_string(text, at + 1) - 1;
                break;
            case '{':
            case '[':
                shape.depth = std::max(shape.depth, ++depth);
                ++shape.values;
                break;
            case '}':
            case ']':
                depth -= depth > 0 ? 1 : 0;
                break;
            case ',':
            case ':':
                ++shape.values;
                break;
            default:
                break;
        }
    }
    return shape;
}

bool JsonMembers::next() noexcept {
    // Behind `{` or a comma there is a key, or the object's end.
    std::size_t at = skip_json_space(text_, next_);
    if (at < text_.size() && text_[at] == ',') at = skip_json_space(text_, at + 1);
    if (at >= text_.size() || text_[at] != '"') return false;
    const std::size_t key_end = skip_string(text_, at + 1);
    key_ = text_.substr(at + 1, key_end - at - 2);
    const std::size_t colon = skip_json_space(text_, key_end);
    value_.begin = skip_json_space(text_, colon + 1);
    value_.end = skip_value(text_, value_.begin);
    next_ = value_.end;
    return true;
}

bool JsonMembers::is_named(std::string_view name, AnyCase any_case) const noexcept {
    std::string_view raw = key_;
    for (const char expected : name) {
        if (raw.empty()) return false;
        const int found = take_character(raw);
        const bool is_capital = any_case == AnyCase::yes && found >= 'A' && found <= 'Z';
        if ((is_capital ? found | 0x20 : found) != expected) return false;
    }
    return raw.empty();
}

std::optional<JsonExtent> find_json_member(std::string_view text, std::size_t object_at,
                                           std::string_view key) noexcept {
    for (JsonMembers members(text, object_at); members.next();) {
        if (members.is_named(key)) return members.value();
    }
    return std::nullopt;
}

std::size_t skip_json_space(std::string_view text, std::size_t at) noexcept {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r'))
        ++at;
    return at;
}

}  // namespace weir::llm
