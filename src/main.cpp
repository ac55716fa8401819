// weir, the proxy: options, configuration, then the server until it has drained.
#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "app/options.hpp"
#include "app/server.hpp"
#include "app/tls.hpp"
#include "cli/cli.hpp"
#include "config/runtime.hpp"
#include "observe/log.hpp"
#include "proxy/upstream_tls.hpp"
#include "weir/clock.hpp"

namespace {

using namespace weir;

void explain(const std::vector<config::Mistake>& mistakes) {
    std::fprintf(stderr, "weir: the configuration has %zu mistake%s:\n", mistakes.size(),
                 mistakes.size() == 1 ? "" : "s");
    for (const config::Mistake& mistake : mistakes) {
        std::fprintf(stderr, "  %s: %s\n", mistake.where.c_str(), mistake.message.c_str());
    }
}

/// As this node would start, with what was changed at run time; where a shared store keeps that, with the
/// last copy.
int check(config::ConfigStore& store, const config::Outcome& base) {
    const SystemClock clock;
    std::vector<config::Mistake> warnings;
    if (!base.config.state_dir.empty()) {
        const std::string path = base.config.state_dir + "/runtime.json";
        config::RuntimeFile file = config::read_runtime_file(path);
        if (!file.why.empty()) warnings.push_back({path, "can't be used: " + file.why});
        if (file.documents) {
            const auto layer =
                std::make_shared<const config::RuntimeLayer>(std::move(*file.documents), nullptr);
            for (config::Mistake& ignored : store.use_layer(layer, clock.now_us())) {
                warnings.push_back({ignored.where, "is left out, for it does not fit: " + ignored.message});
            }
        }
    }
    config::Outcome effective = *store.effective();
    effective.warnings.insert(effective.warnings.end(), warnings.begin(), warnings.end());
    std::fputs(config::describe(effective).c_str(), stdout);
    return app::exit_fine;
}

int serve(const app::Options& options) {
    config::ConfigPlace place = options.place;
    place.mistakes_in_files = proxy::mistakes_in_upstream_tls;
    config::ConfigStore store(std::move(place));
    config::Outcome outcome = store.load();
    if (outcome.mistakes.empty()) outcome.mistakes = app::mistakes_in_tls(outcome.config);
    if (!outcome.mistakes.empty()) {
        explain(outcome.mistakes);
        return app::exit_unusable;
    }
    if (options.check) return check(store, outcome);
    observe::set_up_log(outcome.config.log_level, outcome.config.log_json);
    for (const config::Mistake& warning : outcome.warnings) {
        spdlog::warn("configuration: {}: {}", warning.where, warning.message);
    }
    const SystemClock clock;
    app::Server server(store, clock);
    return server.run();
}

/// A file that is opened while one of these is closed would take its number, and get what is written to it.
void keep_standard_files_open() {
    for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(number, F_GETFD) == -1) (void)::open("/dev/null", O_RDWR);
    }
}

}  // namespace

int main(int argc, char** argv) {
    keep_standard_files_open();
    try {
        // The proxy has flags alone.
        if (cli::is_command_line(argc, argv)) return cli::run(argc, argv);
        const auto options = app::read_options(argc, argv);
        if (const int* exit_code = std::get_if<int>(&options)) return *exit_code;
        return serve(std::get<app::Options>(options));
    } catch (const std::exception& error) {
        observe::flush_log();
        std::fprintf(stderr, "weir: %s\n", error.what());
        return app::exit_failed;
    }
}
