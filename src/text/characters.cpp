// Ranges of https://www.unicode.org/charts: General Punctuation, Specials.
#include "text/characters.hpp"

#include <array>

namespace weir::text {

Character first_character(std::string_view text) noexcept {
    constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x80) return {first, 1, true};
    const std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc0 || first > 0xf4 || text.size() < bytes) return {};
    std::uint32_t code = first & (0x7fU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0) != 0x80) return {};
        code = (code << 6) | (next & 0x3fU);
    }
    const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < smallest[bytes] || code > 0x10ffff || is_surrogate) return {};
    return {code, bytes, true};
}

bool is_printable(std::uint32_t code) noexcept {
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
    const bool is_mark =
        (code >= 0x200b && code <= 0x200f) || code == 0x061c;    // without width, or of direction
    const bool is_line_end = code == 0x2028 || code == 0x2029;   // and paragraph end
    const bool is_embedding = code >= 0x202a && code <= 0x202e;  // of another direction
    const bool is_isolate = code >= 0x2060 && code <= 0x206f;    // of another direction, and unseen operators
    const bool is_no_character = (code & 0xfffe) == 0xfffe || code == 0xfeff;
    return !is_mark && !is_line_end && !is_embedding && !is_isolate && !is_no_character;
}

}  // namespace weir::text
