// Which upstreams serve a request. Decided anew for each: what depends on the configuration alone is in the
// index.
#include "policy/index.hpp"
#include "text/ascii.hpp"

namespace weir::policy {

namespace {

/// What Azure's own clients ask for. Other paths below /openai are asked of other servers, too.
constexpr std::string_view azure_paths = "/openai/deployments/";

}  // namespace

Fitting Policy::fit_of(std::size_t upstream, config::Dialect dialect, std::string_view path,
                       std::string_view model) const {
    const config::Upstream& candidate = config_->upstreams[upstream];
    if (!candidate.serves.contains(dialect)) return {Fit::other_dialect, {}};
    const bool is_azures = text::starts_with_ignoring_case(path, azure_paths);
    if (is_azures && index_->knows_no_deployments[upstream]) return {Fit::not_azure, {}};
    // In a path these would name the folder above.
    const bool is_dots = model == "." || model == "..";
    if (is_dots && !candidate.azure_api_version.empty()) return {Fit::other_models, {}};
    if (candidate.models.empty() || model.empty()) return {Fit::serves, {}};
    const config::ServedModels* served = match_model(candidate.models, model);
    return served == nullptr ? Fitting{Fit::other_models, {}} : Fitting{Fit::serves, served->sent_as};
}

Routes Policy::routes_for(config::Dialect dialect, std::string_view path, std::string_view model) const {
    Routes routes;
    for (std::size_t i = 0; i < config_->upstreams.size(); ++i) {
        const Fitting fitting = fit_of(i, dialect, path, model);
        if (fitting.fit == Fit::serves) routes.push_back({i, fitting.sent_as});
    }
    return routes;
}

bool Policy::serves_path(config::Dialect dialect, std::string_view path) const {
    for (std::size_t i = 0; i < config_->upstreams.size(); ++i) {
        if (fit_of(i, dialect, path, {}).fit == Fit::serves) return true;
    }
    return false;
}

}  // namespace weir::policy
