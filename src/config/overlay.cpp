// What environment and flags set above the file.
#include <array>
#include <optional>

#include "config/address.hpp"
#include "config/draft.hpp"
#include "config/limits.hpp"
#include "config/names.hpp"
#include "config/url.hpp"
#include "text/numbers.hpp"

namespace weir::config {

namespace {

constexpr const char* upstream_path = "$.upstreams[0].url";
constexpr const char* state_dir_path = "$.state_dir";

std::int64_t parse_integer(const std::string& text, Range range) {
    const std::optional<std::int64_t> number = text::number_in<std::int64_t>(text);
    if (!number || *number < range.least || *number > range.most) {
        throw Unexpected("expected " + to_string(range));
    }
    return *number;
}

void set_listen(Draft& draft, const std::string& text) {
    draft.config.listen = parse_endpoint(text);
}

void set_admin(Draft& draft, const std::string& text) {
    draft.config.admin_listen = parse_endpoint(text);
}

void set_upstream(Draft& draft, const std::string& text) {
    Upstream& upstream = draft.config.upstreams.front();
    upstream.url = parse_url(text);
    // The default's name would no longer be true.
    if (!draft.origins.contains("$.upstreams[0].name")) upstream.name = "upstream";
}

void set_store(Draft& draft, const std::string& text) {
    draft.config.store = parse_store_url(text);
}

void set_threads(Draft& draft, const std::string& text) {
    draft.config.threads = static_cast<int>(parse_integer(text, {0, 1024}));
}

void set_state_dir(Draft& draft, const std::string& text) {
    draft.config.state_dir = parse_folder_path(text);
}

/// As systemd sets it: of several the first.
void set_first_state_dir(Draft& draft, const std::string& text) {
    set_state_dir(draft, text.substr(0, text.find(':')));
}

void set_log_level(Draft& draft, const std::string& text) {
    draft.config.log_level = parse_log_level(text);
}

template <Dimension dimension>
void set_default_limit(Draft& draft, const std::string& text) {
    LimitSpec spec{dimension, parse_integer(text, {0, limit_max}), minute_us};
    LimitSet& limits = draft.config.tiers.find("default")->second.limits;
    for (const LimitSpec& other : limits) {
        const bool is_same = other.dimension == dimension && other.window_us == minute_us;
        if (is_same) spec.enforced = other.enforced;
    }
    set_limit(limits, spec);
}

/// One setting that stands outside the document; its name there is empty where it has none.
struct Outside {
    const char* variable;
    const char* flag;
    const char* path;
    void (*set)(Draft&, const std::string&);
};

// Of two variables for one setting the later one wins.
constexpr std::array<Outside, 11> settings{{
    {"WEIR_LISTEN", "listen", "$.listen", set_listen},
    {"WEIR_ADMIN", "admin", "$.admin.listen", set_admin},
    {"WEIR_UPSTREAM", "upstream", upstream_path, set_upstream},
    {"WEIR_STORE", "store", "$.store.url", set_store},
    {"STATE_DIRECTORY", "", state_dir_path, set_first_state_dir},
    {"WEIR_STATE_DIR", "state-dir", state_dir_path, set_state_dir},
    {"WEIR_THREADS", "threads", "$.threads", set_threads},
    {"WEIR_LOG_LEVEL", "", "$.log.level", set_log_level},
    {"RPM_LIMIT", "", "$.tiers.default.limits.rpm", set_default_limit<Dimension::requests>},
    {"INPUT_TPM_LIMIT", "", "$.tiers.default.limits.itpm", set_default_limit<Dimension::input_tokens>},
    {"OUTPUT_TPM_LIMIT", "", "$.tiers.default.limits.otpm", set_default_limit<Dimension::output_tokens>},
}};

struct Source {
    std::size_t position;  ///< of mistakes
    std::string where;     ///< "WEIR_LISTEN", "--listen"
    std::string origin;    ///< "environment WEIR_LISTEN", "flag --listen"
};

void apply(Draft& draft, const Outside& setting, const std::string& text, const Source& source) {
    try {
        setting.set(draft, text);
        draft.origins.insert_or_assign(setting.path, source.origin);
    } catch (const Unexpected& unexpected) {
        draft.mistakes.add(source.position, source.where, unexpected.what());
    }
}

}  // namespace

void apply_environment(Draft& draft) {
    for (const Outside& setting : settings) {
        const auto text = variable(draft.sources, setting.variable);
        if (!text) continue;
        const std::string name(setting.variable);
        apply(draft, setting, *text, {Mistakes::in_environment, name, "environment " + name});
    }
}

void apply_flags(Draft& draft) {
    for (const Outside& setting : settings) {
        const auto flag = draft.sources.flags.find(setting.flag);
        if (flag == draft.sources.flags.end()) continue;
        const std::string name = std::string("--").append(setting.flag);
        apply(draft, setting, flag->second, {Mistakes::in_flags, name, "flag " + name});
    }
}

}  // namespace weir::config
