// weir as its operators' tool: `weir keys list` and the like, thin clients of the admin API.
#pragma once

#include <string>
#include <string_view>

#include "cli/session.hpp"

namespace weir::cli {

/// The word is one of the commands: the command line is not the proxy's.
bool is_command(std::string_view word) noexcept;

/// A command stands first, or behind flags that all commands take: the command line is not the proxy's.
bool is_command_line(int argc, const char* const* argv);

/// What `weir --help` says of them.
std::string summary();

/// The first word that is no flag is the command, or should be one. 0: done; 1: it failed, standard error
/// says why; 2: bad flags.
int run(int argc, const char* const* argv, const Surroundings& surroundings);
/// With the process's own.
int run(int argc, const char* const* argv);

}  // namespace weir::cli
