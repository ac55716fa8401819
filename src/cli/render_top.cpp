// One screen of the live table: how it is, how full the limits are, who was refused.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/render.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "text/numbers.hpp"

namespace weir::cli {

namespace {

using Lines = std::vector<std::string>;

std::string store_text(const Json& store) {
    const std::string mode = text_of(store, "mode"), server = text_of(store, "server");
    std::string text = "store " + (mode.empty() ? "?" : mode);
    const std::string since = text_of(store, "since");
    if (!since.empty()) text.append(" since ").append(time_of_day(since));
    if (!server.empty()) text.append(" at ").append(server);
    return text;
}

std::string nodes_text(const Json& nodes) {
    std::size_t ready = 0;
    for (const Json& node : nodes) ready += flag_of(node, "ready", true) && !flag_of(node, "draining");
    const std::string count = std::to_string(nodes.size());
    const std::string word = nodes.size() == 1 ? " node" : " nodes";
    if (ready == nodes.size()) return count + word + " ready";
    return std::to_string(ready) + " of " + count + word + " ready";
}

std::string latency_text(const Json& latency, const char* name) {
    const Json& figures = member_of(latency, name);
    if (!figures.is_object() || !member_of(figures, "p50").is_number()) return "-";
    return milliseconds_text(number_of(figures, "p50")) + "/" + milliseconds_text(number_of(figures, "p99"));
}

void append_header(Lines& lines, const Json& figures) {
    const Json& rates = member_of(figures, "rates");
    const auto rate = [&](const char* name) { return rate_text(number_of(rates, name)); };
    lines.push_back("weir top  " + time_of_day(text_of(figures, "now")) + " UTC  " +
                    nodes_text(member_of(figures, "nodes")) + "  " + store_text(member_of(figures, "store")));
    const std::string remark = text_of(member_of(figures, "store"), "remark");
    if (!remark.empty()) lines.push_back("! " + remark);
    lines.push_back("requests/s " + rate("requests") + "   admitted " + rate("admitted") + "   refused " +
                    rate("refused") + "   errors " + rate("errors"));
    lines.push_back("tokens/s   input " + rate("input_tokens") + "   output " + rate("output_tokens") +
                    "   estimated input " + rate("estimated_input_tokens"));
    const Json& latency = member_of(figures, "latency_ms");
    lines.push_back("p50/p99  added " + latency_text(latency, "added") + "  upstream " +
                    latency_text(latency, "upstream") + "  first byte " +
                    latency_text(latency, "first_byte"));
    for (const Json& upstream : member_of(figures, "upstreams")) {
        if (flag_of(upstream, "healthy", true)) continue;
        lines.push_back("! upstream " + text_of(upstream, "name") + " is failing, " +
                        rate_text(number_of(upstream, "errors_per_s")) + " errors/s");
    }
}

std::string levels_title(const Json& shadow) {
    double per_second = 0;
    for (const Json& one : shadow) per_second += number_of(one, "per_s");
    return per_second > 0 ? "shadow mode would refuse " + rate_text(per_second) + "/s" : std::string();
}

/// "key otpm", "group requests/1d": as the configuration calls it, for there is little room.
std::string short_name(const Json& level) {
    constexpr std::pair<std::string_view, std::string_view> per_minute[] = {
        {"requests", "rpm"}, {"input_tokens", "itpm"}, {"output_tokens", "otpm"}, {"total_tokens", "tpm"}};
    const std::string dimension = text_of(level, "dimension"), window = text_of(level, "window");
    if (dimension.empty()) return text_of(level, "name");
    std::string name = text_of(level, "scope") + " ";
    for (const auto& [whole, abbreviation] : per_minute) {
        if (window == "1m" && dimension == whole) return name.append(abbreviation);
    }
    if (window.empty()) return name.append(dimension);
    return name.append(dimension).append("/").append(window);
}

Lines levels_lines(const Json& levels, std::size_t width) {
    Table table({{"OF", Align::left, true},
                 {"LIMIT", Align::left, true},
                 {""},
                 {"USED", Align::right},
                 {"LIMIT", Align::right},
                 {"", Align::right},
                 {"EMPTY IN", Align::right}});
    constexpr std::size_t narrow = 90, short_bar = 10, long_bar = 20;
    const std::size_t bar_width = width != 0 && width < narrow ? short_bar : long_bar;
    for (const Json& level : levels) {
        const std::int64_t used = integer_of(level, "used"), limit = integer_of(level, "limit");
        const bool enforced = flag_of(level, "enforced", true);
        table.add({text_of(level, "owner"), short_name(level) + (enforced ? "" : " (shadow)"),
                   bar(used, limit, bar_width), text::with_separators(used), text::with_separators(limit),
                   share_text(used, limit), empty_in_text(integer_of(level, "reset_ms"))});
    }
    return table.empty() ? Lines{"No limit is in use."} : table.lines(width);
}

Lines recent_lines(const Json& recent, std::size_t width) {
    Table table({{"TIME"},
                 {"KEY", Align::left, true},
                 {"STATUS", Align::right},
                 {"WHY"},
                 {"MODEL", Align::left, true},
                 {"PATH", Align::left, true}});
    for (const Json& row : recent) {
        const std::string refused_by = text_of(row, "refused_by");
        table.add({time_of_day(text_of(row, "time")), text_of(row, "key"),
                   std::to_string(integer_of(row, "status")),
                   refused_by.empty() ? text_of(row, "outcome") : refused_by, text_of(row, "model"),
                   text_of(row, "path")});
    }
    return table.empty() ? Lines{"Nothing was refused, and nothing failed, lately."} : table.lines(width);
}

/// So many of the lines, from the first on.
void append_some(Lines& lines, Lines more, std::size_t count) {
    more.resize(std::min(more.size(), count));
    lines.insert(lines.end(), more.begin(), more.end());
}

}  // namespace

std::vector<std::string> render_top(const Json& figures, std::size_t width, std::size_t height,
                                    const std::string& remark) {
    Lines lines;
    append_header(lines, figures);
    if (!remark.empty()) lines.push_back("! " + remark);
    const std::string shadow = levels_title(member_of(figures, "shadow"));
    lines.push_back(shadow);
    Lines levels = levels_lines(member_of(figures, "limits"), width);
    Lines recent = recent_lines(member_of(figures, "recent"), width);
    if (height != 0) {
        // The refusals have a third of what is left, and more where there are few limits.
        const std::size_t rest = height > lines.size() + 1 ? height - lines.size() - 1 : 0;
        const std::size_t for_recent =
            std::max(std::min(recent.size(), rest / 3), rest - std::min(rest, levels.size()));
        levels.resize(std::min(levels.size(), rest - std::min(rest, for_recent)));
        recent.resize(std::min(recent.size(), rest - levels.size()));
    }
    append_some(lines, std::move(levels), lines.max_size());
    lines.emplace_back();
    append_some(lines, std::move(recent), lines.max_size());
    if (height != 0) lines.resize(std::min(lines.size(), height));
    for (std::string& line : lines) line = cut(printable(line), width);
    return lines;
}

}  // namespace weir::cli
