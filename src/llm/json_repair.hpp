// What RFC 8259 allows and the parser does not: numbers beyond 64 bits or beyond a double, halves of
// surrogate pairs. Inside the room alone.
#pragma once

#include <string>
#include <string_view>

namespace weir::llm {

/// A copy of the same length and with the same offsets, for parsing alone: well-formed numbers that are too
/// large become 9e99 (which no field takes), lone surrogates become U+FFFD. Whatever is malformed stays so.
/// Has room behind it for the parser.
std::string repaired_json(std::string_view text);

}  // namespace weir::llm
