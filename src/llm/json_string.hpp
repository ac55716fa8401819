// JSON string literals for the little JSON that weir writes itself.
#pragma once

#include <string>
#include <string_view>

namespace weir::llm {

/// Appends `text` in quotes. Quotes, backslashes and control characters are escaped, all else passes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace weir::llm
