// The commands: their words and flags, and what each asks of the node.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "cli/session.hpp"

namespace CLI {
class App;
}

namespace weir::cli {

/// What a command line comes down to, once it has been read.
using Action = std::function<void(const Session&)>;

/// One row of the table that `weir --help`, the reader and completions go by.
struct CommandRow {
    std::string_view name;
    std::string_view arguments;  ///< as shown in the summary
    std::string_view help;
};
std::span<const CommandRow> command_rows() noexcept;
std::string_view help_of(std::string_view name) noexcept;

// Each adds its command to `app`; when it is given, `action` becomes what to do. Mistakes in arguments are
// told while they are read, as CLI::ParseError.
void add_keys(CLI::App& app, Action& action);
void add_limits(CLI::App& app, Action& action, const Clock& clock);
void add_ledgers(CLI::App& app, Action& action);
void add_usage(CLI::App& app, Action& action);
void add_top(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_nodes(CLI::App& app, Action& action);
void add_reload_and_drain(CLI::App& app, Action& action);

/// What `parse` makes of a text; config::Unexpected becomes CLI::ValidationError at `name`.
[[noreturn]] void refuse_argument(const std::string& name, const std::string& why);

}  // namespace weir::cli
