// The settings and where they came from, and as text in three aligned columns.
#include <algorithm>

#include "config/config.hpp"
#include "config/settings.hpp"

namespace weir::config {

namespace {

// One long value does not push the last column of all others away.
constexpr std::size_t column_width_max = 48;
constexpr std::string_view path_prefix = "$.";

/// Characters, not bytes, of UTF-8.
std::size_t width_of(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void append_padded(std::string& out, std::string_view text, std::size_t width) {
    out.append(text).append(std::max(width, width_of(text)) - width_of(text) + 2, ' ');
}

}  // namespace

std::vector<ShownSetting> shown_settings(const Outcome& outcome) {
    std::vector<Setting> settings = settings_of(outcome.config);
    std::vector<ShownSetting> shown;
    shown.reserve(settings.size());
    for (Setting& setting : settings) {
        std::string origin = outcome.origins.of(setting.path);
        shown.push_back({std::move(setting.path), std::move(setting.shown), std::move(origin)});
    }
    return shown;
}

std::string describe(const Outcome& outcome) {
    const std::vector<ShownSetting> settings = shown_settings(outcome);
    std::size_t path_width = 0;
    std::size_t value_width = 0;
    for (const ShownSetting& setting : settings) {
        path_width = std::max(path_width, width_of(setting.path) - path_prefix.size());
        value_width = std::max(value_width, width_of(setting.value));
    }
    path_width = std::min(path_width, column_width_max);
    value_width = std::min(value_width, column_width_max);
    std::string text;
    for (const ShownSetting& setting : settings) {
        append_padded(text, std::string_view(setting.path).substr(path_prefix.size()), path_width);
        append_padded(text, setting.value, value_width);
        text.append(setting.origin).append("\n");
    }
    if (!outcome.warnings.empty()) text.append("\n");
    for (const Mistake& warning : outcome.warnings) {
        text.append("warning: ").append(warning.where).append(": ").append(warning.message).append("\n");
    }
    return text;
}

}  // namespace weir::config
