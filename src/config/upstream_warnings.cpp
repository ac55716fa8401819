// What several upstreams together mean, and hardly anybody means.
#include <algorithm>
#include <map>

#include "config/draft.hpp"
#include "config/json_path.hpp"
#include "config/providers.hpp"

namespace weir::config {

namespace {

void warn_of_passed_keys(const std::vector<Upstream>& upstreams, std::vector<Mistake>& warnings) {
    if (std::none_of(upstreams.begin(), upstreams.end(), has_own_key)) return;
    for (std::size_t i = 0; i < upstreams.size(); ++i) {
        if (has_own_key(upstreams[i])) continue;
        warnings.push_back({item_path("$.upstreams", i),
                            "gets the keys that callers send to weir, while other upstreams get keys of "
                            "weir's own: callers' keys reach several providers. Set api_key_env, to a "
                            "placeholder where " +
                                upstreams[i].name + " needs no key."});
    }
}

void warn_of_no_weight(const std::vector<Upstream>& upstreams, std::vector<Mistake>& warnings) {
    std::map<std::int64_t, std::int64_t> weights;  // by priority
    for (const Upstream& upstream : upstreams) weights[upstream.priority] += upstream.weight;
    for (std::size_t i = 0; i < upstreams.size(); ++i) {
        const auto weight = weights.find(upstreams[i].priority);
        if (weight == weights.end() || weight->second > 0) continue;
        warnings.push_back({item_path("$.upstreams", i) + ".weight",
                            "all upstreams of priority " + std::to_string(weight->first) +
                                " have weight 0, so they get requests all the same. Give one of them a "
                                "weight, or remove those that shall get none."});
        weights.erase(weight);
    }
}

}  // namespace

void warn_of_upstreams(const Config& config, std::vector<Mistake>& warnings) {
    warn_of_passed_keys(config.upstreams, warnings);
    warn_of_no_weight(config.upstreams, warnings);
}

}  // namespace weir::config
