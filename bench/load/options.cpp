// Flags to LoadOptions. A wrong flag is told by name, and ends with 2.
#include "load/options.hpp"

#include <CLI/CLI.hpp>

namespace weir::load {
namespace {

constexpr int bad_flags = 2;
constexpr double default_duration_s = 10;

Target parse_target(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme))
        throw CLI::ValidationError("--targets: expected http://HOST:PORT, got " + std::string(url));
    url.remove_prefix(scheme.size());
    while (url.ends_with('/')) url.remove_suffix(1);
    const std::size_t colon = url.rfind(':');
    Target target{std::string(url.substr(0, colon)), "80"};
    if (colon != std::string_view::npos) target.port = url.substr(colon + 1);
    if (target.host.empty() || target.port.empty() || url.find('/') != std::string_view::npos) {
        throw CLI::ValidationError("--targets: expected http://HOST:PORT, got http://" + std::string(url));
    }
    return target;
}

/// One number N means load-key-1 to load-key-N; anything else is a list of keys.
std::vector<std::string> parse_keys(const std::vector<std::string>& given) {
    unsigned count = 0;
    if (given.size() != 1 || !CLI::detail::lexical_cast(given.front(), count)) return given;
    if (count < 1 || count > 1'000'000) throw CLI::ValidationError("--keys: expected 1 to 1000000 keys");
    std::vector<std::string> keys;
    for (unsigned i = 1; i <= count; ++i) keys.push_back("load-key-" + std::to_string(i));
    return keys;
}

std::pair<std::string, std::string> parse_header(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || colon == 0 || text.find_first_of("\r\n") != std::string::npos) {
        throw CLI::ValidationError("--header: expected name:value, got " + text);
    }
    return {text.substr(0, colon), CLI::detail::trim_copy(text.substr(colon + 1))};
}

}  // namespace

ParsedOptions parse_options(int argc, char** argv) {
    ParsedOptions parsed;
    LoadOptions& options = parsed.options;
    std::vector<std::string> targets{"http://127.0.0.1:8000"};
    std::vector<std::string> keys{"1"};
    std::vector<std::string> headers;

    CLI::App app(
        "Drives LLM requests at weir, each connection sending its next request as soon as the last is "
        "answered, "
        "and reports what was admitted, what was refused and why.",
        "weir-load");
    app.set_version_flag("--version", std::string("weir-load ") + WEIR_VERSION);
    app.add_option("--targets", targets,
                   "http://HOST:PORT, several with commas; connections are dealt out in turn")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--keys", keys, "API keys with commas, or a number N for load-key-1 to load-key-N")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--concurrent", options.concurrent, "connections")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    app.add_option("--requests", options.requests, "stop after so many requests");
    app.add_option("--duration", options.duration_s,
                   "stop after so many seconds (10 where --requests is not given)")
        ->check(CLI::PositiveNumber);
    app.add_option("--path", options.path, "where to post")->capture_default_str();
    app.add_option("--model", options.model, "model to ask for")->capture_default_str();
    app.add_flag("--stream", options.stream, "ask for streamed answers, with usage");
    app.add_option("--input-tokens", options.input_tokens, "words in the prompt")
        ->check(CLI::Range(1, 10'000'000))
        ->capture_default_str();
    app.add_option("--max-tokens", options.tokens_max, "output tokens to allow")->capture_default_str();
    app.add_option("--header", headers, "name:value to add to every request; repeatable")
        ->allow_extra_args(false);
    app.add_option("--timeout-ms", options.timeout_ms, "give a request up after so long")
        ->check(CLI::Range(1, 3'600'000))
        ->capture_default_str();
    app.add_option("--threads", options.threads, "threads")->check(CLI::Range(1, 256))->capture_default_str();
    app.add_flag("--json", options.json, "print the report as JSON");
    try {
        app.parse(argc, argv);
        for (const std::string& target : targets) options.targets.push_back(parse_target(target));
        options.keys = parse_keys(keys);
        for (const std::string& header : headers) options.headers.push_back(parse_header(header));
    } catch (const CLI::ParseError& error) {
        parsed.exit_code = app.exit(error) == 0 ? 0 : bad_flags;
    }
    if (options.requests == 0 && options.duration_s == 0) options.duration_s = default_duration_s;
    return parsed;
}

}  // namespace weir::load
