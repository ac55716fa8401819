// Widths first, then the lines.
#include "cli/table.hpp"

#include <algorithm>
#include <numeric>

#include "cli/text.hpp"

namespace weir::cli {

namespace {

constexpr std::string_view gap = "  ";
constexpr std::size_t shrunk_min = 8;

}  // namespace

void Table::add(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    for (std::string& cell : cells) cell = printable(cell);
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths(std::size_t width) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t widest = width_of(columns_[i].name);
        for (const auto& row : rows_) widest = std::max(widest, width_of(row[i]));
        widths.push_back(widest);
    }
    const auto total = [&] {
        const std::size_t gaps = columns_.empty() ? 0 : gap.size() * (columns_.size() - 1);
        return std::accumulate(widths.begin(), widths.end(), gaps);
    };
    while (width != 0 && total() > width) {
        std::size_t* widest = nullptr;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (!columns_[i].may_shrink || widths[i] <= shrunk_min) continue;
            if (widest == nullptr || widths[i] > *widest) widest = &widths[i];
        }
        if (widest == nullptr) break;
        --*widest;
    }
    return widths;
}

std::vector<std::string> Table::lines(std::size_t width) const {
    const std::vector<std::size_t> wide = widths(width);
    std::vector<std::string> lines;
    const auto add_line = [&](const auto& cell_of) {
        std::string line;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const std::string cell = cut(cell_of(i), wide[i]);
            const std::string blanks(wide[i] - std::min(wide[i], width_of(cell)), ' ');
            if (i > 0) line.append(gap);
            line.append(columns_[i].align == Align::right ? blanks + cell : cell + blanks);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        lines.push_back(cut(line, width));
    };
    add_line([&](std::size_t i) { return columns_[i].name; });
    for (const auto& row : rows_) add_line([&](std::size_t i) { return row[i]; });
    return lines;
}

std::string Table::text(std::size_t width) const {
    return joined(lines(width));
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text.append(line).append("\n");
    return text;
}

}  // namespace weir::cli
