// A little arithmetic, and words for people who have to raise a limit.
#include "app/open_files.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace weir::app {

namespace {

std::string how_to_raise(std::int64_t open_files) {
    const std::string number = std::to_string(open_files);
    return "; raise it: ulimit -n " + number + " in the shell that starts weir (as root where it is above " +
           "ulimit -Hn), LimitNOFILE=" + number + " in a systemd unit, --ulimit nofile=" + number +
           " with docker run";
}

/// Of this process, after it was raised as far as it goes.
std::int64_t raised_open_files() {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    return static_cast<std::int64_t>(std::min<rlim_t>(files.rlim_max, 1 << 30));
}

}  // namespace

std::int64_t connections_within(const config::WeirLimits& limits, std::int64_t open_files_max) {
    const std::int64_t wanted = limits.max_connections;
    const std::int64_t allowed = open_files_max - reserved_descriptors;
    if (wanted <= allowed) return wanted;
    const std::string found = "the limit on open files (ulimit -Hn) is " + std::to_string(open_files_max);
    if (limits.max_connections_given) {
        const std::int64_t needed = wanted + reserved_descriptors;
        throw std::runtime_error("limits_of_weir.max_connections is " + std::to_string(wanted) + ", and " +
                                 found + ": " + std::to_string(needed) + " open files are needed at least" +
                                 how_to_raise(needed));
    }
    if (allowed < connections_min) {
        const std::int64_t needed = connections_min + reserved_descriptors;
        throw std::runtime_error(found + ": weir needs " + std::to_string(needed) +
                                 " open files at least, and " +
                                 std::to_string(wanted + reserved_descriptors) + " for max_connections of " +
                                 std::to_string(wanted) + how_to_raise(needed));
    }
    return allowed;
}

std::int64_t allowed_connections(const config::WeirLimits& limits) {
    const std::int64_t allowed = connections_within(limits, raised_open_files());
    if (allowed < limits.max_connections) {
        spdlog::warn(
            "max_connections is lowered from {} to {}: the limit on open files (ulimit -Hn) allows no more",
            limits.max_connections, allowed);
    }
    return allowed;
}

void show_allowed_connections(std::int64_t allowed, std::vector<config::ShownSetting>& settings) {
    const std::string value = std::to_string(allowed);
    for (config::ShownSetting& setting : settings) {
        if (setting.path != "$.limits_of_weir.max_connections" || setting.value == value) continue;
        setting.value = value;
        setting.origin = "limit on open files (ulimit -Hn)";
    }
}

}  // namespace weir::app
