// One pass over the text, each way.
#include "text/percent.hpp"

#include "text/ascii.hpp"
#include "text/hex.hpp"

namespace weir::text {

int percent_encoded_byte(std::string_view text, std::size_t at) noexcept {
    if (at >= text.size() || text.size() - at < 3 || text[at] != '%') return -1;
    const int high = hex_value(text[at + 1]);
    const int low = hex_value(text[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::optional<std::string> percent_decoded(std::string_view text, Plus plus) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus == Plus::blank) {
            decoded += ' ';
        } else if (text[i] == '%') {
            const int byte = percent_encoded_byte(text, i);
            if (byte < 0) return std::nullopt;
            decoded += static_cast<char>(byte);
            i += 2;
        } else {
            decoded += text[i];
        }
    }
    return decoded;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";  // RFC 3986, 2.1 asks for upper case
    std::string encoded;
    for (const char c : text) {
        if (is_letter(c) || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            encoded.append({'%', digits[byte >> 4], digits[byte & 15]});
        }
    }
    return encoded;
}

}  // namespace weir::text
