// Tiers with their models, and groups.
#include <algorithm>

#include "config/draft.hpp"
#include "config/limits.hpp"
#include "config/names.hpp"
#include "config/objects.hpp"
#include "config/setting_parts.hpp"
#include "config/setting_reader.hpp"
#include "config/setting_tables.hpp"

namespace weir::config {

namespace {

/// Tells at the field where its name is none.
template <typename Check>
void check_own_name(const Field& field, Check check) {
    try {
        check(field.name());
    } catch (const Unexpected& unexpected) {
        field.refuse(unexpected.what());
    }
}

}  // namespace

void read_models(ObjectReader& parent, Tier& tier, Draft*) {
    const std::optional<Field> field = parent.field("models");
    if (!field) return;
    const std::optional<ObjectReader> object = field->object();
    if (!object) return;
    for (const Field& model : object->members()) {
        check_own_name(model, check_model_pattern);
        const auto same = std::find_if(tier.models.begin(), tier.models.end(), [&](const ModelLimits& other) {
            return is_same_pattern(other.pattern, model.name()) && other.pattern != model.name();
        });
        if (same != tier.models.end()) {
            model.refuse("expected another pattern: it is the same as \"" + same->pattern +
                         "\", for models are compared without case and outer blanks");
        }
        tier.models.push_back({model.name(), read_limits(model)});
    }
}

Tier read_tier(const Field& field) {
    Tier tier;
    tier.name = field.name();
    check_own_name(field, check_name);
    std::optional<ObjectReader> object = field.object();
    if (!object) return tier;
    read_rows(*object, tier_rows(), tier);
    object->finish();
    return tier;
}

Group read_group(const Field& field) {
    Group group;
    group.name = field.name();
    check_own_name(field, check_name);
    std::optional<ObjectReader> object = field.object();
    if (!object) return group;
    read_rows(*object, group_rows(), group);
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
