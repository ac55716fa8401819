// What is right by itself, but surprises whoever wrote it.
#include <algorithm>
#include <array>

#include "config/address.hpp"
#include "config/draft.hpp"
#include "config/json_path.hpp"
#include "config/url.hpp"
#include "text/ascii.hpp"

namespace weir::config {

namespace {

/// "v1", "v2", "v1beta": what clients' own paths begin with.
bool is_version(std::string_view segment) noexcept {
    return segment.size() > 1 && segment[0] == 'v' && segment[1] >= '0' && segment[1] <= '9';
}

/// What clients ask for behind a version: Gemini's have letters behind the number.
std::string_view example_behind(std::string_view version) noexcept {
    const bool is_gemini = version.find_first_not_of("0123456789", 2) != std::string_view::npos;
    return is_gemini ? "/models/M:generateContent" : "/chat/completions";
}

/// Where in `base_path` (in lower case) an API's whole path begins, npos: nowhere.
std::size_t begin_of_api_path(std::string_view base_path) noexcept {
    constexpr std::array<std::string_view, 14> apis{"/chat/completions",
                                                    "/completions",
                                                    "/responses",
                                                    "/embeddings",
                                                    "/messages",
                                                    "/images/generations",
                                                    "/audio/transcriptions",
                                                    "/audio/speech",
                                                    "/moderations",
                                                    "/rerank",
                                                    "/models",
                                                    "/api/chat",
                                                    "/api/generate",
                                                    "/api/embed"};
    for (const std::string_view api : apis) {
        if (!base_path.ends_with(api)) continue;
        const std::size_t end = base_path.size() - api.size();
        if (api.starts_with("/api/")) return end;
        const std::size_t slash = base_path.substr(0, end).rfind('/');
        const bool behind_version =
            slash != std::string_view::npos && is_version(base_path.substr(slash + 1, end - slash - 1));
        if (behind_version) return slash;
        if (api == "/chat/completions") return end;
    }
    return std::string_view::npos;
}

void warn_of_doubled_path(const Upstream& upstream, const std::string& path, std::vector<Mistake>& warnings) {
    const std::string base_path = text::to_lower(upstream.url.base_path);
    const auto warn = [&](const std::string& begin, std::string_view rest, const std::string& advice) {
        warnings.push_back({path + ".url", "clients' paths begin with " + begin +
                                               " too and are put behind it, so that " +
                                               to_string(upstream.url) + begin + std::string(rest) +
                                               " would be asked for. Remove " + advice});
    };
    if (const std::size_t api = begin_of_api_path(base_path); api != std::string::npos) {
        return warn(base_path.substr(api), "", upstream.url.base_path.substr(api) + " here.");
    }
    const std::size_t slash = base_path.rfind('/');
    if (slash == std::string::npos || !is_version(std::string_view(base_path).substr(slash + 1))) return;
    const std::string version = base_path.substr(slash);
    warn(version, example_behind(version),
         upstream.url.base_path.substr(slash) + " here, unless clients leave it out of their paths.");
}

/// Only where it was meant otherwise: the default may well be above a small limit.
void warn_of_large_default(const Tier& tier, std::vector<Mistake>& warnings) {
    if (tier.output_default == Tier{}.output_default) return;
    std::int64_t tightest = tier.output_default;
    for (const LimitSpec& spec : tier.limits) {
        const bool counts = spec.dimension == Dimension::output_tokens && spec.limit > 0;
        if (counts) tightest = std::min(tightest, spec.limit);
    }
    if (tightest == tier.output_default) return;
    warnings.push_back({member_path("$.tiers", tier.name) + ".output_default",
                        std::to_string(tier.output_default) +
                            " is above the tier's own output limit: no more than " +
                            std::to_string(tightest) + " tokens are reserved"});
}

void warn_of_no_limit(const Tier& tier, std::vector<Mistake>& warnings) {
    const auto limits_something = [](const ModelLimits& model) { return !model.limits.empty(); };
    if (!tier.limits.empty()) return;
    if (std::any_of(tier.models.begin(), tier.models.end(), limits_something)) return;
    warnings.push_back({member_path("$.tiers", tier.name) + ".limits",
                        "the tier has no limits: keys in it are bounded by limits of their own, of their "
                        "group and of the upstream alone"});
}

/// What can be guessed will be: a wrong token is told to wait, but a right one is always served.
void warn_of_short_tokens(const Config& config, std::vector<Mistake>& warnings) {
    constexpr std::size_t short_below = 20;
    for (const AdminToken& token : config.admin_tokens) {
        if (token.secret.size() >= short_below) continue;
        warnings.push_back({"$.admin", "the token \"" + token.name +
                                           "\" has fewer than 20 characters and could be guessed; openssl "
                                           "rand -hex 32 makes one that can't"});
    }
}

}  // namespace

std::vector<Mistake> warnings_of(const Config& config, const Origins& origins) {
    std::vector<Mistake> warnings;
    const std::string& admin = config.admin_listen.address;
    if (config.admin_tokens.empty() && !is_loopback(config.admin_listen)) {
        warnings.push_back(
            {"$.admin.listen", admin + " can be reached from other hosts and no token is set: only /healthz "
                                       "and /readyz answer; set admin.token_env"});
    }
    warn_of_short_tokens(config, warnings);
    const bool accepts_unknown =
        config.unknown_keys == UnknownKeys::default_tier && !origins.contains("$.unknown_keys");
    if (accepts_unknown && !config.keys.empty()) {
        warnings.push_back({"$.unknown_keys",
                            "keys that are not configured are accepted too, with the limits of the default "
                            "tier; \"reject\" turns them away, \"default_tier\" says that this is meant"});
    }
    for (std::size_t i = 0; i < config.upstreams.size(); ++i) {
        warn_of_doubled_path(config.upstreams[i], item_path("$.upstreams", i), warnings);
    }
    warn_of_upstreams(config, warnings);
    for (const auto& [name, tier] : config.tiers) {
        warn_of_no_limit(tier, warnings);
        warn_of_large_default(tier, warnings);
    }
    return warnings;
}

}  // namespace weir::config
