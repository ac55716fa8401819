// Short forms become what the admin API takes.
#include "cli/limit_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/text.hpp"
#include "config/durations.hpp"
#include "config/suggestion.hpp"
#include "config/unexpected.hpp"
#include "text/durations.hpp"
#include "text/times.hpp"

namespace weir::cli {

namespace {

using config::Unexpected;

constexpr std::array<std::string_view, 4> per_minute{"rpm", "itpm", "otpm", "tpm"};
constexpr std::array<std::string_view, 4> dimensions{"requests", "input_tokens", "output_tokens",
                                                     "total_tokens"};
constexpr std::string_view in_flight = "max_in_flight";
constexpr std::array<std::string_view, 4> kinds{"key", "tier", "group", "upstream"};

bool is_one_of(std::string_view text, const std::array<std::string_view, 4>& names) noexcept {
    return std::find(names.begin(), names.end(), text) != names.end();
}

std::int64_t parse_amount(std::string_view text) {
    std::int64_t amount = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    const std::int64_t factor = unit == "k" ? 1'000 : unit == "M" ? 1'000'000 : 1;
    const bool is_known = unit.empty() || factor != 1;
    if (error != std::errc() || !is_known || amount < 0 || amount > 1'000'000'000'000 / factor) {
        throw Unexpected("expected a whole number such as 500, 20k or 2M behind the =");
    }
    return amount * factor;
}

/// What two limits share where one takes the place of the other: "requests/1m" for rpm.
std::string identity_of(std::string_view dimension, const std::string& window) {
    try {
        return std::string(dimension) + "/" + std::to_string(config::parse_window_us(window));
    } catch (const Unexpected&) {
        return std::string(dimension) + "/" + window;
    }
}

/// Of rpm and the like; another member, such as enforce, is what it is.
std::string identity_of(const std::string& name) {
    const auto* found = std::find(per_minute.begin(), per_minute.end(), name);
    if (found == per_minute.end()) return name;
    return identity_of(dimensions[static_cast<std::size_t>(found - per_minute.begin())], "1m");
}

std::string identity_of(const Json& one) {
    return identity_of(text_of(one, "dimension"), text_of(one, "window"));
}

[[noreturn]] void refuse_name(std::string_view name) {
    throw Unexpected(
        "expected rpm=, itpm=, otpm=, tpm=, max_in_flight=, or a dimension with its window such as "
        "requests/1d=" +
        config::suggestion_for(name, {"rpm", "itpm", "otpm", "tpm", in_flight}));
}

}  // namespace

Json parse_limits(const std::vector<std::string>& words) {
    Json limits = Json::object();
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        const std::string name = word.substr(0, equals);
        if (equals == std::string::npos) refuse_name(name);
        const std::int64_t amount = parse_amount(std::string_view(word).substr(equals + 1));
        if (name == in_flight || is_one_of(name, per_minute)) {
            if (limits.contains(name)) throw Unexpected("expected " + name + "= once");
            limits[name] = amount;
            continue;
        }
        const std::size_t slash = name.find('/');
        const std::string dimension = name.substr(0, slash);
        if (slash == std::string::npos || !is_one_of(dimension, dimensions)) refuse_name(name);
        const std::string window = name.substr(slash + 1);
        config::parse_window_us(window);
        limits["more"].push_back({{"dimension", dimension}, {"window", window}, {"limit", amount}});
    }
    return limits;
}

Json merged_limits(const Json& before, const Json& given) {
    Json limits = given;
    if (!before.is_object()) return limits;
    std::set<std::string> named;
    for (const auto& [name, value] : given.items()) {
        if (name != "more") named.insert(identity_of(name));
    }
    for (const Json& one : member_of(given, "more")) named.insert(identity_of(one));
    for (const auto& [name, value] : before.items()) {
        if (name != "more" && !named.contains(identity_of(name))) limits[name] = value;
    }
    for (const Json& one : member_of(before, "more")) {
        if (!named.contains(identity_of(one))) limits["more"].push_back(one);
    }
    return limits;
}

std::string parse_until(const std::string& text, std::int64_t now_us) {
    const bool is_time = text.find(':') != std::string::npos;
    if (is_time) return text;
    try {
        return text::rfc3339_seconds(now_us + config::parse_window_us(text));
    } catch (const Unexpected&) {
        throw Unexpected(
            "expected a time of day in UTC (18:00), a date and time (2026-11-26T18:00:00Z), or how long "
            "from now, up to 31 days (2h)");
    }
}

std::string parse_target(const std::string& text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) return "key/" + text;
    const std::string kind = text.substr(0, slash);
    if (!is_one_of(kind, kinds) || slash + 1 == text.size()) {
        throw Unexpected("expected a key, or tier/NAME, group/NAME or upstream/NAME" +
                         config::suggestion_for(kind, {kinds.begin(), kinds.end()}));
    }
    return text;
}

std::int64_t parse_seconds(const std::string& text) {
    constexpr std::int64_t seconds_max = 31LL * 86'400;
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    const std::int64_t factor = unit.empty()       ? 1
                                : unit.size() == 1 ? text::unit_us(unit.front()).value_or(0) / 1'000'000
                                                   : 0;
    const bool is_too_much = error == std::errc::result_out_of_range ||
                             (error == std::errc() && factor > 0 && count > seconds_max / factor);
    if (is_too_much) throw Unexpected("at most 31d");
    if (error != std::errc() || factor == 0 || count < 0) {
        throw Unexpected("expected seconds (86400), or a time such as 30m, 24h or 7d");
    }
    return count * factor;
}

}  // namespace weir::cli
