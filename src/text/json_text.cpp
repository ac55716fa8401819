// Almost all of it is plain ASCII, which is appended in one piece.
#include "text/json_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

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

/// How many bytes the character takes that the text begins with; 0: it is not UTF-8 (RFC 3629), or no text.
std::size_t character_size(std::string_view text) noexcept {
    struct Kind {
        unsigned char first_min, first_max, second_min, second_max;
        std::size_t size;
    };
    constexpr std::array<Kind, 8> kinds{{{0xc2, 0xdf, 0x80, 0xbf, 2},
                                         {0xe0, 0xe0, 0xa0, 0xbf, 3},
                                         {0xe1, 0xec, 0x80, 0xbf, 3},
                                         {0xed, 0xed, 0x80, 0x9f, 3},
                                         {0xee, 0xef, 0x80, 0xbf, 3},
                                         {0xf0, 0xf0, 0x90, 0xbf, 4},
                                         {0xf1, 0xf3, 0x80, 0xbf, 4},
                                         {0xf4, 0xf4, 0x80, 0x8f, 4}}};
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (const Kind& kind : kinds) {
        if (byte(0) < kind.first_min || byte(0) > kind.first_max) continue;
        if (text.size() < kind.size || byte(1) < kind.second_min || byte(1) > kind.second_max) return 0;
        for (std::size_t i = 2; i < kind.size; ++i) {
            if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
        }
        return kind.size;
    }
    return 0;
}

void append_escape(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
    } else if (c == '\n') {
        out += "\\n";
    } else if (c == '\t') {
        out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
        append_unicode_escape(out, c);
    } else {
        out += '?';
    }
}

}  // namespace

void append_unicode_escape(std::string& out, char c) {
    append_hex(out.append("\\u00"), static_cast<unsigned char>(c), 2);
}

void append_json_text(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const auto special = std::find_if_not(text.begin(), text.end(), is_plain);
        const auto count = static_cast<std::size_t>(special - text.begin());
        out.append(text.substr(0, count));
        text.remove_prefix(count);
        if (text.empty()) return;
        const std::size_t size = character_size(text);
        if (size > 0) out.append(text.substr(0, size));
        if (size == 0) append_escape(out, text.front());
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    append_json_text(out, text);
    out += '"';
}

}  // namespace weir::text
