// The command line of weir.
#pragma once

#include <variant>

#include "config/config_store.hpp"

namespace weir::app {

struct Options {
    config::ConfigPlace place;
    bool check = false;  ///< print the effective configuration or its mistakes, and end
};

/// Exit codes of all programs: fine, failed while running, bad flags or configuration or environment.
inline constexpr int exit_fine = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_unusable = 2;

/// The options, or the exit code where there is nothing more to do: after --help, --version, or a bad flag,
/// which has been explained on standard error.
std::variant<Options, int> read_options(int argc, const char* const* argv);

}  // namespace weir::app
