// Nearly every name is short and plain ASCII: looked at once and passed as it is.
#include "usage/printable.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "text/characters.hpp"

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

}  // namespace

std::string_view printable(std::string_view name, NameBuffer& buffer) noexcept {
    if (name.size() <= buffer.size() && is_plain(name)) return name;
    std::size_t size = 0;
    while (!name.empty()) {
        const text::Character character = text::first_character(name);
        const bool stays = character.valid && text::is_printable(character.code);
        const std::string_view bytes = stays ? name.substr(0, character.bytes) : std::string_view("?");
        if (bytes.size() > buffer.size() - size) break;
        std::copy(bytes.begin(), bytes.end(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
        size += bytes.size();
        name.remove_prefix(character.bytes);
    }
    return {buffer.data(), size};
}

}  // namespace weir::usage
