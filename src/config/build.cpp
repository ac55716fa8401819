// From defaults over file and environment to flags.
#include <utility>

#include "config/draft.hpp"
#include "config/files.hpp"
#include "config/json_value.hpp"
#include "config/limits.hpp"
#include "config/url.hpp"

namespace weir::config {

namespace {

void read_document(const std::string& text, Draft& draft) {
    JsonValue document;
    try {
        document = parse_json(text);
    } catch (const Unexpected& unexpected) {
        return draft.mistakes.add(0, "$", unexpected.what());
    }
    const Field whole(document, "", "$", draft.mistakes, draft.origins);
    std::optional<ObjectReader> root = whole.object();
    if (!root) return;
    read_settings(*root, draft);
    root->finish();
}

}  // namespace

void set_defaults(Draft& draft) {
    Config& config = draft.config;
    Upstream upstream;
    upstream.name = "openai";
    upstream.url = parse_url("https://api.openai.com");
    config.upstreams.push_back(std::move(upstream));
    Tier tier;
    tier.name = "default";
    tier.limits = {{Dimension::requests, 10'000, minute_us},
                   {Dimension::input_tokens, 1'000'000, minute_us},
                   {Dimension::output_tokens, 500'000, minute_us}};
    config.tiers.emplace(tier.name, std::move(tier));
    config.log_json = !draft.sources.terminal;
}

Outcome build_config(const Sources& sources) {
    Draft draft{.sources = sources, .config = {}, .origins = {}, .mistakes = {}};
    set_defaults(draft);
    if (sources.file_text) read_document(*sources.file_text, draft);
    apply_environment(draft);
    apply_flags(draft);
    const bool beside_file = draft.config.state_dir.empty() && !sources.file_path.empty();
    if (beside_file) draft.config.state_dir = folder_of(sources.file_path);
    check_listeners(draft);
    resolve_upstreams(draft);
    Outcome outcome{.config = std::move(draft.config),
                    .mistakes = draft.mistakes.in_order(),
                    .warnings = {},
                    .origins = std::move(draft.origins)};
    outcome.origins.share();
    if (outcome.mistakes.empty()) outcome.warnings = warnings_of(outcome.config, outcome.origins);
    return outcome;
}

}  // namespace weir::config
