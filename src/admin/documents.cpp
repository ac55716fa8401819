// What has its usual value is left out.
#include "admin/documents.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/durations.hpp"
#include "text/durations.hpp"

namespace weir::admin {

namespace {

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::array<const char*, dimension_count> short_names{"rpm", "itpm", "otpm", "tpm", "max_in_flight"};

/// What holds for those that don't say otherwise. Requests in flight never can.
bool are_enforced(const config::LimitSet& limits) {
    const auto in_flight = std::find_if(limits.begin(), limits.end(), [](const config::LimitSpec& spec) {
        return spec.dimension == Dimension::in_flight;
    });
    if (in_flight != limits.end()) return in_flight->enforced;
    return limits.empty() ||
           std::any_of(limits.begin(), limits.end(), [](const auto& spec) { return spec.enforced; });
}

Json spec_json(const config::LimitSpec& spec, bool usually_enforced) {
    Json json{{"dimension", to_string(spec.dimension)},
              {"limit", spec.limit},
              {"window", text::window_text(spec.window_us)}};
    if (spec.enforced != usually_enforced) json["enforce"] = spec.enforced;
    return json;
}

bool limits_dimension(const Json& limits, Dimension dimension) {
    if (limits.contains(short_names[static_cast<std::size_t>(dimension)])) return true;
    const auto more = limits.find("more");
    if (more == limits.end() || !more->is_array()) return false;
    return std::any_of(more->begin(), more->end(), [&](const Json& spec) {
        return spec.is_object() && spec.value("dimension", Json()) == to_string(dimension);
    });
}

/// `over` replaces the dimensions that it names.
Json limits_over(config::LimitSet limits, const Json& over) {
    std::erase_if(limits,
                  [&](const config::LimitSpec& spec) { return limits_dimension(over, spec.dimension); });
    Json merged = limits_json(limits);
    for (const auto& [name, value] : over.items()) {
        if (name == "more" && value.is_array() && merged.contains("more")) {
            merged["more"].insert(merged["more"].end(), value.begin(), value.end());
        } else {
            merged[name] = value;
        }
    }
    return merged;
}

}  // namespace

Json limits_json(const config::LimitSet& limits) {
    Json json = Json::object();
    const bool enforced = are_enforced(limits);
    Json more = Json::array();
    for (const config::LimitSpec& spec : limits) {
        if (spec.window_us == minute_us && spec.enforced == enforced) {
            json[short_names[static_cast<std::size_t>(spec.dimension)]] = spec.limit;
        } else {
            more.push_back(spec_json(spec, enforced));
        }
    }
    if (!more.empty()) json["more"] = std::move(more);
    if (!enforced) json["enforce"] = false;
    return json;
}

Json tier_json(const config::Tier& tier) {
    const config::Tier usual;
    Json json{{"limits", limits_json(tier.limits)}};
    if (!tier.models.empty()) {
        Json& models = json["models"] = Json::object();
        for (const config::ModelLimits& model : tier.models)
            models[model.pattern] = limits_json(model.limits);
    }
    if (tier.output_default != usual.output_default) json["output_default"] = tier.output_default;
    if (tier.reserve != usual.reserve)
        json["reserve"] = config::reserve_names[static_cast<std::size_t>(tier.reserve)];
    if (tier.reserve_quantile != usual.reserve_quantile) json["reserve_quantile"] = tier.reserve_quantile;
    if (tier.estimate_bound) json["estimate"] = "bound";
    if (tier.cached_input_weight != usual.cached_input_weight) {
        json["cached_input_weight"] = tier.cached_input_weight;
    }
    if (!tier.enforced) json["enforce"] = false;
    if (tier.ceiling != usual.ceiling) json["ceiling"] = tier.ceiling;
    if (tier.max_wait_ms != usual.max_wait_ms) json["max_wait_ms"] = tier.max_wait_ms;
    if (tier.weight != usual.weight) json["weight"] = tier.weight;
    return json;
}

Json group_json(const config::Group& group) {
    return {{"limits", limits_json(group.limits)}};
}

Json key_document(const config::Key* in_file, const std::string* in_layer) {
    const Json kept = in_layer == nullptr ? Json::object() : parse_kept(*in_layer);
    const config::Key nothing;
    const config::Key& base = in_file == nullptr ? nothing : *in_file;
    Json json{{"tier", base.tier},
              {"group", base.group.empty() ? Json() : Json(base.group)},
              {"limits", limits_json(base.limits)},
              {"disabled", base.disabled}};
    if (base.max_wait_ms) json["max_wait_ms"] = *base.max_wait_ms;
    for (const char* name : {"tier", "group", "disabled", "max_wait_ms"}) {
        if (kept.contains(name)) json[name] = kept[name];
    }
    if (kept.contains("limits") && kept["limits"].is_object()) {
        json["limits"] = limits_over(base.limits, kept["limits"]);
    }
    return json;
}

Json masked(Json document) {
    constexpr const char* mask = "(set)";
    if (document.contains("secret_sha256")) document["secret_sha256"] = mask;
    if (document.contains("former_secrets") && document["former_secrets"].is_array()) {
        for (Json& former : document["former_secrets"]) {
            if (former.is_object()) former.erase("secret_sha256");
        }
    }
    return document;
}

}  // namespace weir::admin
