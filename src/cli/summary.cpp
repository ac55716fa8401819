// The table of commands.
#include <algorithm>
#include <array>

#include "cli/cli.hpp"
#include "cli/commands.hpp"

namespace weir::cli {

namespace {

constexpr std::array<CommandRow, 9> rows{{
    {"keys", "list|show|create|rotate|disable|enable|delete|reset",
     "API keys: who has one, and how they fare"},
    {"limits", "get|set|clear|recommend", "Limits, changes of them for a while, and which would do"},
    {"ledgers", "KEY [--all]", "What a key's ledgers hold, and when there is room again"},
    {"usage", "[--by key,model,day] [--from DATE] [--to DATE]", "Requests and tokens by key, model and day"},
    {"top", "", "What goes on now: rates, the fullest limits, recent refusals"},
    {"explain", "--key ID [FILE]", "How a request would be understood, estimated and decided"},
    {"nodes", "", "The nodes that share the store"},
    {"reload", "", "Read the configuration again, as SIGHUP does"},
    {"drain", "", "Finish what is under way and end, as SIGTERM does"},
}};

}  // namespace

std::span<const CommandRow> command_rows() noexcept {
    return rows;
}

std::string_view help_of(std::string_view name) noexcept {
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const auto& one) { return one.name == name; });
    return row == rows.end() ? std::string_view() : row->help;
}

bool is_command(std::string_view word) noexcept {
    return !help_of(word).empty();
}

std::string summary() {
    constexpr std::size_t column = 30;
    std::string text = "Commands, which ask a running weir (weir COMMAND --help tells more):\n";
    for (const CommandRow& row : rows) {
        std::string words = "  " + std::string(row.name);
        if (!row.arguments.empty()) words.append(" ").append(row.arguments);
        if (words.size() + 2 > column) {
            words.append("\n").append(std::string(column, ' '));
        } else {
            words.resize(column, ' ');
        }
        text.append(words).append(row.help).append("\n");
    }
    text.append(
        "Every command takes, after its name: --admin URL (WEIR_ADMIN_URL), --token-file FILE "
        "(WEIR_ADMIN_TOKEN),\n--json.\n");
    return text;
}

}  // namespace weir::cli
