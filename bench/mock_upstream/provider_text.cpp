// One row an option; whatever is in no row is a knob.
#include "mock_upstream/provider_text.hpp"

#include <array>
#include <cmath>
#include <fstream>
#include <iterator>

#include "text/numbers.hpp"

namespace weir::mock {
namespace {

bool set_name(MockOptions& options, std::string_view value) {
    options.name = value;
    return !value.empty();
}

bool set_listen(MockOptions& options, std::string_view value) {
    const std::size_t colon = value.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    const auto port = text::number_in<std::uint16_t>(value.substr(colon + 1));
    if (!port) return false;
    options.address = value.substr(0, colon);
    options.port = *port;
    return true;
}

bool set_style(MockOptions& options, std::string_view value) {
    const std::optional<Style> style = parse_style(value);
    if (style) options.style = *style;
    return style.has_value();
}

template <std::optional<std::uint64_t> QuotaLimits::*member>
bool set_limit(MockOptions& options, std::string_view value) {
    const auto limit = text::number_in<std::uint64_t>(value);
    if (!limit || *limit == 0) return false;
    options.quota.*member = limit;
    return true;
}

bool set_window(MockOptions& options, std::string_view value) {
    constexpr double seconds_max = 86'400;
    const auto seconds = text::number_in<double>(value);
    if (!seconds || !(*seconds >= 0.001) || *seconds > seconds_max) return false;
    options.quota.window_us = std::llround(*seconds * 1e6);
    return true;
}

std::string read_script(MockOptions& options, std::string_view value) {
    std::ifstream file{std::string(value)};
    const std::string text =
        file ? std::string(std::istreambuf_iterator<char>(file), {}) : std::string(value);
    const std::string problem = parse_script(text, options.script);
    return problem.empty() ? problem : "script: " + problem;
}

struct Row {
    ProviderOption option;
    bool (*set)(MockOptions&, std::string_view);
};

constexpr std::array rows{
    Row{{"name", "NAME", "the provider's name, in the log and the statistics"}, set_name},
    Row{{"listen", "ADDRESS:PORT", "where to listen (127.0.0.1:9000); port 0 takes a free one"}, set_listen},
    Row{{"style", "STYLE", "whose rate-limit headers: auto (by the path), openai, anthropic or azure"},
        set_style},
    Row{{"rpm", "N", "admit so many requests in any window, and answer 429 to the others"},
        set_limit<&QuotaLimits::requests>},
    Row{{"tpm", "N", "admit so many tokens, input and output together"}, set_limit<&QuotaLimits::tokens>},
    Row{{"itpm", "N", "admit so many input tokens"}, set_limit<&QuotaLimits::input_tokens>},
    Row{{"otpm", "N", "admit so many output tokens"}, set_limit<&QuotaLimits::output_tokens>},
    Row{{"window", "SECONDS", "the window of these limits (60); given alone, requests are only counted"},
        set_window},
};

constexpr auto options_table = [] {
    std::array<ProviderOption, rows.size() + 1> result{};
    for (std::size_t i = 0; i < rows.size(); ++i) result[i] = rows[i].option;
    result[rows.size()] = {
        "script", "STEPS|FILE",
        "fail by the clock, such as \"10s:500 20s:ok 30s:refuse 40s:ok\"; the modes are ok, "
        "hang, reset, midhead, refuse, slow=MS, STATUS and STATUS=RETRY_AFTER_S"};
    return result;
}();

}  // namespace

std::span<const ProviderOption> provider_options() {
    return options_table;
}

std::string set_provider_option(MockOptions& options, std::string_view name, std::string_view value) {
    if (name == "script") return read_script(options, value);
    for (const Row& row : rows) {
        if (row.option.name != name) continue;
        if (row.set(options, value)) return {};
        return std::string(name) + ": unusable value: " + std::string(value) + " (" +
               std::string(row.option.help) + ")";
    }
    return set_knob(options.knobs, name, value);
}

std::string set_provider(MockOptions& options, std::string_view description) {
    while (!description.empty()) {
        const std::string_view member = description.substr(0, description.find(','));
        description.remove_prefix(std::min(member.size() + 1, description.size()));
        const std::size_t equals = member.find('=');
        if (equals == std::string_view::npos)
            return "\"" + std::string(member) + "\": write it as NAME=VALUE, such as rpm=100";
        std::string problem =
            set_provider_option(options, member.substr(0, equals), member.substr(equals + 1));
        if (!problem.empty()) return problem;
    }
    return {};
}

}  // namespace weir::mock
