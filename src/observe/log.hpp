// The operational log: what the process has to say, on standard error. Requests go to access_log.hpp.
#pragma once

#include <string>

namespace weir::observe {

/// `level` as in the configuration: trace, debug, info, warning, error, off. `json`: one JSON object per
/// line, otherwise text. Call it once, before threads start.
void set_up_log(const std::string& level, bool json);

/// Changes the level of the log that was set up. Any thread.
void set_log_level(const std::string& level);

}  // namespace weir::observe
