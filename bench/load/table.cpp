// Widths first, then lines.
#include "load/table.hpp"

#include <algorithm>

namespace weir::load {
namespace {

/// In characters: UTF-8's continuation bytes take no room.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string line_of(const std::vector<std::string>& row, const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
        const std::string room(widths[column] - width_of(row[column]), ' ');
        line += "  " + (column == 0 ? row[column] + room : room + row[column]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
}

}  // namespace

std::string Table::text() const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
    }
    std::size_t total = 0;
    for (const std::size_t width : widths) total += width + 2;
    std::string text = line_of(rows_.front(), widths) + "  ";
    for (std::size_t i = 2; i < total; ++i) text += "─";
    text += "\n";
    for (std::size_t i = 1; i < rows_.size(); ++i) text += line_of(rows_[i], widths);
    return text;
}

}  // namespace weir::load
