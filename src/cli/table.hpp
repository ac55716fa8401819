// Tables for people on a terminal: aligned, and no wider than it is. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace weir::cli {

enum class Align { left, right };

struct Column {
    std::string name;
    Align align = Align::left;
    bool may_shrink = false;  ///< cut first where the terminal is too narrow
};

class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// Cells are made printable. Missing ones are empty.
    void add(std::vector<std::string> cells);
    bool empty() const noexcept { return rows_.empty(); }

    /// The names of the columns, then the rows; each line at most `width` columns wide, 0: as wide as it
    /// gets.
    std::vector<std::string> lines(std::size_t width) const;
    std::string text(std::size_t width) const;

private:
    std::vector<std::size_t> widths(std::size_t width) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// Each with its line break.
std::string joined(const std::vector<std::string>& lines);

}  // namespace weir::cli
