// An upstream's URL.
#pragma once

#include <string>

#include "config/config.hpp"

namespace weir::config {

/// http or https, host, port, base path; nothing else. Throws Unexpected.
Url parse_url(const std::string& text);

/// Without the port where it is the scheme's own.
std::string to_string(const Url& url);

}  // namespace weir::config
