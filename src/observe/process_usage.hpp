// What the system says of this process, by the names that Prometheus' own clients use.
#pragma once

#include <cstdint>

namespace weir::observe {

struct ProcessUsage {
    std::int64_t resident_bytes = 0;
    std::int64_t open_files = 0;
    std::int64_t open_files_max = 0;
    std::int64_t cpu_us = 0;  ///< user and system
};

/// Of now; 0 where the system does not say.
ProcessUsage process_usage();

}  // namespace weir::observe
