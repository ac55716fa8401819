// A walk over the rows, and how what is no scalar is shown.
#include "config/settings.hpp"

#include "config/json_path.hpp"
#include "config/limits.hpp"
#include "config/names.hpp"
#include "config/setting_parts.hpp"
#include "config/setting_reader.hpp"
#include "config/setting_tables.hpp"
#include "config/times.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"
#include "text/times.hpp"

namespace weir::config {

namespace {

constexpr const char* masked = "(set, ";

std::string set_text(const std::string& secret, const char* otherwise) {
    if (secret.empty()) return otherwise;
    return masked + std::to_string(secret.size()) + (secret.size() == 1 ? " character)" : " characters)");
}

void add(Settings& settings, std::string path, std::string shown, std::string secret = {}) {
    settings.push_back({.path = std::move(path), .shown = std::move(shown), .secret = std::move(secret)});
}

/// Without limits it may still matter that something is there: a model without any takes precedence over `*`.
void add_limits(Settings& settings, const std::string& parent, const LimitSet& limits, bool enforced = true) {
    if (limits.empty()) add(settings, parent, "(not limited)");
    for (const LimitSpec& spec : limits) {
        const bool is_shadow = !enforced || !spec.enforced;
        add(settings, limit_path(parent, spec),
            (spec.limit == 0 ? "0 (blocked)" : std::to_string(spec.limit)) + (is_shadow ? " (shadow)" : ""));
    }
}

bool may_hold_secret(const std::string& header) {
    if (is_credential_header(header)) return true;
    for (const char* part : {"key", "token", "secret", "auth", "cookie", "password"}) {
        if (text::contains_ignoring_case(header, part)) return true;
    }
    return false;
}

std::string short_hex(const Sha256& digest) {
    constexpr std::size_t shown_bytes = 4;
    return text::to_hex(std::span(digest).first<shown_bytes>()) + "…";
}

}  // namespace

void show_admin_tokens(Settings& settings, const std::string& parent, const Config& config) {
    std::string token;  // of token_env
    for (const AdminToken& each : config.admin_tokens) {
        if (each.name == admin_token_name) token = each.secret;
    }
    add(settings, parent + ".admin.token", set_text(token, "(none)"), token);
    std::size_t index = 0;
    for (const AdminToken& each : config.admin_tokens) {
        if (each.name == admin_token_name) continue;
        show_rows(settings, item_path(parent + ".admin.tokens", index++), admin_token_rows(), each);
    }
}

void show_token(Settings& settings, const std::string& parent, const AdminToken& token) {
    add(settings, parent + ".token", set_text(token.secret, "(none)"), token.secret);
}

void show_upstreams(Settings& settings, const std::string& parent, const Config& config) {
    for (std::size_t i = 0; i < config.upstreams.size(); ++i) {
        show_rows(settings, item_path(parent + ".upstreams", i), upstream_rows(), config.upstreams[i]);
    }
}

void show_api_key(Settings& settings, const std::string& parent, const Upstream& upstream) {
    add(settings, parent + ".api_key", set_text(upstream.api_key, "(the caller's own)"), upstream.api_key);
}

void show_upstream_limits(Settings& settings, const std::string& parent, const Upstream& upstream) {
    add_limits(settings, parent + ".limits", upstream.limits);
}

void show_headers(Settings& settings, const std::string& parent, const Upstream& upstream) {
    for (const auto& [name, value] : upstream.headers) {
        const bool is_secret = may_hold_secret(name);
        add(settings, member_path(parent + ".headers", name), is_secret ? set_text(value, "") : value,
            is_secret ? value : "");
    }
}

void show_tiers(Settings& settings, const std::string& parent, const Config& config) {
    for (const auto& [name, tier] : config.tiers) {
        show_rows(settings, member_path(parent + ".tiers", name), tier_rows(), tier);
    }
}

void show_tier_limits(Settings& settings, const std::string& parent, const Tier& tier) {
    add_limits(settings, parent + ".limits", tier.limits, tier.enforced);
}

void show_models(Settings& settings, const std::string& parent, const Tier& tier) {
    for (const ModelLimits& model : tier.models) {
        add_limits(settings, member_path(parent + ".models", model.pattern), model.limits, tier.enforced);
    }
}

void show_groups(Settings& settings, const std::string& parent, const Config& config) {
    for (const auto& [name, group] : config.groups) {
        show_rows(settings, member_path(parent + ".groups", name), group_rows(), group);
    }
}

void show_group_limits(Settings& settings, const std::string& parent, const Group& group) {
    add_limits(settings, parent + ".limits", group.limits);
}

void show_keys(Settings& settings, const std::string& parent, const Config& config) {
    for (std::size_t i = 0; i < config.keys.size(); ++i) {
        const Key& key = config.keys[i];
        const std::string path = item_path(parent + ".keys", i);
        add(settings, path + ".id", key.id);
        add(settings, path + ".secret_sha256", short_hex(key.secret_sha256), text::to_hex(key.secret_sha256));
        add(settings, path + ".tier", key.tier);
        add(settings, path + ".group", key.group.empty() ? "(none)" : key.group);
        const auto tier = config.tiers.find(key.tier);
        const bool enforced = tier == config.tiers.end() || tier->second.enforced;
        if (!key.limits.empty()) add_limits(settings, path + ".limits", key.limits, enforced);
        if (key.disabled) add(settings, path + ".disabled", "true");
        if (key.max_wait_ms) add(settings, path + ".max_wait_ms", std::to_string(*key.max_wait_ms));
        for (std::size_t j = 0; j < key.former_secrets.size(); ++j) {
            const FormerSecret& former = key.former_secrets[j];
            add(settings, item_path(path + ".former_secrets", j),
                short_hex(former.sha256) + " until " + text::rfc3339(former.until_us),
                text::to_hex(former.sha256));
        }
    }
}

void show_unknown_keys(Settings& settings, const std::string& parent, const Config& config) {
    add(settings, parent + ".unknown_keys",
        std::string(unknown_keys_names[static_cast<std::size_t>(config.unknown_keys)]));
}

void show_other_paths(Settings& settings, const std::string& parent, const Config& config) {
    add(settings, parent + ".other_paths",
        std::string(other_paths_names[static_cast<std::size_t>(config.other_paths)]));
    if (config.other_paths_allow.empty()) return;
    add(settings, parent + ".other_paths.allow", joined(config.other_paths_allow));
}

std::vector<Setting> settings_of(const Config& config, Keys keys) {
    Settings settings;
    for (const SettingRow<Config>& row : config_rows()) {
        if (row.name == "keys" && keys == Keys::without) continue;
        show_row(settings, "$", row, config);
    }
    return settings;
}

}  // namespace weir::config
