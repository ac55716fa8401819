// RFC 9110 5.6.2: tokens. RFC 5234 B.1: control characters.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace weir::text {

constexpr std::array<bool, 256> make_token_table() {
    std::array<bool, 256> table{};
    for (const char c :
         std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
        table[static_cast<unsigned char>(c)] = true;
    }
    return table;
}
inline constexpr auto token_table = make_token_table();

constexpr bool is_token_character(char c) noexcept {
    return token_table[static_cast<unsigned char>(c)];
}

constexpr bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

/// CTL: below the blank, and DEL. Without a branch, for loops over whole heads.
constexpr bool is_control(char c) noexcept {
    return (static_cast<unsigned char>(c) < 0x20) | (c == 0x7f);
}

}  // namespace weir::text
