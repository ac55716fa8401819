// Hashes of texts that others choose: seeded anew in each process, so that nobody outside can choose texts
// that meet in one bucket. Never kept, never told to others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::text {

/// `state`: the hash of what comes before the text, or any number that belongs to it.
std::uint64_t seeded_hash(std::string_view text, std::uint64_t state = 0) noexcept;

/// For tables whose keys clients choose.
struct SeededHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return seeded_hash(text); }
};

}  // namespace weir::text
