// How likely a token begins at a byte, by the bytes around it: what was counted in texts whose tokens are
// known. bench/estimator fits the table; this header is what it and the estimate have in common. Inside the
// room alone.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir::llm::token_table {

/// So many bytes before the one at hand, and so many behind it.
struct Window {
    unsigned before;
    unsigned behind;
    std::uint64_t multiplier;  ///< of its hash
};
/// The widest whose bytes are in the table decides; where none is, the byte alone.
inline constexpr std::array<Window, 4> windows{{{1, 0, 0x9e3779b97f4a7c15U},
                                                {2, 1, 0xc2b2ae3d27d4eb4fU},
                                                {3, 2, 0xa0761d6478bd642fU},
                                                {5, 2, 0xe7037ed1a0b428dbU}}};
/// Around each byte, eight are looked at: five before it and two behind it.
inline constexpr std::size_t before_max = 5;
inline constexpr std::size_t behind_max = 2;

constexpr std::uint64_t mask_of(const Window& window) noexcept {
    const unsigned low = 8 * static_cast<unsigned>(before_max - window.before);
    const unsigned width = 8 * (window.before + window.behind + 1);
    return (width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1) << low;
}

inline constexpr unsigned slot_bits = 16;
inline constexpr unsigned check_bits = 6;
inline constexpr std::size_t slot_count = std::size_t{1} << slot_bits;

/// The upper bits of a hash say which slot, the next ones whether the slot is of these bytes: contexts with
/// the same identity are one to the table.
constexpr std::uint64_t hash_of(const Window& window, std::uint64_t around) noexcept {
    return (around & mask_of(window)) * window.multiplier;
}
constexpr std::uint32_t identity_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> (64 - slot_bits - check_bits));
}

/// Vocabularies: o200k, cl100k, and the mean of open ones.
inline constexpr std::size_t encoding_count = 3;

/// Probabilities are kept as one of these, in parts of 250: fine where it matters, near none and near all.
inline constexpr std::uint8_t certain = 250;
inline constexpr std::array<std::uint8_t, 22> levels{
    0, 1, 3, 7, 13, 22, 35, 50, 68, 90, 113, 137, 160, 182, 200, 215, 228, 237, 243, 247, 249, certain};

/// One slot in the words of the data file: three characters of these.
inline constexpr std::string_view digits =
    "#$%&'()*+,-./0123456789:;<=>@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
inline constexpr std::size_t slot_characters = 3;
static_assert(digits.size() * digits.size() * digits.size() >=
              levels.size() * levels.size() * levels.size() * (std::size_t{1} << check_bits));

/// The eight bytes around `at`, the first one lowest. REQUIRES: they can be read.
inline std::uint64_t load_around(const char* at) noexcept {
    std::uint64_t around = 0;
    std::memcpy(&around, at - before_max, sizeof around);
    if constexpr (std::endian::native == std::endian::big) around = __builtin_bswap64(around);
    return around;
}

/// Calls take(around) for each byte of the text; beyond its ends all bytes are 0.
template <typename Take>
void for_each_byte(std::string_view text, Take take) noexcept {
    constexpr std::size_t edge = before_max + behind_max;
    std::array<char, before_max + edge + behind_max> padded{};
    if (text.size() <= edge) {
        std::memcpy(padded.data() + before_max, text.data(), text.size());
        for (std::size_t i = 0; i < text.size(); ++i) take(load_around(padded.data() + before_max + i));
        return;
    }
    std::memcpy(padded.data() + before_max, text.data(), edge);
    for (std::size_t i = 0; i < before_max; ++i) take(load_around(padded.data() + before_max + i));
    const char* const last = text.data() + text.size() - behind_max;
    for (const char* at = text.data() + before_max; at < last; ++at) take(load_around(at));
    padded.fill(0);
    std::memcpy(padded.data() + before_max, text.data() + text.size() - edge, edge);
    for (std::size_t i = edge - behind_max; i < edge; ++i) take(load_around(padded.data() + before_max + i));
}

}  // namespace weir::llm::token_table
