// The table, and how it is applied.
#include "config/overlay.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "config/draft.hpp"
#include "config/limits.hpp"
#include "config/names.hpp"
#include "config/setting_tables.hpp"
#include "config/url.hpp"
#include "text/numbers.hpp"

namespace weir::config {

namespace {

std::int64_t parse_integer(const std::string& text, Range range) {
    const std::optional<std::int64_t> number = text::number_in<std::int64_t>(text);
    if (!number || *number < range.least || *number > range.most) {
        throw Unexpected("expected " + to_string(range));
    }
    return *number;
}

void set_upstream(Draft& draft, const std::string& text) {
    Upstream& upstream = draft.config.upstreams.front();
    upstream.url = parse_url(text);
    // The default's name would no longer be true.
    if (!draft.origins.contains("$.upstreams[0].name")) upstream.name = "upstream";
}

/// As systemd sets it: of several the first.
void set_first_state_dir(Draft& draft, const std::string& text) {
    draft.config.state_dir = parse_folder_path(text.substr(0, text.find(':')));
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

constexpr Overlay table[] = {
    {"listen", "WEIR_LISTEN", "listen", "ADDR:PORT", "Where clients connect"},
    {"admin.listen", "WEIR_ADMIN", "admin", "ADDR:PORT",
     "Where the page, the admin API, metrics and health checks are served"},
    {"upstreams[0].url", "WEIR_UPSTREAM", "upstream", "URL", "The provider", set_upstream},
    {"store.url", "WEIR_STORE", "store", "URL",
     "memory, or redis://, rediss://, unix://, sentinel://, cluster://"},
    {"threads", "WEIR_THREADS", "threads", "N", "io threads; 0: one a core"},
    {.path = "state_dir", .variable = "STATE_DIRECTORY", .set = set_first_state_dir},
    {"state_dir", "WEIR_STATE_DIR", "state-dir", "DIR",
     "Where this node keeps what is changed at run time, and usage"},
    {"log.level", "WEIR_LOG_LEVEL"},
    {.path = "tiers.default.limits.rpm",
     .variable = "RPM_LIMIT",
     .set = set_default_limit<Dimension::requests>},
    {.path = "tiers.default.limits.itpm",
     .variable = "INPUT_TPM_LIMIT",
     .set = set_default_limit<Dimension::input_tokens>},
    {.path = "tiers.default.limits.otpm",
     .variable = "OUTPUT_TPM_LIMIT",
     .set = set_default_limit<Dimension::output_tokens>},
};

/// By the setting's own row.
void set_by_row(Config& config, std::string_view path, const std::string& text) {
    const SettingRow<Config>* row = find_row(config_rows(), path);
    if (row == nullptr) throw std::logic_error("an overlay of no setting");
    if (const auto* kind = std::get_if<Text<Config>>(&row->value.kind)) return kind->set(config, text);
    if (const auto* kind = std::get_if<Integer<Config>>(&row->value.kind))
        return kind->set(config, parse_integer(text, kind->range));
    throw std::logic_error("an overlay of a setting that has no text");
}

struct Source {
    std::size_t position;  ///< of mistakes
    std::string where;     ///< "WEIR_LISTEN", "--listen"
    std::string origin;    ///< "environment WEIR_LISTEN", "flag --listen"
};

void apply(Draft& draft, const Overlay& overlay, const std::string& text, const Source& source) {
    try {
        if (overlay.set != nullptr) {
            overlay.set(draft, text);
        } else {
            set_by_row(draft.config, overlay.path, text);
        }
        draft.origins.insert_or_assign("$." + std::string(overlay.path), source.origin);
    } catch (const Unexpected& unexpected) {
        draft.mistakes.add(source.position, source.where, unexpected.what());
    }
}

}  // namespace

std::span<const Overlay> overlays() {
    return table;
}

void apply_environment(Draft& draft) {
    for (const Overlay& overlay : table) {
        const std::string name(overlay.variable);
        const auto text = variable(draft.sources, name);
        if (text) apply(draft, overlay, *text, {Mistakes::in_environment, name, "environment " + name});
    }
}

void apply_flags(Draft& draft) {
    for (const Overlay& overlay : table) {
        const auto flag = draft.sources.flags.find(std::string(overlay.flag));
        if (overlay.flag.empty() || flag == draft.sources.flags.end()) continue;
        const std::string name = "--" + std::string(overlay.flag);
        apply(draft, overlay, flag->second, {Mistakes::in_flags, name, "flag " + name});
    }
}

}  // namespace weir::config
