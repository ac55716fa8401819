// weir-mock: stand-in providers as a program, one or several in a process.
#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "mock_upstream/fleet.hpp"
#include "mock_upstream/mock_upstream.hpp"
#include "mock_upstream/provider_text.hpp"

namespace {

using weir::mock::KnobName;
using weir::mock::MockOptions;
using weir::mock::MockUpstream;
using weir::mock::ProviderOption;

constexpr int failed = 1;
constexpr int bad_flags = 2;

void set_or_throw(MockOptions& options, std::string_view name, const std::string& value) {
    const std::string problem = set_provider_option(options, name, value);
    if (!problem.empty()) throw CLI::ValidationError("--" + problem);
}

void add_provider_options(CLI::App& app, MockOptions& options) {
    for (const ProviderOption& option : weir::mock::provider_options()) {
        const auto set = [&options, name = option.name](const std::string& value) {
            set_or_throw(options, name, value);
        };
        app.add_option_function<std::string>("--" + std::string(option.name), set, std::string(option.help))
            ->type_name(std::string(option.type))
            ->group("The provider");
    }
}

void add_knobs(CLI::App& app, MockOptions& options) {
    for (const KnobName& knob : weir::mock::knob_names()) {
        const std::string flag = "--" + std::string(knob.name);
        const auto set = [&options, name = knob.name](const std::string& value) {
            set_or_throw(options, name, value);
        };
        CLI::Option* option = nullptr;
        if (knob.is_switch) {
            option = app.add_flag_callback(
                flag, [set] { set("1"); }, std::string(knob.help));
        } else {
            option = app.add_option_function<std::string>(flag, set, std::string(knob.help));
        }
        option->group("Knobs, also per request as x-mock-NAME headers");
    }
}

/// One for each description, with what the other options say where it says nothing; without descriptions the
/// one that the other options describe.
std::vector<MockOptions> read_providers(const MockOptions& common,
                                        const std::vector<std::string>& descriptions) {
    std::vector<MockOptions> providers;
    for (const std::string& description : descriptions) {
        MockOptions options = common;
        const std::string problem = set_provider(options, description);
        if (!problem.empty()) {
            throw CLI::ValidationError(
                std::string("--provider ").append(description).append(": ").append(problem));
        }
        if (options.name.empty()) options.name = std::to_string(providers.size() + 1);
        providers.push_back(std::move(options));
    }
    if (providers.empty()) providers.push_back(common);
    const auto fleet = std::make_shared<weir::mock::Fleet>();
    for (MockOptions& options : providers) options.fleet = fleet;
    return providers;
}

void wait_for_signal() {
    boost::asio::io_context context;
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([](const boost::system::error_code&, int) {});
    context.run();
}

int start(MockUpstream& upstream, const MockOptions& options) {
    try {
        upstream.start();
    } catch (const std::system_error& error) {
        const bool busy = error.code() == std::errc::address_in_use;
        std::fprintf(stderr, "weir-mock: %s:%u: %s%s\n", options.address.c_str(), options.port, error.what(),
                     busy ? " (choose another port with --listen ADDRESS:PORT)" : "");
        return busy ? bad_flags : failed;
    }
    const std::string who = options.name.empty() ? "" : options.name + ": ";
    std::printf("weir-mock: %sserving %s\n", who.c_str(), upstream.url().c_str());
    std::fflush(stdout);
    return 0;
}

void report(const MockUpstream& upstream) {
    std::printf("weir-mock: %s\n", stats_line(upstream.stats()).c_str());
}

int serve(const std::vector<MockOptions>& providers) {
    std::vector<std::unique_ptr<MockUpstream>> upstreams;
    try {
        for (const MockOptions& options : providers)
            upstreams.push_back(std::make_unique<MockUpstream>(options));
    } catch (const std::system_error& error) {
        std::fprintf(stderr, "weir-mock: %s\n", error.what());
        return failed;
    }
    for (std::size_t i = 0; i < upstreams.size(); ++i) {
        const int exit_code = start(*upstreams[i], providers[i]);
        if (exit_code != 0) return exit_code;
    }
    wait_for_signal();
    for (const auto& upstream : upstreams) upstream->stop();
    for (const auto& upstream : upstreams) report(*upstream);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Stand-in LLM providers: OpenAI's, Anthropic's, Ollama's and Gemini's APIs with made-up answers and "
        "true usage. GET /mock/stats tells what they did, POST /mock/mode breaks one by hand.",
        "weir-mock");
    app.set_version_flag("--version", std::string("weir-mock ") + WEIR_VERSION);
    MockOptions common;
    common.port = 9000;
    std::vector<std::string> descriptions;
    add_provider_options(app, common);
    app.add_option(
           "--provider", descriptions,
           "one of several providers, such as 'name=one,listen=127.0.0.1:9001,rpm=100,script=5s:500': the "
           "options above and the knobs, without their dashes; what it leaves out is as given beside it")
        ->type_name("NAME=VALUE,...")
        ->take_all()
        ->group("The provider");
    app.add_option("--threads", common.threads, "threads that serve each provider (1)")
        ->check(CLI::Range(1, 256));
    app.add_option("--log", common.log_file, "append one JSON line per request to this file");
    CLI::Option* cert =
        app.add_option("--tls-cert", common.tls_cert_file, "PEM certificate chain: speak TLS");
    CLI::Option* key = app.add_option("--tls-key", common.tls_key_file, "PEM private key");
    cert->needs(key)->check(CLI::ExistingFile);
    key->needs(cert)->check(CLI::ExistingFile);
    add_knobs(app, common);
    std::vector<MockOptions> providers;
    try {
        app.parse(argc, argv);
        providers = read_providers(common, descriptions);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : bad_flags;
    }
    return serve(providers);
}
