// Hexadecimal digits, in lower case.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weir::text {

inline constexpr std::string_view hex_digits = "0123456789abcdef";

/// 0 to 15; -1 for what is no hexadecimal digit of either case.
constexpr int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// So many digits of a number, 16 at the most, the highest first; those that are missing are zeros.
inline void append_hex(std::string& out, std::uint64_t number, std::size_t digits = 16) {
    std::array<char, 16> text;
    for (std::size_t i = text.size(); i-- > 0; number >>= 4U) text[i] = hex_digits[number & 15U];
    out.append(text.data() + text.size() - digits, digits);
}

/// Two digits for each byte.
void append_hex(std::string& out, std::span<const unsigned char> bytes);
std::string to_hex(std::span<const unsigned char> bytes);

/// So many digits by chance, from the system's randomness.
std::string random_hex(std::size_t digits);

}  // namespace weir::text
