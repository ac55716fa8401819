// The tables of config/README.md say what the tables of settings say: of each setting its name, values,
// default, variable, flag, and whether a reload changes it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "config/overlay.hpp"
#include "config/setting_reader.hpp"
#include "config/setting_tables.hpp"

namespace weir::config {
namespace {

using testing::StartsWith;
using testing::UnorderedElementsAreArray;
using Cells = std::vector<std::string>;

/// The lines from the heading on up to the next one of the same level.
std::vector<std::string> section_of_readme(const std::string& heading) {
    std::ifstream file(std::filesystem::path(WEIR_EXAMPLES) / "README.md");
    std::vector<std::string> lines;
    bool is_inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) is_inside = line == "## " + heading;
        if (is_inside) lines.push_back(line);
    }
    return lines;
}

/// The rows of the section's table, without its head.
std::vector<Cells> table_in(const std::string& heading) {
    std::vector<Cells> rows;
    for (const std::string& line : section_of_readme(heading)) {
        if (!line.starts_with("| ") || line.starts_with("| field")) continue;
        Cells cells;
        std::istringstream parts(line.substr(1));
        for (std::string cell; std::getline(parts, cell, '|');) {
            cell.erase(0, cell.find_first_not_of(' '));
            cell.erase(cell.find_last_not_of(' ') + 1);
            cells.push_back(cell);
        }
        rows.push_back(cells);
    }
    return rows;
}

std::vector<std::string> quoted_in(const std::string& text) {
    static const std::regex quoted("`([^`]*)`");
    std::vector<std::string> words;
    for (std::sregex_iterator match(text.begin(), text.end(), quoted), end; match != end; ++match)
        words.push_back((*match)[1]);
    return words;
}

std::string quoted(const std::string& text) {
    return "`" + text + "`";
}

/// 10,000; of bytes "32 KiB".
std::string readable(std::int64_t number, bool is_bytes) {
    constexpr std::pair<int, const char*> units[]{{40, " TiB"}, {30, " GiB"}, {20, " MiB"}, {10, " KiB"}};
    for (const auto& [shift, unit] : units) {
        const std::int64_t size = std::int64_t{1} << shift;
        if (is_bytes && number >= size && number % size == 0) return std::to_string(number >> shift) + unit;
    }
    std::string digits = std::to_string(number);
    for (std::ptrdiff_t i = std::ssize(digits) - 3; i > 0; i -= 3)
        digits.insert(static_cast<std::size_t>(i), ",");
    return digits;
}

/// What README.md has to say of one row.
struct Documented {
    std::string values, usual, help;
};

template <typename Owner>
struct Documenting {
    const SettingRow<Owner>& row;
    const Owner owner{};
    const bool is_bytes = row.name.starts_with("limits_of_weir.") && row.name.ends_with("_bytes");

    Documented operator()(const Integer<Owner>& kind) const {
        return {readable(kind.range.least, is_bytes) + " to " + readable(kind.range.most, is_bytes),
                readable(kind.get(owner), is_bytes),
                {}};
    }
    Documented operator()(const Number<Owner>& kind) const {
        return {shown_number(kind.least) + " to " + shown_number(kind.most), shown(kind, owner), {}};
    }
    Documented operator()(const Flag<Owner>& kind) const {
        return {"`true`, `false`", quoted(shown(kind, owner)), {}};
    }
    Documented operator()(const Choice<Owner>& kind) const {
        std::string values;
        for (const std::string_view name : kind.names)
            values += (values.empty() ? "" : ", ") + quoted(std::string(name));
        return {values, quoted(shown(kind, owner)), {}};
    }
    Documented operator()(const Text<Owner>& kind) const {
        const std::string usual = kind.get == nullptr || !row.value.expected.empty() ? "" : kind.get(owner);
        return {std::string(kind.form), usual.empty() || usual == "(none)" ? "" : quoted(usual), {}};
    }
    Documented operator()(const List<Owner>& kind) const { return {std::string(kind.form), "", {}}; }
    Documented operator()(const Part<Owner>& kind) const {
        return {std::string(kind.values), std::string(kind.usual), {}};
    }
};

template <typename Owner>
void document(const std::string& parent, std::span<const SettingRow<Owner>> rows,
              std::map<std::string, Documented>& all) {
    for (const SettingRow<Owner>& row : rows) {
        Documented documented = std::visit(Documenting<Owner>{row}, row.value.kind);
        if (!row.value.expected.empty()) documented.usual = "required";
        if (!row.usual.empty()) documented.usual = std::string(row.usual);
        documented.help = std::string(row.help);
        all.insert_or_assign(parent + std::string(row.name), documented);
    }
}

std::map<std::string, Documented> all_settings() {
    std::map<std::string, Documented> all;
    document("", config_rows(), all);
    document("admin.tokens[].", admin_token_rows(), all);
    document("upstreams[].", upstream_rows(), all);
    document("tiers.NAME.", tier_rows(), all);
    document("groups.NAME.", group_rows(), all);
    document("keys[].", key_rows(), all);
    return all;
}

TEST(Readme, SaysOfEachFieldWhatItsRowSays) {
    std::map<std::string, Documented> missing = all_settings();
    for (const Cells& cells : table_in("Fields")) {
        ASSERT_EQ(cells.size(), 4U) << cells.front();
        const std::vector<std::string> names = quoted_in(cells[0]);
        ASSERT_EQ(names.size(), 1U) << cells[0];
        const auto found = missing.find(names[0]);
        ASSERT_NE(found, missing.end()) << names[0] << " is no setting, or stands there twice";
        EXPECT_EQ(cells[1], found->second.values) << "values of " << names[0];
        EXPECT_EQ(cells[2], found->second.usual) << "the default of " << names[0];
        EXPECT_THAT(cells[3], StartsWith(found->second.help)) << "the meaning of " << names[0];
        missing.erase(found);
    }
    for (const auto& [name, documented] : missing) {
        ADD_FAILURE() << "README.md lacks: | `" << name << "` | " << documented.values << " | "
                      << documented.usual << " | " << documented.help << " |";
    }
}

TEST(Readme, SaysWhichVariablesAndFlagsThereAre) {
    std::vector<Cells> expected{{"", "WEIR_CONFIG", "--config"}};
    for (const Overlay& overlay : overlays()) {
        const std::string flag(overlay.flag);
        expected.push_back(
            {std::string(overlay.path), std::string(overlay.variable), flag.empty() ? "" : "--" + flag});
    }
    std::vector<Cells> rows;
    for (const Cells& cells : table_in("Precedence")) {
        Cells& row = rows.emplace_back();
        for (const std::string& cell : cells) {
            const std::vector<std::string> words = quoted_in(cell);
            row.push_back(words.empty() ? "" : words.front());
        }
    }
    EXPECT_THAT(rows, UnorderedElementsAreArray(expected));
}

/// "store" of "store.timeout_ms".
std::string object_of(std::string_view name) {
    const std::size_t dot = name.find('.');
    return dot == std::string_view::npos ? "" : std::string(name.substr(0, dot));
}

TEST(Readme, SaysWhatNeedsARestart) {
    std::set<std::string> expected;
    for (const SettingRow<Config>& row : config_rows()) {
        if ((row.marks & restart) == 0) continue;
        const std::string object = object_of(row.name);
        const bool is_whole = !object.empty() &&
                              std::all_of(config_rows().begin(), config_rows().end(), [&](const auto& other) {
                                  return object_of(other.name) != object || (other.marks & restart) != 0;
                              });
        expected.insert(is_whole ? object : std::string(row.name));
    }
    std::vector<std::string> words;
    for (const std::string& line : section_of_readme("What a reload does not change")) {
        const std::vector<std::string> more = quoted_in(line);
        words.insert(words.end(), more.begin(), more.end());
    }
    EXPECT_THAT(words, UnorderedElementsAreArray(expected));
}

TEST(Overlays, EachSetsASettingThatTakesText) {
    for (const Overlay& overlay : overlays()) {
        if (overlay.set != nullptr) continue;
        const SettingRow<Config>* row = find_row(config_rows(), overlay.path);
        ASSERT_NE(row, nullptr) << overlay.path;
        EXPECT_TRUE(std::holds_alternative<Text<Config>>(row->value.kind) ||
                    std::holds_alternative<Integer<Config>>(row->value.kind))
            << overlay.path;
    }
}

}  // namespace
}  // namespace weir::config
