// All settings, one row each. To add one: a member where it is kept, with its default, and a row here; a
// variable or a flag for it is a row in overlay.cpp.
#pragma once

#include <span>

#include "config/objects.hpp"
#include "config/setting_row.hpp"

namespace weir::config {

// Rows of the same object ("store" of the document, "tls" of an upstream) stand together.
/// Of the document itself.
std::span<const SettingRow<Config>> config_rows();
std::span<const SettingRow<AdminToken>> admin_token_rows();
std::span<const SettingRow<Upstream>> upstream_rows();
std::span<const SettingRow<Tier>> tier_rows();
std::span<const SettingRow<Group>> group_rows();
/// Of keys in the file and in the runtime layer.
std::span<const SettingRow<KeyParts>> key_rows();

/// nullptr: there is none. `name`: "store.timeout_ms".
constexpr const SettingRow<Config>* find_row(std::span<const SettingRow<Config>> rows,
                                             std::string_view name) {
    for (const SettingRow<Config>& row : rows) {
        if (row.name == name) return &row;
    }
    return nullptr;
}

}  // namespace weir::config
