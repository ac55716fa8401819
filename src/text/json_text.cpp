// Almost all of it is plain ASCII, which is appended in one piece.
#include "text/json_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "text/characters.hpp"
#include "text/hex.hpp"

namespace weir::text {

namespace {

/// By character: whether it stands in a JSON string as it is.
constexpr std::array<bool, 256> plain = [] {
    std::array<bool, 256> table{};
    for (std::size_t byte = 0x20; byte < 0x7f; ++byte) table[byte] = byte != '"' && byte != '\\';
    return table;
}();

bool is_plain(char c) noexcept {
    return plain[static_cast<unsigned char>(c)];
}

void append_escape(std::string& out, char c) {
    if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
    } else if (c == '\n') {
        out += "\\n";
    } else if (c == '\t') {
        out += "\\t";
    } else {
        append_unicode_escape(out, static_cast<unsigned char>(c));
    }
}

}  // namespace

void append_unicode_escape(std::string& out, std::uint32_t code) {
    append_hex(out.append("\\u"), code, 4);
}

void append_json_text(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const auto special = std::find_if_not(text.begin(), text.end(), is_plain);
        const auto count = static_cast<std::size_t>(special - text.begin());
        out.append(text.substr(0, count));
        text.remove_prefix(count);
        if (text.empty()) return;
        const Character character = first_character(text);
        if (!character.valid) {
            out += '?';
        } else if (character.bytes == 1) {
            append_escape(out, text.front());
        } else if (!is_printable(character.code) && character.code <= 0xffff) {
            append_unicode_escape(out, character.code);
        } else {
            out.append(text.substr(0, character.bytes));
        }
        text.remove_prefix(character.bytes);
    }
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    append_json_text(out, text);
    out += '"';
}

}  // namespace weir::text
