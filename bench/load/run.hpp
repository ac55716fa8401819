// A whole run: threads, their clients, the watch over timeouts and over Ctrl-C.
#pragma once

#include "load/options.hpp"
#include "load/tally.hpp"

namespace weir::load {

struct Result {
    Tally tally;
    double elapsed_s = 0;
    bool interrupted = false;
};

/// Returns when the load is done, or soon after SIGINT or SIGTERM. Throws std::system_error where a host is
/// unknown.
Result run(const LoadOptions& options);

}  // namespace weir::load
