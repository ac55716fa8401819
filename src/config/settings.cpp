// One walk over everything that a configuration holds.
#include "config/settings.hpp"

#include <array>
#include <charconv>

#include "config/address.hpp"
#include "config/json_path.hpp"
#include "config/limits.hpp"
#include "config/names.hpp"
#include "config/times.hpp"
#include "config/url.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"
#include "text/times.hpp"

namespace weir::config {

namespace {

using Settings = std::vector<Setting>;

constexpr const char* masked = "(set, ";

std::string set_text(const std::string& secret, const char* otherwise) {
    if (secret.empty()) return otherwise;
    return masked + std::to_string(secret.size()) + (secret.size() == 1 ? " character)" : " characters)");
}

const char* text_of(bool value) noexcept {
    return value ? "true" : "false";
}

std::string text_of(double number) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

void add(Settings& settings, std::string path, std::string shown, std::string secret = {}) {
    settings.push_back({std::move(path), std::move(shown), std::move(secret)});
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

void add_admin_tokens(Settings& settings, const Config& config) {
    std::size_t index = 0;
    std::string token;  // of token_env
    for (const AdminToken& each : config.admin_tokens) {
        if (each.name == admin_token_name) token = each.secret;
    }
    add(settings, "$.admin.token", set_text(token, "(none)"), token);
    for (const AdminToken& each : config.admin_tokens) {
        if (each.name == admin_token_name) continue;
        const std::string path = item_path("$.admin.tokens", index++);
        add(settings, path + ".name", each.name);
        add(settings, path + ".token", set_text(each.secret, "(none)"), each.secret);
        add(settings, path + ".access", each.may_write ? "write" : "read");
    }
}

void add_listeners(Settings& settings, const Config& config) {
    add(settings, "$.listen", to_string(config.listen));
    add(settings, "$.admin.listen", to_string(config.admin_listen));
    add_admin_tokens(settings, config);
    add(settings, "$.state_dir", config.state_dir.empty() ? "(none)" : config.state_dir);
    add(settings, "$.threads", config.threads == 0 ? "0 (one a core)" : std::to_string(config.threads));
    add(settings, "$.tls.cert_file", config.tls_cert_file.empty() ? "(none)" : config.tls_cert_file);
    add(settings, "$.tls.key_file", config.tls_key_file.empty() ? "(none)" : config.tls_key_file);
}

void add_store(Settings& settings, const Config& config) {
    constexpr std::array<const char*, 3> policies{"local", "open", "closed"};
    add(settings, "$.store.url", to_masked_string(config.store), config.store.password);
    add(settings, "$.store.timeout_ms", std::to_string(config.store_timeout_ms));
    add(settings, "$.store.on_failure", policies[static_cast<std::size_t>(config.on_failure)]);
    add(settings, "$.store.max_ledgers", std::to_string(config.store_max_ledgers));
    add(settings, "$.cluster.nodes",
        config.cluster_nodes == 0 ? "0 (from heartbeats)" : std::to_string(config.cluster_nodes));
}

bool may_hold_secret(const std::string& header) {
    if (is_credential_header(header)) return true;
    for (const char* part : {"key", "token", "secret", "auth", "cookie", "password"}) {
        if (text::contains_ignoring_case(header, part)) return true;
    }
    return false;
}

void add_upstreams(Settings& settings, const std::vector<Upstream>& upstreams) {
    constexpr std::array<const char*, 5> key_headers{"auto", "authorization", "x-api-key", "api-key",
                                                     "x-goog-api-key"};
    for (std::size_t i = 0; i < upstreams.size(); ++i) {
        const Upstream& upstream = upstreams[i];
        const std::string path = item_path("$.upstreams", i);
        add(settings, path + ".name", upstream.name);
        add(settings, path + ".url", to_string(upstream.url));
        add(settings, path + ".api_key", set_text(upstream.api_key, "(the caller's own)"), upstream.api_key);
        add(settings, path + ".key_header", key_headers[static_cast<std::size_t>(upstream.key_header)]);
        add(settings, path + ".ask_for_usage",
            upstream.ask_for_usage == AskForUsage::never ? "never" : "auto");
        add_limits(settings, path + ".limits", upstream.limits);
        for (const auto& [name, value] : upstream.headers) {
            const bool is_secret = may_hold_secret(name);
            add(settings, member_path(path + ".headers", name), is_secret ? set_text(value, "") : value,
                is_secret ? value : "");
        }
    }
}

void add_tiers(Settings& settings, const Config& config) {
    for (const auto& [name, tier] : config.tiers) {
        const std::string path = member_path("$.tiers", name);
        add_limits(settings, path + ".limits", tier.limits, tier.enforced);
        for (const ModelLimits& model : tier.models) {
            add_limits(settings, member_path(path + ".models", model.pattern), model.limits, tier.enforced);
        }
        add(settings, path + ".enforce", text_of(tier.enforced));
        add(settings, path + ".output_default", std::to_string(tier.output_default));
        add(settings, path + ".reserve",
            tier.reserve == Reserve::max_tokens ? "max_tokens" : "output_default");
        add(settings, path + ".estimate", tier.estimate_bound ? "bound" : "fitted");
        add(settings, path + ".cached_input_weight", text_of(tier.cached_input_weight));
    }
    for (const auto& [name, group] : config.groups) {
        add_limits(settings, member_path("$.groups", name) + ".limits", group.limits);
    }
}

std::string short_hex(const Sha256& digest) {
    constexpr std::size_t shown_bytes = 4;
    return text::to_hex(std::span(digest).first<shown_bytes>()) + "…";
}

void add_keys(Settings& settings, const Config& config) {
    for (std::size_t i = 0; i < config.keys.size(); ++i) {
        const Key& key = config.keys[i];
        const std::string path = item_path("$.keys", i);
        add(settings, path + ".id", key.id);
        add(settings, path + ".secret_sha256", short_hex(key.secret_sha256), text::to_hex(key.secret_sha256));
        add(settings, path + ".tier", key.tier);
        add(settings, path + ".group", key.group.empty() ? "(none)" : key.group);
        const auto tier = config.tiers.find(key.tier);
        const bool enforced = tier == config.tiers.end() || tier->second.enforced;
        if (!key.limits.empty()) add_limits(settings, path + ".limits", key.limits, enforced);
        if (key.disabled) add(settings, path + ".disabled", "true");
        for (std::size_t j = 0; j < key.former_secrets.size(); ++j) {
            const FormerSecret& former = key.former_secrets[j];
            add(settings, item_path(path + ".former_secrets", j),
                short_hex(former.sha256) + " until " + text::rfc3339(former.until_us),
                text::to_hex(former.sha256));
        }
    }
}

void add_list(Settings& settings, const char* path, const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) text.append(text.empty() ? "" : ", ").append(item);
    add(settings, path, text.empty() ? "(none)" : text);
}

void add_paths_and_origins(Settings& settings, const Config& config) {
    add(settings, "$.other_paths", config.other_paths == OtherPaths::reject ? "reject" : "pass");
    if (!config.other_paths_allow.empty()) {
        add_list(settings, "$.other_paths.allow", config.other_paths_allow);
    }
    add_list(settings, "$.cors.allowed_origins", config.cors.allowed_origins);
    if (config.cors.allowed_origins.empty()) return;
    add_list(settings, "$.cors.allowed_headers_more", config.cors.allowed_headers_more);
    add(settings, "$.cors.max_age_s", std::to_string(config.cors.max_age_s));
}

void add_bounds(Settings& settings, const Config& config) {
    const WeirLimits& limits = config.limits_of_weir;
    const Timeouts& timeouts = config.timeouts;
    const std::pair<const char*, std::int64_t> numbers[]{
        {"$.limits_of_weir.max_body_bytes", limits.max_body_bytes},
        {"$.limits_of_weir.max_buffered_bytes", limits.max_buffered_bytes},
        {"$.limits_of_weir.max_header_bytes", limits.max_header_bytes},
        {"$.limits_of_weir.max_header_fields", limits.max_header_fields},
        {"$.limits_of_weir.max_connections", limits.max_connections},
        {"$.timeouts_ms.header", timeouts.header_ms},
        {"$.timeouts_ms.body", timeouts.body_ms},
        {"$.timeouts_ms.idle", timeouts.idle_ms},
        {"$.timeouts_ms.connect", timeouts.connect_ms},
        {"$.timeouts_ms.first_byte", timeouts.first_byte_ms},
        {"$.timeouts_ms.between_bytes", timeouts.between_bytes_ms},
        {"$.timeouts_ms.write", timeouts.write_ms},
        {"$.timeouts_ms.drain", timeouts.drain_ms},
    };
    for (const auto& [path, number] : numbers) add(settings, path, std::to_string(number));
}

}  // namespace

std::vector<Setting> settings_of(const Config& config, Keys keys) {
    Settings settings;
    add_listeners(settings, config);
    add_store(settings, config);
    add_upstreams(settings, config.upstreams);
    add_tiers(settings, config);
    if (keys == Keys::with) add_keys(settings, config);
    add(settings, "$.unknown_keys", config.unknown_keys == UnknownKeys::reject ? "reject" : "default_tier");
    add_paths_and_origins(settings, config);
    add_bounds(settings, config);
    add(settings, "$.log.level", config.log_level);
    add(settings, "$.log.format", config.log_json ? "json" : "text");
    add(settings, "$.log.access", text_of(config.log_access));
    return settings;
}

}  // namespace weir::config
