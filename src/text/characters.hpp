// The characters of UTF-8, and which of them may stand on a terminal. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::text {

struct Character {
    std::uint32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;  ///< false: the byte is no UTF-8 (RFC 3629), or the text ends within the character
};

/// REQUIRES: `text` is not empty. The character that it begins with.
Character first_character(std::string_view text) noexcept;

/// False: it is a control character, without width, turns the direction of writing, ends a line, or is none.
bool is_printable(std::uint32_t code) noexcept;

}  // namespace weir::text
