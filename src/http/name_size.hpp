// Names of fields by their sizes: most that are looked for differ by that alone from those that are there.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::http {

/// Bit N stands for a name of N bytes, modulo 64.
constexpr std::uint64_t size_bit(std::string_view name) noexcept {
    return std::uint64_t{1} << (name.size() % 64);
}

}  // namespace weir::http
