// Comparing names without regard to ASCII case. Inside the room alone.
#pragma once

#include <algorithm>
#include <string_view>

namespace weir::llm {

constexpr char ascii_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

constexpr bool is_same(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return ascii_lower(x) == ascii_lower(y);
           });
}

constexpr bool begins_with(std::string_view text, std::string_view prefix) noexcept {
    return is_same(text.substr(0, prefix.size()), prefix);
}

}  // namespace weir::llm
