// printf into a string.
#pragma once

#include <string>

namespace weir::load {

[[gnu::format(printf, 2, 3)]] void print(std::string& out, const char* format, ...);

}  // namespace weir::load
