// Sums and their two texts.
#include "usage/totals.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <utility>

#include "text/json_text.hpp"
#include "text/times.hpp"
#include "usage/printable.hpp"

namespace weir::usage {

namespace {

/// A sum that would not fit stays at the end of what does.
std::int64_t sum(std::int64_t a, std::int64_t b) noexcept {
    std::int64_t result = 0;
    if (!__builtin_add_overflow(a, b, &result)) return result;
    return b > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}

std::int64_t difference(std::int64_t a, std::int64_t b) noexcept {
    std::int64_t result = 0;
    if (!__builtin_sub_overflow(a, b, &result)) return result;
    return b < 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}

auto name_of(const Row& row) noexcept {
    return std::tie(row.day, row.key, row.model);
}

/// A JSON string. A store may hold what nobody has looked at, so that it is made printable here too.
void append_name(std::string& out, std::string_view name) {
    NameBuffer buffer;
    text::append_json_string(out, printable(name, buffer));
}

void append_amounts(std::string& out, const Amounts& amounts) {
    for (const AmountMember& member : amount_members) {
        out.append(member.name == amount_members.front().name ? "\"" : ",\"")
            .append(member.name)
            .append("\":");
        out += std::to_string(amounts.*member.value);
    }
}

void append_json_row(std::string& out, const Row& row, Grouping by) {
    out += '{';
    if (by.day) out.append("\"day\":\"").append(text::day_text(row.day)).append("\",");
    if (by.key) {
        out += "\"key\":";
        append_name(out, row.key);
        out += ',';
    }
    if (by.model) {
        out += "\"model\":";
        append_name(out, row.model);
        out += ',';
    }
    append_amounts(out, row.amounts);
    out += '}';
}

/// Spreadsheets take a cell that begins so for a formula, quoted or not. The apostrophe tells them that it is
/// text (https://owasp.org/www-community/attacks/CSV_Injection).
bool may_be_formula(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return false;
    if (std::string_view("=+-@|%").find(text[first]) != std::string_view::npos) return true;
    for (const std::string_view wide : {"＝", "＋", "－", "＠"}) {
        if (text.substr(first).starts_with(wide)) return true;
    }
    return false;
}

void append_csv_field(std::string& out, std::string_view text) {
    const bool is_disarmed = may_be_formula(text);
    // Semicolons and tabs part cells too where a spreadsheet's country says so.
    if (!is_disarmed && text.find_first_of(",;\t\r\n\"") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    if (is_disarmed) out += '\'';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

void append_csv_name(std::string& out, bool is_kept, std::string_view name) {
    if (!is_kept) return;
    append_csv_field(out, name);
    out += ',';
}

}  // namespace

Amounts& Amounts::operator+=(const Amounts& added) noexcept {
    for (const AmountMember& member : amount_members)
        this->*member.value = sum(this->*member.value, added.*member.value);
    for (const PeakMember& member : peak_members)
        peaks.*member.value = std::max(peaks.*member.value, added.peaks.*member.value);
    return *this;
}

Amounts& Amounts::operator-=(const Amounts& taken) noexcept {
    for (const AmountMember& member : amount_members)
        this->*member.value = difference(this->*member.value, taken.*member.value);
    for (const PeakMember& member : peak_members) {
        if (peaks.*member.value <= taken.peaks.*member.value) peaks.*member.value = 0;
    }
    return *this;
}

AmountValues values_of(const Amounts& amounts) noexcept {
    AmountValues values{};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = amounts.*amount_members[i].value;
    return values;
}

Amounts amounts_of(const AmountValues& values) noexcept {
    Amounts amounts;
    for (std::size_t i = 0; i < values.size(); ++i) amounts.*amount_members[i].value = values[i];
    return amounts;
}

PeakValues values_of(const Peaks& peaks) noexcept {
    PeakValues values{};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = peaks.*peak_members[i].value;
    return values;
}

Peaks peaks_of(const PeakValues& values) noexcept {
    Peaks peaks;
    for (std::size_t i = 0; i < values.size(); ++i) peaks.*peak_members[i].value = values[i];
    return peaks;
}

std::vector<Row> group(std::vector<Row> rows, Grouping by) {
    for (Row& row : rows) {
        if (!by.day) row.day = 0;
        if (!by.key) row.key.clear();
        if (!by.model) row.model.clear();
    }
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return name_of(a) < name_of(b); });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (kept > 0 && name_of(rows[kept - 1]) == name_of(rows[i])) {
            rows[kept - 1].amounts += rows[i].amounts;
        } else {
            if (kept != i) rows[kept] = std::move(rows[i]);
            ++kept;
        }
    }
    rows.resize(kept);
    return rows;
}

std::string totals_json(const std::vector<Row>& rows, Grouping by, std::int64_t from_day,
                        std::int64_t to_day) {
    std::string out =
        "{\"from\":\"" + text::day_text(from_day) + "\",\"to\":\"" + text::day_text(to_day) + "\",\"rows\":[";
    Amounts total;
    for (const Row& row : rows) {
        if (&row != &rows.front()) out += ',';
        append_json_row(out, row, by);
        total += row.amounts;
    }
    out += "],\"total\":{";
    append_amounts(out, total);
    out += "}}";
    return out;
}

std::string totals_csv(const std::vector<Row>& rows, Grouping by) {
    std::string out;
    if (by.day) out += "day,";
    if (by.key) out += "key,";
    if (by.model) out += "model,";
    for (const AmountMember& member : amount_members) {
        out += member.name;
        out += &member == &amount_members.back() ? "\r\n" : ",";
    }
    for (const Row& row : rows) {
        if (by.day) out.append(text::day_text(row.day)).append(",");
        append_csv_name(out, by.key, row.key);
        append_csv_name(out, by.model, row.model);
        for (const AmountMember& member : amount_members) {
            out += std::to_string(row.amounts.*member.value);
            out += &member == &amount_members.back() ? "\r\n" : ",";
        }
    }
    return out;
}

}  // namespace weir::usage
