// Flags by CLI11. What they mean is decided where the file and the environment are read too.
#include "app/options.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/cli.hpp"
#include "config/overlay.hpp"

namespace weir::app {

namespace {

constexpr std::size_t line_width_max = 104;

/// The names joined by ", ", with line breaks where a line would be too long.
std::string wrapped(std::string line, const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        const bool is_last = &name == &names.back();
        if (line.size() + name.size() + 2 > line_width_max) text += std::exchange(line, "") + "\n";
        line.append(line.empty() || line.ends_with(' ') ? "" : " ").append(name).append(is_last ? "" : ",");
    }
    return text + line;
}

/// What the environment says, of the process and of each setting that it sets.
std::string environment_help() {
    constexpr std::string_view default_tier = "tiers.default.";
    std::vector<std::string> variables{"WEIR_CONFIG"};
    std::string of_default_tier;
    for (const config::Overlay& overlay : config::overlays()) {
        const std::string name(overlay.variable);
        if (overlay.path.starts_with(default_tier)) {
            of_default_tier += (of_default_tier.empty() ? "" : ", ") + name;
        } else if (name.starts_with("WEIR_")) {
            variables.push_back(name);
        }
    }
    variables.push_back("and " + of_default_tier + " for the default tier;");
    return wrapped("Environment: ", variables);
}

std::string footer() {
    return "Without a configuration weir listens on 127.0.0.1:8000, forwards to https://api.openai.com with "
           "the\n"
           "caller's own key, and gives each key 10,000 requests, 1,000,000 input and 500,000 output tokens "
           "a "
           "minute.\n" +
           environment_help() +
           "\n"
           "WEIR_ADMIN_URL and WEIR_ADMIN_TOKEN for the commands. Flags come first, then the environment, "
           "then the file.";
}

}  // namespace

std::variant<Options, int> read_options(int argc, const char* const* argv) {
    CLI::App app("weir: a reverse proxy that limits LLM APIs by what they really cost: tokens.", "weir");
    app.footer(footer() + "\n\n" + cli::summary());
    app.set_version_flag("--version", std::string("weir ") + WEIR_VERSION);
    Options options;
    app.add_option("--config", options.place.path, "The configuration, a JSON file")->type_name("FILE");
    app.add_flag("--check", options.check,
                 "Print the effective configuration, each value with where it came from, or every mistake");
    for (const config::Overlay& overlay : config::overlays()) {
        if (overlay.flag.empty()) continue;
        const std::string name(overlay.flag);
        const auto set = [&options, name](const std::string& value) { options.place.flags[name] = value; };
        app.add_option_function<std::string>("--" + name, set, std::string(overlay.help))
            ->type_name(std::string(overlay.value));
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_fine : exit_unusable;
    }
    if (options.place.path.empty()) {
        options.place.path = config::process_environment("WEIR_CONFIG").value_or("");
    }
    options.place.terminal = ::isatty(STDERR_FILENO) == 1;
    return options;
}

}  // namespace weir::app
