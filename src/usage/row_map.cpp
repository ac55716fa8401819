// A keyed hash in the manner of wyhash: 64 by 64 bits multiplied, the halves folded.
#include "usage/row_map.hpp"

#include <array>
#include <cstring>
#include <random>

namespace weir::usage {

namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Odd, so that no multiplication forgets its other factor.
const std::array<std::uint64_t, 2> seed = [] {
    std::random_device random;
    const auto word = [&] { return (static_cast<std::uint64_t>(random()) << 32) | random() | 1; };
    return std::array<std::uint64_t, 2>{word(), word()};
}();

template <typename Word>
std::uint64_t load(const char* at) noexcept {
    Word word = 0;
    std::memcpy(&word, at, sizeof(word));
    return word;
}

/// Up to eight bytes, read in pieces of fixed lengths, which may overlap.
std::uint64_t last_word(const char* at, std::size_t size) noexcept {
    if (size == 8) return load<std::uint64_t>(at);
    if (size >= 4) return load<std::uint32_t>(at) | (load<std::uint32_t>(at + size - 4) << 32);
    if (size >= 2) return load<std::uint16_t>(at) | (load<std::uint16_t>(at + size - 2) << 16);
    return size == 1 ? load<std::uint8_t>(at) : 0;
}

std::uint64_t add_text(std::uint64_t state, std::string_view text) noexcept {
    state = mix(state ^ text.size(), seed[0]);
    const char* at = text.data();
    std::size_t left = text.size();
    for (; left > sizeof(std::uint64_t); left -= sizeof(std::uint64_t), at += sizeof(std::uint64_t))
        state = mix(state ^ load<std::uint64_t>(at), seed[1]);
    return mix(state ^ last_word(at, left), seed[1]);
}

bool is_of_unknown_key(std::string_view key) noexcept {
    return key.starts_with("unknown-");
}

}  // namespace

std::size_t NameHash::operator()(const NameView& name) const {
    const std::int64_t period = name.day * 32 + name.hour;
    const std::uint64_t day = mix(static_cast<std::uint64_t>(period) ^ seed[1], seed[0]);
    return add_text(add_text(day, name.key), name.model);
}

NameView name_with_room(const NameView& wanted, std::size_t rows, std::size_t rows_max, std::size_t models) {
    const bool has_half = is_of_unknown_key(wanted.key) || wanted.hour != whole_day;
    if (rows >= (has_half ? rows_max / 2 : rows_max)) return {wanted.day, other, other, wanted.hour};
    if (models >= models_max) return {wanted.day, wanted.key, other, wanted.hour};
    return wanted;
}

}  // namespace weir::usage
