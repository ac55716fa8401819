// Keys, and what they refer to.
#include <algorithm>
#include <unordered_map>

#include "config/draft.hpp"
#include "config/json_path.hpp"
#include "config/limits.hpp"
#include "config/names.hpp"
#include "config/objects.hpp"
#include "config/setting_parts.hpp"
#include "config/setting_reader.hpp"
#include "config/setting_tables.hpp"
#include "config/times.hpp"

namespace weir::config {

namespace {

/// Ids and secrets so far, and the index of the key that has them.
struct Taken {
    std::unordered_map<std::string, std::size_t> ids;
    std::unordered_map<Sha256, std::size_t, Sha256Hash> secrets;
};

template <typename Value, typename Map>
void expect_own(const Field& field, const Value& value, std::size_t index, Map& taken) {
    const auto [other, is_new] = taken.emplace(value, index);
    if (!is_new) {
        field.refuse("expected one of its own: " + item_path("$.keys", other->second) + " has the same");
    }
}

/// Tells where the object names something that does not exist.
template <typename Named>
void expect_existing(ObjectReader& object, const char* kind, const std::optional<std::string>& name,
                     const Named& existing) {
    if (!name || existing.contains(*name)) return;
    if (const auto field = object.field(kind)) field->refuse(no_such(kind, *name, existing));
}

FormerSecret read_former_secret(const Field& field) {
    FormerSecret former;
    std::optional<ObjectReader> object = field.object();
    if (!object) return former;
    if (const auto secret = object->required("secret_sha256", secret_expected)) {
        former.sha256 = secret->parsed(parse_sha256).value_or(Sha256{});
    }
    if (const auto until = object->required("until", R"(a time such as "2026-11-26T18:00:00Z")")) {
        former.until_us = until->parsed(parse_timestamp_us).value_or(0);
    }
    object->finish();
    field.set_origin(field.path());
    return former;
}

Key read_key(const Field& field, std::size_t index, const Config& config, Taken& taken) {
    Key key;
    std::optional<ObjectReader> object = field.object();
    if (!object) return key;
    if (const auto id = object->required("id", "a name of 1 to 128 characters")) {
        if (const auto name = id->parsed(parse_name)) {
            key.id = *name;
            expect_own(*id, key.id, index, taken.ids);
        }
    }
    KeyParts parts = read_key_parts(*object);
    const auto secret = object->required("secret_sha256", secret_expected);
    if (secret && parts.secret_sha256) {
        key.secret_sha256 = *parts.secret_sha256;
        expect_own(*secret, key.secret_sha256, index, taken.secrets);
    }
    expect_existing(*object, "tier", parts.tier, config.tiers);
    if (parts.group != "") expect_existing(*object, "group", parts.group, config.groups);
    if (parts.tier) key.tier = *std::move(parts.tier);
    if (parts.group) key.group = *std::move(parts.group);
    if (parts.limits) key.limits = *std::move(parts.limits);
    key.disabled = parts.disabled.value_or(false);
    key.max_wait_ms = parts.max_wait_ms;
    object->finish();
    return key;
}

}  // namespace

KeyParts read_key_parts(ObjectReader& object) {
    KeyParts parts;
    read_rows(object, key_rows(), parts);
    return parts;
}

void read_former_secrets(ObjectReader& object, KeyParts& parts) {
    const auto field = object.field("former_secrets");
    if (!field) return;
    const auto items = field->items();
    if (!items) return;
    if (items->size() > former_secrets_max) return field->refuse("expected at most 4 former secrets");
    for (const Field& item : *items) {
        const FormerSecret former = read_former_secret(item);
        const auto is_same = [&](const FormerSecret& other) { return other.sha256 == former.sha256; };
        if (former.sha256 == Sha256{}) continue;
        if (former.sha256 == parts.secret_sha256) {
            item.refuse("expected another secret than the one in force");
        } else if (std::any_of(parts.former_secrets.begin(), parts.former_secrets.end(), is_same)) {
            item.refuse("expected each secret once");
        }
        parts.former_secrets.push_back(former);
    }
}

void read_keys(ObjectReader& root, Draft& draft) {
    const std::optional<Field> field = root.field("keys");
    if (!field) return;
    const auto items = field->items();
    if (!items) return;
    Taken taken;
    taken.ids.reserve(items->size());
    taken.secrets.reserve(items->size());
    draft.config.keys.reserve(items->size());
    for (std::size_t i = 0; i < items->size(); ++i) {
        draft.config.keys.push_back(read_key((*items)[i], i, draft.config, taken));
    }
}

void read_allow_unknown(ObjectReader& root, Draft& draft) {
    root.boolean("allow_unknown_with_injected_key", draft.allows_unknown);
}

void read_unknown_keys(ObjectReader& root, Draft& draft) {
    Config& config = draft.config;
    config.unknown_keys = draft.injects_key ? UnknownKeys::reject : UnknownKeys::default_tier;
    const auto field = root.field("unknown_keys");
    if (!field) return;
    const auto choice = field->choice(unknown_keys_names);
    if (choice) config.unknown_keys = static_cast<UnknownKeys>(*choice);
    if (choice == std::size_t{1} && draft.injects_key && !draft.allows_unknown) {
        field->refuse(
            "expected \"reject\": the upstream gets weir's own key, which any invented key could spend; "
            "allow_unknown_with_injected_key: true says that this is meant");
    }
}

}  // namespace weir::config
