// Aligned columns: the first to the left, the others to the right.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

namespace weir::load {

class Table {
public:
    Table(std::initializer_list<std::string> header) { rows_.emplace_back(header); }
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    bool is_empty() const { return rows_.size() == 1; }
    /// Indented by two, with a line below the header.
    std::string text() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace weir::load
