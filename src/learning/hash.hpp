// Names as numbers, so that a look-up on the way of a request compares no texts and allocates nothing.
#pragma once

#include <cstdint>
#include <string_view>

#include "text/seeded_hash.hpp"

namespace weir::learning {

/// Of this process alone: never kept, never told to others. Seeded, so that nobody can choose a name that is
/// taken for another's.
inline std::uint64_t hash_of(std::string_view name) noexcept {
    return text::seeded_hash(name);
}

/// Of two names in this order. A mix of both, so that tables may use any of its bits.
constexpr std::uint64_t hash_of_both(std::uint64_t first, std::uint64_t second) noexcept {
    constexpr std::uint64_t odd = 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = (first + odd) * odd ^ second;
    mixed = (mixed ^ (mixed >> 32)) * odd;
    return mixed ^ (mixed >> 29);
}

}  // namespace weir::learning
