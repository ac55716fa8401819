// Bytes and numbers into a std::string.
#include "mock_upstream/json_text.hpp"

#include <array>
#include <charconv>

#include "text/json_text.hpp"

namespace weir::mock {

void append_quoted_bytes(std::string& out, std::string_view bytes) {
    out += '"';
    for (const char c : bytes) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c < 0x20 || c == 0x7f) {
            text::append_unicode_escape(out, c);
        } else {
            out += c;
        }
    }
    out += '"';
}

void append_number(std::string& out, std::int64_t value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

}  // namespace weir::mock
