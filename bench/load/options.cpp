// The command line. Every mistake in it is told at once, and ends with 2.
#include "load/options.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

namespace weir::load {
namespace {

constexpr int bad_flags = 2;

constexpr auto footer =
    "SIZE is a number (200), uniform:LEAST..MOST (uniform:50..400) or lognormal:MEDIAN,SIGMA "
    "(lognormal:200,0.5:\n"
    "half of the requests below 200, 95 % of them from 75 to 530).\n\n"
    "Without --rate each connection sends its next request as soon as the last is answered. With --rate "
    "requests\n"
    "are due at even intervals whatever the server does, over --concurrent connections at most, and latency "
    "counts\n"
    "from when a request was due, so that a server that stalls can't hide it. Requests that were due while "
    "no\n"
    "connection was free are sent late; those never sent are told in the report.\n\n"
    "Examples:\n"
    "  weir-load --targets http://127.0.0.1:8000 --keys 4 --requests 100\n"
    "  weir-load --targets http://10.0.0.1:8000,http://10.0.0.2:8000 --keys @keys.txt --concurrent 200 \\\n"
    "            --rate 500 --warmup 5 --duration 60 --stream --input-tokens lognormal:400,0.8 --report "
    "out\n\n"
    "Ends with 0 if it ran, with 1 if no request was answered, with 2 if an option is wrong.";

void add_what_to_send(CLI::App& app, OptionTexts& texts, LoadOptions& options) {
    app.add_option("--targets", texts.targets,
                   "http://HOST:PORT or https://HOST:PORT, several with commas; connections are dealt out")
        ->delimiter(',')
        ->capture_default_str();
    CLI::Option* ca_file =
        app.add_option("--ca-file", options.tls.ca_file,
                       "PEM certificates to trust in https targets (those that the system trusts)")
            ->type_name("FILE")
            ->check(CLI::ExistingFile);
    app.add_flag("--insecure", options.tls.insecure, "take any certificate of https targets")
        ->excludes(ca_file);
    app.add_option(
           "--keys", texts.keys,
           "API keys with commas, a number N for load-key-1 to load-key-N, or @FILE with one on each line")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option(
           "--path", options.path,
           "where to post; chat completions, completions, responses, embeddings and messages get bodies of "
           "their own")
        ->capture_default_str();
    app.add_option("--model", options.model, "model to ask for")->capture_default_str();
    app.add_flag("--stream", options.stream, "ask for streamed answers, with usage");
    app.add_option("--input-tokens", texts.input_tokens, "words in the prompt")
        ->type_name("SIZE")
        ->capture_default_str();
    app.add_option("--output-tokens,--max-tokens", texts.output_tokens, "output tokens to allow")
        ->type_name("SIZE")
        ->capture_default_str();
    app.add_option("--max-wait-ms", texts.max_wait_ms,
                   "tell weir to let a request wait for room no longer than that (x-weir-max-wait-ms)")
        ->type_name("MS");
    app.add_option("--header", texts.headers, "name:value to add to every request; repeatable")
        ->allow_extra_args(false);
}

void add_how_to_send(CLI::App& app, OptionTexts& texts, LoadOptions& options) {
    app.add_option("--concurrent", texts.concurrent, "connections, and so requests in flight at most")
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--rate", texts.rate, "requests a second, over all connections (as fast as answers come)")
        ->type_name("R");
    app.add_option("--burst", texts.burst, "with --rate: so many are due at once, as rarely (1)")
        ->type_name("N");
    app.add_option("--duration", texts.duration,
                   "stop after so many seconds (10 where --requests is not given)")
        ->type_name("S");
    app.add_option("--requests", texts.requests, "stop after so many requests")->type_name("N");
    app.add_option("--warmup", texts.warmup, "seconds of the same load before, that the report leaves out")
        ->type_name("S")
        ->capture_default_str();
    app.add_option("--timeout-ms", texts.timeout_ms, "give a request up after so long")
        ->type_name("MS")
        ->capture_default_str();
    app.add_flag(
        "--heed-retry-after", options.heed_retry_after,
        "a connection that is told to come back later rests until then, at most a minute, as clients do");
    app.add_option("--threads", texts.threads, "threads")->type_name("N")->capture_default_str();
}

std::string prepare_folder(const std::string& folder) {
    if (folder.empty()) return {};
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    return error ? "--report: " + folder + ": " + error.message() : std::string();
}

}  // namespace

ParsedOptions parse_options(int argc, char** argv) {
    ParsedOptions parsed;
    OptionTexts texts;
    LoadOptions& options = parsed.options;
    CLI::App app(
        "Drives LLM requests at weir or at any server with such an API, and reports what was admitted, what "
        "was\n"
        "refused and why, and how long it took.",
        "weir-load");
    app.set_version_flag("--version", std::string("weir-load ") + WEIR_VERSION);
    app.footer(footer);
    app.allow_extras();
    add_what_to_send(app, texts, options);
    add_how_to_send(app, texts, options);
    app.add_option("--report", options.report_folder, "write report.json and report.html there")
        ->type_name("FOLDER");
    app.add_flag("--json", options.json, "print the report as JSON");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        parsed.exit_code = app.exit(error) == 0 ? 0 : bad_flags;
        return parsed;
    }
    std::vector<std::string> mistakes = read_options(texts, options);
    for (const std::string& extra : app.remaining()) mistakes.push_back(extra + ": unknown");
    if (mistakes.empty()) mistakes.push_back(prepare_folder(options.report_folder));
    for (const std::string& mistake : mistakes) {
        if (mistake.empty()) continue;
        std::fprintf(stderr, "weir-load: %s\n", mistake.c_str());
        parsed.exit_code = bad_flags;
    }
    if (parsed.exit_code == bad_flags) std::fputs("weir-load --help tells what there is.\n", stderr);
    return parsed;
}

}  // namespace weir::load
