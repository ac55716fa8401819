// Text as JSON strings hold it.
#pragma once

#include <string>
#include <string_view>

namespace weir::observe {

/// Appends the contents of a JSON string, always valid: control characters are escaped, bytes that are no
/// UTF-8 become question marks.
void append_json_text(std::string& out, std::string_view text);

}  // namespace weir::observe
