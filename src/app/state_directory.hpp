// Where this node keeps what has to survive it.
#pragma once

#include <memory>
#include <string>

#include "config/config.hpp"
#include "usage/state_lock.hpp"

namespace weir::app {

/// Held by this process alone while it lives. A directory that nobody named (the one of the configuration
/// file) may be read-only or another process's: then this node goes without, and a warning says so. Throws
/// std::runtime_error where one that was named can't be used.
class StateDirectory {
public:
    explicit StateDirectory(const config::Outcome& configuration);

    /// Empty: nothing outlives the process.
    const std::string& path() const noexcept { return path_; }
    /// Of the runtime layer; empty: none.
    std::string runtime_file() const;

private:
    std::string path_;
    std::unique_ptr<usage::StateLock> lock_;
};

}  // namespace weir::app
