// A configuration in the making, and the sections that fill it in.
#pragma once

#include <array>
#include <string_view>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/mistakes.hpp"

namespace weir::config {

struct Draft {
    const Sources& sources;
    Config config;
    Origins origins;
    Mistakes mistakes;
    bool injects_key = false;     ///< the upstream gets a key of weir's own, or was meant to
    bool allows_unknown = false;  ///< allow_unknown_with_injected_key
};

/// What holds without a file.
void set_defaults(Draft& draft);

/// All of the document, by the rows of setting_tables.cpp and in their order.
void read_settings(ObjectReader& root, Draft& draft);

// Parts of the document that are no scalars. Some look at what another read: keys at tiers and groups,
// unknown_keys at upstreams.
void read_admin_tokens(ObjectReader& admin, Draft& draft);  // token_env and tokens
void read_upstreams(ObjectReader& root, Draft& draft);
void read_tiers(ObjectReader& root, Draft& draft);
void read_groups(ObjectReader& root, Draft& draft);
void read_keys(ObjectReader& root, Draft& draft);
void read_allow_unknown(ObjectReader& root, Draft& draft);  // allow_unknown_with_injected_key
void read_unknown_keys(ObjectReader& root, Draft& draft);
void read_other_paths(ObjectReader& root, Draft& draft);

inline constexpr std::array<std::string_view, 2> unknown_keys_names{"reject", "default_tier"};
inline constexpr std::array<std::string_view, 2> other_paths_names{"pass", "reject"};

/// What the environment sets, and above it what the flags set.
void apply_environment(Draft& draft);
void apply_flags(Draft& draft);

/// Decides what is not said of upstreams: how each gets its key, whose paths it serves, how long weir waits.
/// Comes last: a flag may name the first one's URL.
void resolve_upstreams(Draft& draft);

/// Comes after the flags, which may name both.
void check_listeners(Draft& draft);

/// What is right and hardly meant. `origins` tell what was said and what is so by default.
std::vector<Mistake> warnings_of(const Config& config, const Origins& origins);

/// Appends those about several upstreams together.
void warn_of_upstreams(const Config& config, std::vector<Mistake>& warnings);

/// "warn" becomes "warning". Throws Unexpected.
std::string parse_log_level(const std::string& text);

/// nullopt where the variable is unset or empty.
std::optional<std::string> variable(const Sources& sources, const std::string& name);
// The secret that a field points at. Mistakes are told at the field; the secret's origin is set at `path`.
std::optional<std::string> secret_in_variable(const Field& field, Draft& draft, const std::string& path);
std::optional<std::string> secret_in_file(const Field& field, Draft& draft, const std::string& path);

}  // namespace weir::config
