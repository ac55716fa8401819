// What is right by itself, but surprises whoever wrote it.
#include "config/address.hpp"
#include "config/draft.hpp"
#include "config/json_path.hpp"
#include "config/url.hpp"

namespace weir::config {

namespace {

/// "v1", "v2", "v1beta": what clients' own paths begin with.
bool is_version(std::string_view segment) noexcept {
    return segment.size() > 1 && segment[0] == 'v' && segment[1] >= '0' && segment[1] <= '9';
}

void warn_of_doubled_version(const Upstream& upstream, const std::string& path,
                             std::vector<Mistake>& warnings) {
    const std::string_view base_path = upstream.url.base_path;
    const std::size_t slash = base_path.rfind('/');
    if (slash == std::string_view::npos || !is_version(base_path.substr(slash + 1))) return;
    const std::string version(base_path.substr(slash));
    warnings.push_back({path + ".url", "clients' paths begin with " + version +
                                           " too and are put behind it, so that " + to_string(upstream.url) +
                                           version + "/chat/completions would be asked for; leave " +
                                           version + " out, unless clients do"});
}

}  // namespace

std::vector<Mistake> warnings_of(const Config& config) {
    std::vector<Mistake> warnings;
    const std::string& admin = config.admin_listen.address;
    if (config.admin_token.empty() && !is_loopback(config.admin_listen)) {
        warnings.push_back(
            {"$.admin.listen", admin + " can be reached from other hosts and no token is set: only /healthz "
                                       "and /readyz answer; set admin.token_env"});
    }
    for (std::size_t i = 0; i < config.upstreams.size(); ++i) {
        warn_of_doubled_version(config.upstreams[i], item_path("$.upstreams", i), warnings);
    }
    return warnings;
}

}  // namespace weir::config
