// Text as JSON strings hold it, for the little JSON that is written without a tree.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::text {

/// Appends the contents of a JSON string, always valid, and fit for a terminal: what is not printable
/// (text/characters) is escaped, bytes that are no UTF-8 become question marks.
void append_json_text(std::string& out, std::string_view text);
/// The same in quotes.
void append_json_string(std::string& out, std::string_view text);

/// "\u001b". REQUIRES: `code` is at most 0xffff.
void append_unicode_escape(std::string& out, std::uint32_t code);

}  // namespace weir::text
