// JSON strings and numbers into a std::string.
#include "mock_upstream/json_text.hpp"

#include <array>
#include <charconv>

namespace weir::mock {
namespace {

void append_escaped(std::string& out, std::string_view text, unsigned char last_plain) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte > last_plain) {
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
    append_escaped(out, text, 0xff);
}

void append_quoted_bytes(std::string& out, std::string_view bytes) {
    append_escaped(out, bytes, 0x7e);
}

void append_number(std::string& out, std::int64_t value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

}  // namespace weir::mock
