// A whole run: threads, the line that shows how far it is, Ctrl-C.
#pragma once

#include "load/options.hpp"
#include "load/tally.hpp"

namespace weir::load {

struct Result {
    Tally tally;
    std::int64_t started_at_us = 0;  ///< since the Unix epoch, after the warm-up
    double elapsed_s = 0;            ///< from the end of the warm-up to the last answer
    double cpu_s = 0;                ///< of weir-load itself, warm-up included
    bool interrupted = false;
};

/// Returns when the load is done, or soon after SIGINT or SIGTERM; a second one ends the process. Throws
/// std::runtime_error where no target can be reached.
Result run(const LoadOptions& options);

}  // namespace weir::load
