// Columns wide enough for what is usual; what is longer moves the rest of its line.
#include "observe/text_row.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <optional>

#include "text/times.hpp"

namespace weir::observe {

namespace {

/// Clients choose these texts: nothing of them may steer a terminal.
std::string printable(std::string_view text) {
    constexpr std::size_t characters_max = 64;
    std::string out(text.substr(0, characters_max));
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c <= ' ' || c >= 0x7f; }, '?');
    if (text.size() > characters_max) out += "...";
    return out.empty() ? "-" : out;
}

/// "120→118", the second a dash where nothing is known.
std::string tokens(std::int64_t estimated, std::optional<std::int64_t> actual) {
    return fmt::format("{}→{}", estimated, actual ? std::to_string(*actual) : "-");
}

std::string milliseconds(std::int64_t duration_us) {
    return fmt::format("{:.1f}", static_cast<double>(duration_us) / 1e3);
}

}  // namespace

std::string format_text_row(const RequestRecord& record) {
    std::string time;
    text::append_timestamp(time, record.received_at_us);
    const bool knows = record.actual.has_value();
    std::string line = fmt::format("{} {:3} {:<16} {:<20} in {:<13} out {:<11} {:>9} ms, weir {:>5} ms", time,
                                   record.status, printable(record.key_id), printable(record.model),
                                   tokens(record.estimated.input_tokens,
                                          knows ? std::optional(record.actual->input_tokens) : std::nullopt),
                                   tokens(record.estimated.output_tokens,
                                          knows ? std::optional(record.actual->output_tokens) : std::nullopt),
                                   milliseconds(record.duration_us), milliseconds(record.added_us));
    if (record.outcome != Outcome::served) line.append("  ").append(to_string(record.outcome));
    if (record.refused_by) line.append(" by ").append(record.refused_by->name);
    for (const RefusedBy& limit : record.shadowed_by) line.append("  shadow ").append(limit.name);
    if (record.model.empty()) line.append("  ").append(printable(record.path));
    return line.append("  ").append(printable(record.request_id));
}

}  // namespace weir::observe
