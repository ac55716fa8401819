// Names, labels, values.
#include "observe/prometheus_text.hpp"

#include <spdlog/fmt/fmt.h>

#include <iterator>

#include "text/characters.hpp"

namespace weir::observe {

namespace {

std::string millionths(double value) {
    return fmt::format("{}", value / 1e6);
}

/// Clients choose some values: nothing of them may steer the terminal on which the page is read.
void append_label(std::string& out, std::string_view name, std::string_view value) {
    out += out.back() == '{' ? "" : ",";
    out.append(name).append("=\"");
    while (!value.empty()) {
        const text::Character character = text::first_character(value);
        const char c = value.front();
        if (c == '\n') {
            out += "\\n";
        } else if (!character.valid || !text::is_printable(character.code)) {
            out += '?';
        } else {
            if (c == '\\' || c == '"') out += '\\';
            out.append(value.substr(0, character.bytes));
        }
        value.remove_prefix(character.bytes);
    }
    out += '"';
}

}  // namespace

void PrometheusText::family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(out_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void PrometheusText::value(Labels labels, double value) {
    line("", labels, {}, fmt::format("{}", value));
}

void PrometheusText::histogram(Labels labels, std::span<const std::int64_t> bounds,
                               std::span<const std::uint64_t> counts, std::uint64_t sum) {
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        cumulative += counts[i];
        const std::string bound = i < bounds.size() ? millionths(static_cast<double>(bounds[i])) : "+Inf";
        line("_bucket", labels, bound, std::to_string(cumulative));
    }
    line("_sum", labels, {}, millionths(static_cast<double>(sum)));
    line("_count", labels, {}, std::to_string(cumulative));
}

void PrometheusText::line(std::string_view suffix, Labels labels, std::string_view bound,
                          std::string_view value) {
    out_.append(name_).append(suffix);
    if (labels.size() > 0 || !bound.empty()) {
        out_ += '{';
        for (const auto& [name, text] : labels) append_label(out_, name, text);
        if (!bound.empty()) append_label(out_, "le", bound);
        out_ += '}';
    }
    out_.append(" ").append(value).append("\n");
}

}  // namespace weir::observe
