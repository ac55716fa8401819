// Windows as the configuration writes them: 1s, 60s, 5m, 12h, 31d.
#pragma once

#include <cstdint>
#include <string>

namespace weir::config {

/// From one second to 31 days. Throws Unexpected.
std::int64_t parse_window_us(const std::string& text);

}  // namespace weir::config
