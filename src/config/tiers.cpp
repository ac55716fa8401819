// Tiers with their models, and groups.
#include <algorithm>

#include "config/draft.hpp"
#include "config/limits.hpp"
#include "config/names.hpp"
#include "config/objects.hpp"

namespace weir::config {

namespace {

constexpr Range output_default_range{0, amount_max};

/// Tells at the field where its name is none.
template <typename Check>
void check_own_name(const Field& field, Check check) {
    try {
        check(field.name());
    } catch (const Unexpected& unexpected) {
        field.refuse(unexpected.what());
    }
}

std::vector<ModelLimits> read_models(const Field& field) {
    std::vector<ModelLimits> models;
    const std::optional<ObjectReader> object = field.object();
    if (!object) return models;
    for (const Field& model : object->members()) {
        check_own_name(model, check_model_pattern);
        const auto same = std::find_if(models.begin(), models.end(), [&](const ModelLimits& other) {
            return is_same_pattern(other.pattern, model.name()) && other.pattern != model.name();
        });
        if (same != models.end()) {
            model.refuse("expected another pattern: it is the same as \"" + same->pattern +
                         "\", for models are compared without case and outer blanks");
        }
        models.push_back({model.name(), read_limits(model)});
    }
    return models;
}

}  // namespace

Tier read_tier(const Field& field) {
    Tier tier;
    tier.name = field.name();
    check_own_name(field, check_name);
    std::optional<ObjectReader> object = field.object();
    if (!object) return tier;
    if (const auto limits = object->field("limits")) tier.limits = read_limits(*limits);
    if (const auto models = object->field("models")) tier.models = read_models(*models);
    object->integer("output_default", output_default_range, tier.output_default);
    if (const auto reserve = object->field("reserve")) {
        const auto choice = reserve->choice({"output_default", "max_tokens"});
        if (choice == std::size_t{1}) tier.reserve = Reserve::max_tokens;
    }
    if (const auto estimate = object->field("estimate")) {
        tier.estimate_bound = estimate->choice({"fitted", "bound"}) == std::size_t{1};
    }
    if (const auto weight = object->field("cached_input_weight")) {
        tier.cached_input_weight = weight->number(0, 1).value_or(tier.cached_input_weight);
    }
    object->boolean("enforce", tier.enforced);
    object->finish();
    return tier;
}

Group read_group(const Field& field) {
    Group group;
    group.name = field.name();
    check_own_name(field, check_name);
    std::optional<ObjectReader> object = field.object();
    if (!object) return group;
    if (const auto limits = object->field("limits")) group.limits = read_limits(*limits);
    object->finish();
    return group;
}

void read_tiers(ObjectReader& root, Draft& draft) {
    const std::optional<Field> field = root.field("tiers");
    if (!field) return;
    const std::optional<ObjectReader> object = field->object();
    if (!object) return;
    for (const Field& tier : object->members()) {
        draft.config.tiers.insert_or_assign(tier.name(), read_tier(tier));
    }
}

void read_groups(ObjectReader& root, Draft& draft) {
    const std::optional<Field> field = root.field("groups");
    if (!field) return;
    const std::optional<ObjectReader> object = field->object();
    if (!object) return;
    for (const Field& member : object->members()) {
        draft.config.groups.insert_or_assign(member.name(), read_group(member));
    }
}

}  // namespace weir::config
