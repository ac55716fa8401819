// printf into a string.
#pragma once

#include <string>

namespace weir::load {

[[gnu::format(printf, 2, 3)]] void print(std::string& out, const char* format, ...);

/// "12,345,678"
std::string grouped(unsigned long long value);

}  // namespace weir::load
