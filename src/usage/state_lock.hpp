// One process at a time uses a state directory.
#pragma once

#include <string>

namespace weir::usage {

/// Held until it is destroyed, or the process ends in whatever way.
class StateLock {
public:
    /// Makes the directory where there is none. Throws std::runtime_error, which names the directory, the
    /// process that holds it, and --state-dir.
    explicit StateLock(const std::string& directory);
    ~StateLock();
    StateLock(const StateLock&) = delete;
    StateLock& operator=(const StateLock&) = delete;

private:
    int file_ = -1;
};

}  // namespace weir::usage
