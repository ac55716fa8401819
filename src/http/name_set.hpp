// A few names of fields, known when weir is built.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/name_size.hpp"
#include "text/ascii.hpp"

namespace weir::http {

/// Names in any case. Most that are not in it are told by their size alone.
template <std::size_t count>
class NameSet {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): NameSet<2> names{{"a", "b"}}
    constexpr NameSet(std::array<std::string_view, count> names) noexcept : names_(names) {
        for (const std::string_view name : names_) sizes_ |= size_bit(name);
    }

    constexpr bool contains(std::string_view name) const noexcept {
        return (sizes_ & size_bit(name)) != 0 &&
               std::any_of(names_.begin(), names_.end(),
                           [&](std::string_view one) { return text::equals_ignoring_case(one, name); });
    }
    constexpr auto begin() const noexcept { return names_.begin(); }
    constexpr auto end() const noexcept { return names_.end(); }

private:
    std::array<std::string_view, count> names_;
    std::uint64_t sizes_ = 0;
};

}  // namespace weir::http
