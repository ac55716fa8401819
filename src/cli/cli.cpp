// Reads the command line, and tells what went wrong.
#include "cli/cli.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <vector>

#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "cli/text.hpp"
#include "config/suggestion.hpp"
#include "config/unexpected.hpp"

namespace weir::cli {

namespace {

constexpr int done = 0, failed = 1, unusable = 2;

struct CommonFlags {
    std::string admin, token_file;
    bool json = false;
};

/// A command line that can't be used: what() says why.
struct Unusable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::string token_of(const CommonFlags& flags, const Surroundings& surroundings) {
    std::string token = surroundings.environment("WEIR_ADMIN_TOKEN").value_or("");
    if (!flags.token_file.empty()) {
        std::ifstream file(flags.token_file);
        if (!std::getline(file, token))
            throw Unusable("--token-file: can't read a token from " + flags.token_file);
    }
    while (!token.empty() && (token.back() == '\r' || token.back() == '\n' || token.back() == ' ')) {
        token.pop_back();
    }
    const bool is_sound = std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (!is_sound) throw Unusable("the admin token holds characters that no header can carry");
    return token;
}

Place place_of(const CommonFlags& flags, const Surroundings& surroundings) {
    const bool is_flag = !flags.admin.empty();
    const std::string url =
        is_flag ? flags.admin : surroundings.environment("WEIR_ADMIN_URL").value_or("http://127.0.0.1:9180");
    try {
        Place place = parse_place(url);
        place.token = token_of(flags, surroundings);
        return place;
    } catch (const config::Unexpected& unexpected) {
        throw Unusable(std::string(is_flag ? "--admin: " : "WEIR_ADMIN_URL: ") + unexpected.what());
    }
}

/// Flags that all commands share stand behind any word of theirs, and in the help of each.
void add_common(CLI::App& app, CommonFlags& flags) {
    constexpr const char* group = "Of every command";
    app.add_option("--admin", flags.admin,
                   "The admin port of a node, http://127.0.0.1:9180 unless WEIR_ADMIN_URL says otherwise")
        ->type_name("URL")
        ->group(group);
    app.add_option("--token-file", flags.token_file, "A file with the admin token, else WEIR_ADMIN_TOKEN")
        ->type_name("FILE")
        ->group(group);
    app.add_flag("--json", flags.json, "The admin API's own JSON instead of tables")->group(group);
    for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) add_common(*command, flags);
}

/// What stands where the command should; empty where nothing does.
std::string command_word(int argc, const char* const* argv) {
    for (int i = 1; i < argc; ++i) {
        std::string word = argv[i];
        const bool has_value = word == "--admin" || word == "--token-file";
        const bool is_common = has_value || word == "--json" || word.starts_with("--admin=") ||
                               word.starts_with("--token-file=");
        if (!is_common) return word;
        if (has_value) ++i;
    }
    return {};
}

int carry_out(const Action& action, const CommonFlags& flags, const Surroundings& surroundings) {
    try {
        const Session session(surroundings, place_of(flags, surroundings), flags.json);
        action(session);
        surroundings.out.flush();
        return done;
    } catch (const Unusable& unusable_flags) {
        surroundings.err << "weir: " << unusable_flags.what() << "\n";
        return unusable;
    } catch (const Refused& refused) {
        surroundings.err << "weir: " << refused.what() << "\n";
        for (const std::string& mistake : refused.mistakes) surroundings.err << "  " << mistake << "\n";
    } catch (const std::exception& error) {
        surroundings.err << "weir: " << error.what() << "\n";
    }
    return failed;
}

}  // namespace

bool is_command_line(int argc, const char* const* argv) {
    const std::string word = command_word(argc, argv);
    return !word.empty() && word.front() != '-';
}

int run(int argc, const char* const* argv, const Surroundings& surroundings) {
    CLI::App app("weir's commands ask a running weir through its admin port.", "weir");
    app.require_subcommand(1);
    const std::string word = command_word(argc, argv);
    if (!is_command(word)) {
        std::vector<std::string_view> known;
        for (const CommandRow& row : command_rows()) known.push_back(row.name);
        surroundings.err << "weir: there is no command \"" << printable(word) << "\""
                         << config::suggestion_for(word, known) << "\n";
        return unusable;
    }
    CommonFlags flags;
    Action action;
    add_keys(app, action);
    add_limits(app, action, surroundings.clock);
    add_ledgers(app, action);
    add_usage(app, action);
    add_top(app, action);
    add_explain(app, action);
    add_nodes(app, action);
    add_reload_and_drain(app, action);
    add_common(app, flags);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error, surroundings.out, surroundings.err) == 0 ? done : unusable;
    }
    const int code = carry_out(action, flags, surroundings);
    surroundings.out.flush();
    if (surroundings.out) return code;
    // What stood there may have been a secret that nobody is told again.
    surroundings.err << "weir: standard output can't be written, and what was to stand there is lost\n";
    return failed;
}

int run(int argc, const char* const* argv) {
    const SystemClock clock;
    const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
    const Surroundings surroundings{.in = std::cin,
                                    .out = std::cout,
                                    .err = std::cerr,
                                    .environment = [](const std::string& name) -> std::optional<std::string> {
                                        const char* value = std::getenv(name.c_str());
                                        if (value == nullptr || *value == '\0') return std::nullopt;
                                        return value;
                                    },
                                    .clock = clock,
                                    .in_is_terminal = ::isatty(STDIN_FILENO) == 1,
                                    .out_is_terminal = is_terminal,
                                    .width = is_terminal ? terminal_size().width : 0};
    return run(argc, argv, surroundings);
}

}  // namespace weir::cli
