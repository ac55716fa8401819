// Taking hold of it, or going without.
#include "app/state_directory.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <stdexcept>

namespace weir::app {

StateDirectory::StateDirectory(const config::Outcome& configuration) {
    const std::string& wanted = configuration.config.state_dir;
    if (wanted.empty()) {
        spdlog::warn(
            "state: there is no directory to keep anything in; what is changed at run time and usage that no "
            "shared store holds end with this process: set --state-dir");
        return;
    }
    const bool is_named = configuration.origins.contains("$.state_dir");
    try {
        if (!is_named && ::access(wanted.c_str(), W_OK) != 0)
            throw std::runtime_error(wanted + " can't be written");
        lock_ = std::make_unique<usage::StateLock>(wanted);
        path_ = wanted;
    } catch (const std::runtime_error& error) {
        if (is_named) throw;
        spdlog::warn(
            "state: {}; what is changed at run time and usage that no shared store holds end with this "
            "process: set --state-dir",
            error.what());
    }
}

std::string StateDirectory::runtime_file() const {
    return path_.empty() ? std::string() : path_ + "/runtime.json";
}

}  // namespace weir::app
