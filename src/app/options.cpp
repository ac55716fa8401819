// Flags by CLI11. What they mean is decided where the file and the environment are read too.
#include "app/options.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <string>

#include "cli/cli.hpp"

namespace weir::app {

namespace {

constexpr auto footer =
    "Without a configuration weir listens on 127.0.0.1:8000, forwards to https://api.openai.com with the\n"
    "caller's own key, and gives each key 10,000 requests, 1,000,000 input and 500,000 output tokens a "
    "minute.\n"
    "Environment: WEIR_CONFIG, WEIR_LISTEN, WEIR_ADMIN, WEIR_UPSTREAM, WEIR_STORE, WEIR_THREADS,\n"
    "WEIR_STATE_DIR, WEIR_LOG_LEVEL, and RPM_LIMIT, INPUT_TPM_LIMIT, OUTPUT_TPM_LIMIT for the default tier;\n"
    "WEIR_ADMIN_URL and WEIR_ADMIN_TOKEN for the commands. Flags come first, then the environment, then the "
    "file.";

struct Setting {
    const char* name;  ///< of the flag, and of the setting in config::Sources
    const char* value;
    const char* help;
};
constexpr Setting settings[] = {
    {"listen", "ADDR:PORT", "Where clients connect"},
    {"admin", "ADDR:PORT", "Where the page, the admin API, metrics and health checks are served"},
    {"upstream", "URL", "The provider"},
    {"store", "URL", "memory, or redis://, rediss://, unix://, sentinel://"},
    {"threads", "N", "io threads; 0: one a core"},
    {"state-dir", "DIR", "Where this node keeps what is changed at run time, and usage"},
};

}  // namespace

std::variant<Options, int> read_options(int argc, const char* const* argv) {
    CLI::App app("weir: a reverse proxy that limits LLM APIs by what they really cost: tokens.", "weir");
    app.footer(std::string(footer) + "\n\n" + cli::summary());
    app.set_version_flag("--version", std::string("weir ") + WEIR_VERSION);
    Options options;
    app.add_option("--config", options.place.path, "The configuration, a JSON file")->type_name("FILE");
    app.add_flag("--check", options.check,
                 "Print the effective configuration, each value with where it came from, or every mistake");
    for (const Setting& setting : settings) {
        const auto set = [&options, name = setting.name](const std::string& value) {
            options.place.flags[name] = value;
        };
        app.add_option_function<std::string>(std::string("--") + setting.name, set, setting.help)
            ->type_name(setting.value);
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
