// The document by the table of its settings: members of its top level, and of the objects there.
#include <algorithm>
#include <array>

#include "config/draft.hpp"
#include "config/setting_reader.hpp"
#include "config/setting_tables.hpp"

namespace weir::config {

void read_settings(ObjectReader& root, Draft& draft) {
    read_rows(root, config_rows(), draft.config, &draft);
}

std::string parse_log_level(const std::string& text) {
    constexpr std::array<std::string_view, 6> levels{"trace", "debug", "info", "warning", "error", "off"};
    if (text == "warn") return "warning";
    if (std::find(levels.begin(), levels.end(), text) != levels.end()) return text;
    throw Unexpected(R"(expected "trace", "debug", "info", "warning", "error" or "off")");
}

}  // namespace weir::config
