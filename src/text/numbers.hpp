// Numbers in texts.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace weir::text {

/// The whole text as a number, or nullopt: no blanks, no plus sign, nothing behind it.
template <typename Number>
std::optional<Number> number_in(std::string_view text) noexcept {
    Number number{};
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error != std::errc{} || end != last) return std::nullopt;
    return number;
}

/// The same of hexadecimal digits.
template <std::integral Number>
std::optional<Number> hex_number_in(std::string_view text) noexcept {
    Number number{};
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number, 16);
    if (error != std::errc{} || end != last) return std::nullopt;
    return number;
}

/// "1,234,567"
template <std::integral Number>
std::string with_separators(Number number) {
    std::string digits = std::to_string(number);
    const std::size_t first = digits.front() == '-' ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3; at -= 3) digits.insert(at - 3, 1, ',');
    return digits;
}

}  // namespace weir::text
