// How many clients may be connected at once within the limit on open files (RLIMIT_NOFILE).
#pragma once

#include <cstdint>
#include <vector>

#include "config/config.hpp"

namespace weir::app {

/// Kept free beside client connections. Upstream connections come out of the same allowance, as they are
/// needed.
inline constexpr std::int64_t reserved_descriptors = 512;
/// With room for fewer, weir does not start, unless fewer are asked for.
inline constexpr std::int64_t connections_min = 16;

/// What is asked for, or less where that was not given and does not fit; never less than one. Throws
/// std::runtime_error, which says how many open files are needed and how they are had, where what was given
/// or connections_min does not fit.
std::int64_t connections_within(const config::WeirLimits& limits, std::int64_t open_files_max);

/// Raises the process's limit on open files to what the system allows, and says in the log where that leaves
/// room for fewer connections than usual. Throws as connections_within does.
std::int64_t allowed_connections(const config::WeirLimits& limits);

/// `settings` show the number of connections that is in force.
void show_allowed_connections(std::int64_t allowed, std::vector<config::ShownSetting>& settings);

}  // namespace weir::app
