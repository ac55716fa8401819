// A keyed hash in the manner of wyhash: 64 by 64 bits multiplied, the halves folded.
#include "usage/row_map.hpp"

#include <algorithm>
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

std::uint64_t add_text(std::uint64_t state, std::string_view text) noexcept {
    state = mix(state ^ text.size(), seed[0]);
    while (!text.empty()) {
        std::uint64_t word = 0;
        const std::size_t size = std::min(text.size(), sizeof(word));
        std::memcpy(&word, text.data(), size);
        state = mix(state ^ word, seed[1]);
        text.remove_prefix(size);
    }
    return state;
}

bool is_of_unknown_key(std::string_view key) noexcept {
    return key.starts_with("unknown-");
}

}  // namespace

std::size_t NameHash::operator()(const NameView& name) const noexcept {
    const std::uint64_t day = mix(static_cast<std::uint64_t>(name.day) ^ seed[1], seed[0]);
    return add_text(add_text(day, name.key), name.model);
}

NameView name_with_room(const NameView& wanted, std::size_t rows, std::size_t rows_max, std::size_t models) {
    const std::size_t room = is_of_unknown_key(wanted.key) ? rows_max / 2 : rows_max;
    if (rows >= room) return {wanted.day, other, other};
    if (models >= models_max) return {wanted.day, wanted.key, other};
    return wanted;
}

}  // namespace weir::usage
