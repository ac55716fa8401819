// How many tokens a byte likely is, by the bytes around it: a sum of one number for each of three windows. A
// number is fitted to texts whose tokens are known. bench/estimator fits them; this header is what it and the
// estimate have in common. Inside the room alone.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace weir::llm::token_table {

/// The bytes from `before` ahead of the one at hand, `width` of them. A hash of them says which slot of the
/// table is theirs; nothing says whether others share it, which the fit takes into account.
struct Window {
    unsigned before;
    unsigned width;
    unsigned slot_bits;
    std::uint64_t multiplier;  ///< of the hash; odd
};
inline constexpr std::array<Window, 3> windows{
    {{1, 2, 13, 0x9e3779b97f4a7c15U}, {1, 3, 13, 0xc2b2ae3d27d4eb4fU}, {3, 5, 14, 0xa0761d6478bd642fU}}};

constexpr std::size_t slot_count(const Window& window) noexcept {
    return std::size_t{1} << window.slot_bits;
}
/// The windows' slots stand one behind the other.
constexpr std::size_t first_slot(std::size_t window) noexcept {
    std::size_t first = 0;
    for (std::size_t i = 0; i < window; ++i) first += slot_count(windows[i]);
    return first;
}
inline constexpr std::size_t slots_in_all = first_slot(windows.size());

/// Around each byte so many others are read, if not used: eight from where a window begins.
inline constexpr std::size_t before_max = 3;
inline constexpr std::size_t behind_max = 6;
static_assert(std::all_of(windows.begin(), windows.end(), [](const Window& window) {
    return window.before <= before_max && 7 - window.before <= behind_max && window.width <= 8;
}));

/// Which of the window's own slots. What is behind the window is shifted out at the top of the word.
/// REQUIRES: the bytes around `at` can be read.
template <std::size_t window>
std::size_t slot_within(const char* at) noexcept {
    constexpr Window shape = windows[window];
    using Word = std::conditional_t<shape.width <= sizeof(std::uint32_t), std::uint32_t, std::uint64_t>;
    constexpr unsigned bits = 8 * sizeof(Word);
    constexpr auto multiplier = static_cast<Word>(shape.multiplier << (bits - 8 * shape.width));
    Word bytes = 0;
    std::memcpy(&bytes, at - shape.before, sizeof bytes);
    if constexpr (std::endian::native == std::endian::big)
        bytes = sizeof bytes == 8 ? __builtin_bswap64(bytes) : __builtin_bswap32(bytes);
    return static_cast<Word>(bytes * multiplier) >> (bits - shape.slot_bits);
}

/// REQUIRES: the bytes around `at` can be read.
template <std::size_t window>
std::size_t slot_of(const char* at) noexcept {
    return first_slot(window) + slot_within<window>(at);
}

/// Vocabularies: o200k, cl100k, and the mean of open ones.
inline constexpr std::size_t encoding_count = 3;

/// A number is kept as one of -step_max to step_max: fine near none, where most are.
inline constexpr int step_max = 200;
constexpr int thousandths_of(int step) noexcept {
    const int size = (step * step + 10) / 20;
    return step < 0 ? -size : size;
}
inline constexpr int thousandths_max = thousandths_of(step_max);

/// One slot in the words of the data file: four characters of these.
inline constexpr std::string_view digits =
    "#$%&'()*+,-./0123456789:;<=>@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
inline constexpr std::size_t slot_characters = 4;
inline constexpr std::size_t step_count = 2 * step_max + 1;
static_assert(digits.size() * digits.size() * digits.size() * digits.size() >=
              step_count * step_count * step_count);

/// Calls take(begin, end) for the text in its order, in up to three runs: the bytes around each can be read.
/// Beyond the text's ends all bytes are 0.
template <typename Take>
void for_each_run(std::string_view text, Take take) noexcept {
    constexpr std::size_t edge = before_max + behind_max;
    std::array<char, before_max + edge + behind_max> padded{};
    char* const inside = padded.data() + before_max;
    if (text.size() <= edge) {
        // An empty text may have no data at all.
        if (!text.empty()) std::memcpy(inside, text.data(), text.size());
        return take(inside, inside + text.size());
    }
    std::memcpy(inside, text.data(), edge);
    take(inside, inside + before_max);
    take(text.data() + before_max, text.data() + text.size() - behind_max);
    std::memset(padded.data(), 0, padded.size());
    std::memcpy(inside, text.data() + text.size() - edge, edge);
    take(inside + before_max, inside + edge);
}

}  // namespace weir::llm::token_table
