// A keyed hash in the manner of wyhash: 64 by 64 bits multiplied, the halves folded.
#include "text/seeded_hash.hpp"

#include <array>
#include <cstring>
#include <random>

namespace weir::text {

namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

using Seed = std::array<std::uint64_t, 2>;

/// Made at the first use, which may come before main. Odd, so that no multiplication forgets its other
/// factor.
const Seed& seed() {
    static const Seed made = [] {
        std::random_device random;
        const auto word = [&] { return (static_cast<std::uint64_t>(random()) << 32) | random() | 1; };
        return Seed{word(), word()};
    }();
    return made;
}

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

}  // namespace

std::uint64_t seeded_hash(std::string_view text, std::uint64_t state) noexcept {
    const auto& [first, second] = seed();
    state = mix(state ^ second ^ text.size(), first);
    const char* at = text.data();
    std::size_t left = text.size();
    for (; left > sizeof(std::uint64_t); left -= sizeof(std::uint64_t), at += sizeof(std::uint64_t))
        state = mix(state ^ load<std::uint64_t>(at), second);
    return mix(state ^ last_word(at, left), second);
}

}  // namespace weir::text
