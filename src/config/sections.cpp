// The document by the table of its settings: members of its top level, and of the objects there.
#include <algorithm>
#include <array>

#include "config/draft.hpp"
#include "config/setting_reader.hpp"
#include "config/setting_tables.hpp"

namespace weir::config {

namespace {

using Rows = std::span<const SettingRow<Config>>;

/// "store" of "store.timeout_ms"; empty at the top level.
std::string_view section_of(const SettingRow<Config>& row) noexcept {
    const std::size_t dot = row.name.find('.');
    return dot == std::string_view::npos ? std::string_view() : row.name.substr(0, dot);
}

void read_section(ObjectReader& root, std::string_view section, Rows rows, Draft& draft) {
    const std::optional<Field> field = root.field(section);
    if (!field) return;
    std::optional<ObjectReader> object = field->object();
    if (!object) return;
    for (const SettingRow<Config>& row : rows) {
        read_row(*object, row.name.substr(section.size() + 1), row, draft.config, &draft);
    }
    object->finish();
}

}  // namespace

void read_settings(ObjectReader& root, Draft& draft) {
    for (Rows rest = config_rows(); !rest.empty();) {
        const std::string_view section = section_of(rest.front());
        const auto end = std::find_if(rest.begin(), rest.end(),
                                      [&](const auto& row) { return section_of(row) != section; });
        const Rows rows = rest.first(static_cast<std::size_t>(end - rest.begin()));
        if (section.empty()) {
            read_rows(root, rows, draft.config, &draft);
        } else {
            read_section(root, section, rows, draft);
        }
        rest = rest.subspan(rows.size());
    }
}

std::string parse_log_level(const std::string& text) {
    constexpr std::array<std::string_view, 6> levels{"trace", "debug", "info", "warning", "error", "off"};
    if (text == "warn") return "warning";
    if (std::find(levels.begin(), levels.end(), text) != levels.end()) return text;
    throw Unexpected(R"(expected "trace", "debug", "info", "warning", "error" or "off")");
}

}  // namespace weir::config
