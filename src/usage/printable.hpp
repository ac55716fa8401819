// Names that clients send, as they may stand in tables, files and on terminals. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace weir::usage {

inline constexpr std::size_t name_bytes_max = 128;
using NameBuffer = std::array<char, name_bytes_max>;

/// `name` as printable UTF-8 of at most 128 bytes: control characters, what turns the direction of writing,
/// and what is no UTF-8 become question marks. `name` itself where that changes nothing, else a view of
/// `buffer`.
std::string_view printable(std::string_view name, NameBuffer& buffer) noexcept;

}  // namespace weir::usage
