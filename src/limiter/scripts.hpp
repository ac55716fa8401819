// The Lua scripts of lua/, embedded when weir is built.
#pragma once

#include <string>
#include <string_view>

namespace weir {

extern const std::string_view window_script;
extern const std::string_view heartbeat_script;
extern const std::string_view reset_script;
extern const std::string_view exchange_script;
extern const std::string_view documents_script;

/// By which Redis knows a script: 40 hex digits.
std::string sha1_of(std::string_view script);

}  // namespace weir
