// Writing JSON by hand, where building a tree first would cost more than the whole answer.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::mock {

/// Appends bytes off the wire, which may be anything, as a JSON string: each of those above 0x7e becomes
/// \u00XX.
void append_quoted_bytes(std::string& out, std::string_view bytes);

void append_number(std::string& out, std::int64_t value);

inline void append_part(std::string& out, std::string_view text) {
    out += text;
}
template <std::integral T>
void append_part(std::string& out, T value) {
    append_number(out, static_cast<std::int64_t>(value));
}

/// Appends text and numbers one after the other.
template <typename... Parts>
void append(std::string& out, const Parts&... parts) {
    (append_part(out, parts), ...);
}

}  // namespace weir::mock
