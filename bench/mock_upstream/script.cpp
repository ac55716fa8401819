// The words of modes are one table; times are read by hand, since "10m:ok" has no blank to split at.
#include "mock_upstream/script.hpp"

#include <array>

#include "text/numbers.hpp"

namespace weir::mock {
namespace {

constexpr std::int64_t time_max_us = 24LL * 3600 * 1'000'000;
constexpr std::uint64_t delay_max_ms = 3'600'000;
constexpr std::int64_t retry_after_max_s = 86'400;

struct Word {
    std::string_view text;
    ModeKind kind;
};
constexpr std::array words{
    Word{"ok", ModeKind::ok},           Word{"hang", ModeKind::hang},     Word{"reset", ModeKind::reset},
    Word{"midhead", ModeKind::midhead}, Word{"refuse", ModeKind::refuse},
};

std::optional<Mode> parse_slow(std::string_view number) {
    const auto delay_ms = text::number_in<std::uint64_t>(number);
    if (!delay_ms || *delay_ms > delay_max_ms) return std::nullopt;
    return Mode{.kind = ModeKind::slow, .delay_ms = *delay_ms};
}

std::optional<Mode> parse_status(std::string_view text) {
    constexpr unsigned too_many_requests = 429;
    const std::size_t equals = text.find('=');
    const auto status = text::number_in<unsigned>(text.substr(0, equals));
    if (!status || *status < 400 || *status > 599) return std::nullopt;
    Mode mode{.kind = ModeKind::status, .status = *status};
    mode.retry_after_s = *status == too_many_requests ? 1 : 0;
    if (equals == std::string_view::npos) return mode;
    const auto retry_after_s = text::number_in<std::int64_t>(text.substr(equals + 1));
    if (!retry_after_s || *retry_after_s < 0 || *retry_after_s > retry_after_max_s) return std::nullopt;
    mode.retry_after_s = *retry_after_s;
    return mode;
}

std::optional<std::int64_t> parse_time_us(std::string_view text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view unit = text.substr(digits);
    const auto number = text::number_in<std::int64_t>(text.substr(0, digits));
    if (!number || *number > time_max_us) return std::nullopt;
    const std::int64_t unit_us = unit == "ms"  ? 1'000
                                 : unit == "s" ? 1'000'000
                                 : unit == "m" ? 60'000'000
                                               : 0;
    if (unit_us == 0 || *number > time_max_us / unit_us) return std::nullopt;
    return *number * unit_us;
}

/// One step; returns what is wrong.
std::string add_step(std::string_view word, Script& script) {
    const std::size_t colon = word.find(':');
    const bool is_bare = colon == std::string_view::npos;
    const std::optional<std::int64_t> at_us = is_bare ? 0 : parse_time_us(word.substr(0, colon));
    if (!at_us) return "\"" + std::string(word) + "\": write the time as 500ms, 10s or 2m, up to 24 hours";
    const std::optional<Mode> mode = parse_mode(is_bare ? word : word.substr(colon + 1));
    if (!mode) {
        return "\"" + std::string(word) +
               "\": write the mode as ok, hang, reset, midhead, refuse, slow=MS, a status from 400 to 599, "
               "or a status and its Retry-After in seconds as 503=20";
    }
    if (!script.steps.empty() && *at_us <= script.steps.back().at_us)
        return "\"" + std::string(word) + "\": let each step begin later than the one before it";
    script.steps.push_back({*at_us, *mode});
    return {};
}

}  // namespace

std::optional<Mode> parse_mode(std::string_view text) {
    for (const Word& word : words) {
        if (word.text == text) return Mode{.kind = word.kind};
    }
    constexpr std::string_view slow = "slow=";
    if (text.starts_with(slow)) return parse_slow(text.substr(slow.size()));
    return parse_status(text);
}

std::string mode_text(const Mode& mode) {
    if (mode.kind == ModeKind::slow) return "slow=" + std::to_string(mode.delay_ms);
    if (mode.kind == ModeKind::status)
        return std::to_string(mode.status) + "=" + std::to_string(mode.retry_after_s);
    for (const Word& word : words) {
        if (word.kind == mode.kind) return std::string(word.text);
    }
    return {};
}

Mode Script::at(std::int64_t elapsed_us) const {
    Mode mode;
    for (const Step& step : steps) {
        if (step.at_us <= elapsed_us) mode = step.mode;
    }
    return mode;
}

std::optional<std::int64_t> Script::next_after(std::int64_t elapsed_us) const {
    for (const Step& step : steps) {
        if (step.at_us > elapsed_us) return step.at_us;
    }
    return std::nullopt;
}

std::string parse_script(std::string_view text, Script& script) {
    constexpr std::string_view blanks = " \t\r";
    script.steps.clear();
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        line = line.substr(0, line.find('#'));
        while (true) {
            line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
            if (line.empty()) break;
            const std::string_view word = line.substr(0, line.find_first_of(blanks));
            line.remove_prefix(word.size());
            std::string problem = add_step(word, script);
            if (!problem.empty()) return problem;
        }
    }
    return script.steps.empty() ? "there is no step in it: write one such as 10s:500" : std::string();
}

}  // namespace weir::mock
