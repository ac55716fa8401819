// RFC 9110 5.6.2: tokens.
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

}  // namespace weir::text
