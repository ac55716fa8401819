// A JSON document as a tree that still knows the order of its values and which members came twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

inline constexpr std::size_t document_bytes_max = 16 << 20;
inline constexpr std::size_t nesting_levels_max = 32;

struct JsonValue {
    enum class Kind : std::uint8_t { null, boolean, integer, number, string, array, object };

    Kind kind = Kind::null;
    std::size_t position = 0;  ///< in the order of the document, from 1
    bool boolean = false;
    std::int64_t integer = 0;  ///< where it was written as one; cut to 64 bits
    double number = 0;         ///< any other number
    std::string text;
    std::string name;              ///< of a member
    std::vector<JsonValue> items;  ///< of an array; of an object its members, duplicates included
};

/// "a string", "an integer", …
std::string_view to_string(JsonValue::Kind kind) noexcept;

/// Throws Unexpected with line and column where the text is no JSON, with the bound where it exceeds one. The
/// message never holds text of the document.
JsonValue parse_json(std::string_view text);

}  // namespace weir::config
