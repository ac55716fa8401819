// Nearly every name is short and plain ASCII: looked at once and passed as it is.
#include "usage/printable.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace weir::usage {

namespace {

/// Only characters from the blank to the tilde. Eight bytes at a time: this is on every request's way.
bool is_plain(std::string_view text) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t tops = 0x8080808080808080;
    const auto has_other = [](std::uint64_t word) {
        const std::uint64_t below_blank = (word - 0x20 * ones) & ~word;
        const std::uint64_t above_tilde = (word + ones) | word;
        return ((below_blank | above_tilde) & tops) != 0;
    };
    std::uint64_t word = 0;
    constexpr std::size_t step = sizeof(word);
    if (text.size() >= step) {
        for (std::size_t at = 0; at < text.size(); at += step) {
            // The last word reaches back into the one before it.
            std::memcpy(&word, text.data() + std::min(at, text.size() - step), step);
            if (has_other(word)) return false;
        }
        return true;
    }
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

struct Character {
    std::uint32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

/// The first one of a text that is not empty.
Character decode(std::string_view text) noexcept {
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
    const bool is_mark = code >= 0x200b && code <= 0x200f;       // without width, or of direction
    const bool is_line_end = code == 0x2028 || code == 0x2029;   // and paragraph end
    const bool is_embedding = code >= 0x202a && code <= 0x202e;  // of another direction
    const bool is_isolate = code >= 0x2060 && code <= 0x206f;    // of another direction, and unseen operators
    const bool is_no_character = (code & 0xfffe) == 0xfffe || code == 0xfeff;
    return !is_mark && !is_line_end && !is_embedding && !is_isolate && !is_no_character;
}

}  // namespace

std::string_view printable(std::string_view text, NameBuffer& buffer) noexcept {
    if (text.size() <= buffer.size() && is_plain(text)) return text;
    std::size_t size = 0;
    while (!text.empty()) {
        const Character character = decode(text);
        const bool stays = character.valid && is_printable(character.code);
        const std::string_view bytes = stays ? text.substr(0, character.bytes) : std::string_view("?");
        if (bytes.size() > buffer.size() - size) break;
        std::copy(bytes.begin(), bytes.end(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
        size += bytes.size();
        text.remove_prefix(character.bytes);
    }
    return {buffer.data(), size};
}

}  // namespace weir::usage
