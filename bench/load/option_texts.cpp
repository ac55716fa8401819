// The texts of options to values; every mistake is told, not only the first.
#include <fstream>
#include <optional>

#include "load/options.hpp"
#include "text/host.hpp"
#include "text/numbers.hpp"

namespace weir::load {
namespace {

constexpr double default_duration_s = 10;
constexpr std::uint64_t keys_max = 1'000'000;

class Reader {
public:
    template <typename Number>
    void number(std::string_view name, const std::string& text, Number least, Number most, Number& value) {
        if (text.empty()) return;
        const auto read = text::number_in<Number>(text);
        if (read && *read >= least && *read <= most) {
            value = *read;
        } else {
            mistake(name, "a number from " + shown(least) + " to " + shown(most), text);
        }
    }

    void size(std::string_view name, const std::string& text, SizeDistribution& value) {
        const std::string problem = parse_size(text, value);
        if (!problem.empty()) mistakes.push_back(std::string(name) + ": " + problem);
    }

    void mistake(std::string_view name, std::string_view expected, std::string_view got) {
        std::string text(name);
        mistakes.push_back(text.append(": expected ").append(expected).append(", got ").append(got));
    }

    std::vector<std::string> mistakes;

private:
    template <typename Number>
    static std::string shown(Number value) {
        std::string text = std::to_string(value);
        if (text.find('.') != std::string::npos) {
            text.erase(text.find_last_not_of('0') + 1);
            if (text.ends_with('.')) text.pop_back();
        }
        return text;
    }
};

std::optional<Target> read_target(std::string_view url) {
    constexpr std::string_view plain = "http://";
    constexpr std::string_view secure = "https://";
    const bool tls = url.starts_with(secure);
    if (!tls && !url.starts_with(plain)) return std::nullopt;
    url.remove_prefix(tls ? secure.size() : plain.size());
    while (url.ends_with('/')) url.remove_suffix(1);
    if (url.find_first_of("/ ?#@") != std::string_view::npos) return std::nullopt;
    Target target{{}, tls ? "443" : "80", tls};
    if (url.starts_with('[')) {
        const std::size_t bracket = url.find(']');
        if (bracket == std::string_view::npos) return std::nullopt;
        target.host = url.substr(1, bracket - 1);
        url.remove_prefix(bracket + 1);
    } else {
        target.host = url.substr(0, url.find(':'));
        url.remove_prefix(target.host.size());
    }
    if (!url.empty()) {
        target.port = url.substr(1);
        const auto port = text::number_in<std::uint16_t>(target.port);
        if (!url.starts_with(':') || !port || *port == 0) return std::nullopt;
    }
    if (target.host.empty()) return std::nullopt;
    return target;
}

bool is_field_text(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') return false;
    }
    return true;
}

std::vector<std::string> lines_of(const std::string& file) {
    std::ifstream in(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line) && lines.size() < keys_max;) {
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
        if (!line.empty() && line.front() != '#') lines.push_back(std::move(line));
    }
    return lines;
}

/// One number N means load-key-1 to load-key-N, @FILE the lines of a file; anything else is a list of keys.
std::vector<std::string> read_keys(const std::vector<std::string>& given, Reader& reader) {
    const auto count = given.size() == 1 ? text::number_in<std::uint64_t>(given.front()) : std::nullopt;
    std::vector<std::string> keys;
    if (count) {
        if (*count < 1 || *count > keys_max) {
            reader.mistake("--keys", "1 to 1000000 keys", given.front());
            return keys;
        }
        keys.reserve(*count);
        for (std::uint64_t i = 1; i <= *count; ++i) keys.push_back("load-key-" + std::to_string(i));
    } else if (given.size() == 1 && given.front().starts_with('@')) {
        keys = lines_of(given.front().substr(1));
        if (keys.empty()) reader.mistake("--keys", "a file with a key on each line", given.front());
    } else {
        keys = given;
    }
    for (const std::string& key : keys) {
        if (key.empty() || !is_field_text(key)) {
            reader.mistake("--keys", "keys without control characters", key.empty() ? "an empty one" : "one");
        }
    }
    return keys;
}

void read_headers(const std::vector<std::string>& given, LoadOptions& options, Reader& reader) {
    for (const std::string& text : given) {
        const std::size_t colon = text.find(':');
        if (colon == std::string::npos || colon == 0 || !is_field_text(text)) {
            reader.mistake("--header", "name:value", text);
            continue;
        }
        const std::size_t value = text.find_first_not_of(' ', colon + 1);
        options.headers.emplace_back(text.substr(0, colon),
                                     value == std::string::npos ? std::string() : text.substr(value));
    }
}

}  // namespace

std::string Target::url() const {
    return (tls ? "https://" : "http://") + text::bracketed(host) + ":" + port;
}

std::vector<std::string> read_options(const OptionTexts& texts, LoadOptions& options) {
    Reader reader;
    options.targets.clear();
    for (const std::string& text : texts.targets) {
        if (const auto target = read_target(text)) {
            options.targets.push_back(*target);
        } else {
            reader.mistake("--targets", "http://HOST:PORT or https://HOST:PORT", text);
        }
    }
    options.keys = read_keys(texts.keys, reader);
    read_headers(texts.headers, options, reader);
    reader.number<unsigned>("--concurrent", texts.concurrent, 1, 100'000, options.concurrent);
    reader.number<std::uint64_t>("--requests", texts.requests, 1, 1'000'000'000'000, options.requests);
    reader.number<double>("--duration", texts.duration, 0.001, 604'800, options.duration_s);
    reader.number<double>("--warmup", texts.warmup, 0, 86'400, options.warmup_s);
    reader.number<double>("--rate", texts.rate, 0.001, 10'000'000, options.rate);
    reader.number<std::uint64_t>("--burst", texts.burst, 1, 1'000'000, options.burst);
    if (options.burst > 1 && options.rate == 0) reader.mistake("--burst", "--rate beside it", "none");
    std::uint64_t max_wait_ms = 0;
    reader.number<std::uint64_t>("--max-wait-ms", texts.max_wait_ms, 0, 3'600'000, max_wait_ms);
    if (!texts.max_wait_ms.empty())
        options.headers.emplace_back("x-weir-max-wait-ms", std::to_string(max_wait_ms));
    reader.number<std::uint64_t>("--timeout-ms", texts.timeout_ms, 1, 3'600'000, options.timeout_ms);
    reader.number<unsigned>("--threads", texts.threads, 1, 256, options.threads);
    reader.size("--input-tokens", texts.input_tokens, options.input_tokens);
    reader.size("--output-tokens", texts.output_tokens, options.output_tokens);
    if (!options.path.starts_with('/') || options.path.find(' ') != std::string::npos ||
        !is_field_text(options.path)) {
        reader.mistake("--path", "a path that starts with /", options.path);
    }
    if (options.requests == 0 && options.duration_s == 0) options.duration_s = default_duration_s;
    return reader.mistakes;
}

}  // namespace weir::load
