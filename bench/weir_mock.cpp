// weir-mock: the stand-in provider as a program.
#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <string>
#include <system_error>

#include "mock_upstream/mock_upstream.hpp"

namespace {

using weir::mock::KnobName;
using weir::mock::Knobs;
using weir::mock::MockOptions;
using weir::mock::MockUpstream;

constexpr int failed = 1;
constexpr int bad_flags = 2;

std::string read_listen(const std::string& text, MockOptions& options) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos) return "expected ADDRESS:PORT";
    options.address = text.substr(0, colon);
    unsigned port = 0;
    if (!CLI::detail::lexical_cast(text.substr(colon + 1), port) || port > 65535) return "bad port";
    options.port = static_cast<std::uint16_t>(port);
    return {};
}

void add_knobs(CLI::App& app, Knobs& knobs) {
    for (const KnobName& knob : weir::mock::knob_names()) {
        const std::string flag = "--" + std::string(knob.name);
        const auto set = [&knobs, name = knob.name](const std::string& value) {
            const std::string problem = set_knob(knobs, name, value);
            if (!problem.empty()) throw CLI::ValidationError(problem);
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

void wait_for_signal() {
    boost::asio::io_context context;
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([](const boost::system::error_code&, int) {});
    context.run();
}

int serve(const MockOptions& options) {
    try {
        MockUpstream upstream(options);
        upstream.start();
        std::printf("weir-mock: serving %s\n", upstream.url().c_str());
        std::fflush(stdout);
        wait_for_signal();
        upstream.stop();
        std::printf("weir-mock: %llu requests, %llu malformed, %llu aborted\n",
                    static_cast<unsigned long long>(upstream.requests_seen()),
                    static_cast<unsigned long long>(upstream.malformed_count()),
                    static_cast<unsigned long long>(upstream.aborted_count()));
        return 0;
    } catch (const std::system_error& error) {
        const bool busy = error.code() == std::errc::address_in_use;
        std::fprintf(stderr, "weir-mock: %s:%u: %s%s\n", options.address.c_str(), options.port, error.what(),
                     busy ? " (choose another port with --listen ADDRESS:PORT)" : "");
        return busy ? bad_flags : failed;
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "A stand-in LLM provider: OpenAI's, Anthropic's, Ollama's and Gemini's APIs with made-up answers and "
        "true usage.",
        "weir-mock");
    app.set_version_flag("--version", std::string("weir-mock ") + WEIR_VERSION);
    MockOptions options;
    options.port = 9000;
    app.add_option_function<std::string>(
           "--listen",
           [&options](const std::string& text) {
               const std::string problem = read_listen(text, options);
               if (!problem.empty()) throw CLI::ValidationError("--listen: " + problem);
           },
           "ADDRESS:PORT to listen on (127.0.0.1:9000); port 0 takes a free one")
        ->type_name("ADDRESS:PORT");
    app.add_option("--threads", options.threads, "threads that serve (1)")->check(CLI::Range(1, 256));
    app.add_option("--log", options.log_file, "append one JSON line per request to this file");
    CLI::Option* cert =
        app.add_option("--tls-cert", options.tls_cert_file, "PEM certificate chain: speak TLS");
    CLI::Option* key = app.add_option("--tls-key", options.tls_key_file, "PEM private key");
    cert->needs(key)->check(CLI::ExistingFile);
    key->needs(cert)->check(CLI::ExistingFile);
    add_knobs(app, options.knobs);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : bad_flags;
    }
    return serve(options);
}
